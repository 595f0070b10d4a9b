// A sheet as a picture for the export: the page, the heat and the marks in one SVG, which browsers draw without running or fetching anything in it.
// Where a browser does not draw pages in pictures, or holds the result for foreign, the sheet goes without its page.
import type { DrawnPicture } from "@/chart/Picture.tsx";
import type { Snapshot } from "./backdrop/snapshot.ts";

export interface SheetImage {
  image: HTMLImageElement;
  width: number;
  height: number;
  hasPage: boolean;
}

/** Browsers refuse canvases beyond some size; such a page is left out of the picture. */
const MOST_PIXELS = 60_000_000;

export async function sheetImage(overlay: SVGSVGElement | null, heat: HTMLCanvasElement | null, snapshot: Snapshot | null, width: number, height: number): Promise<SheetImage | null> {
  if (!overlay) return null;
  const marks = withoutVariables(overlay);
  const warm = heat ? `<image x="0" y="0" width="${width}" height="${height}" preserveAspectRatio="none" href="${heat.toDataURL("image/png")}"/>` : "";
  const own = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`;
  const page = snapshot && snapshot.width * snapshot.height < MOST_PIXELS ? await drawn(`<svg xmlns="http://www.w3.org/2000/svg" width="${snapshot.width}" height="${snapshot.height}"><rect width="100%" height="100%" fill="#fff"/>${snapshot.asMarkup()}</svg>`) : null;
  const over = await drawn(`${own}${warm}${marks}</svg>`);
  if (!over) return null;
  if (!page || !isReadable(page)) return { image: over, width, height, hasPage: false };
  const canvas = document.createElement("canvas");
  const ratio = Math.min(2, Math.sqrt(MOST_PIXELS / (width * height)));
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = canvas.getContext("2d");
  if (!context) return { image: over, width, height, hasPage: false };
  context.filter = "grayscale(0.9)";
  context.drawImage(page, 0, 0, canvas.width, canvas.height);
  context.filter = "none";
  context.drawImage(over, 0, 0, canvas.width, canvas.height);
  const image = new Image();
  image.src = canvas.toDataURL("image/png");
  await image.decode();
  return { image, width, height, hasPage: true };
}

async function drawn(svg: string): Promise<HTMLImageElement | null> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  try {
    await image.decode();
    return image;
  } catch {
    return null;
  }
}

function isReadable(image: HTMLImageElement): boolean {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1, 1];
  const context = canvas.getContext("2d");
  try {
    context?.drawImage(image, 0, 0);
    context?.getImageData(0, 0, 1, 1);
    return context !== null;
  } catch {
    return false;
  }
}

/** Variables and rules of the theme do not reach a picture of its own: what is seen is written into it. */
function withoutVariables(overlay: SVGSVGElement): string {
  const copy = overlay.cloneNode(true) as SVGSVGElement;
  const [seen, written] = [overlay.querySelectorAll("*"), copy.querySelectorAll("*")];
  for (const [index, element] of seen.entries()) {
    const { fill, stroke, fontFamily } = getComputedStyle(element);
    const target = written[index];
    if (!target || element.closest("defs")) continue;
    if (!fill.startsWith("url")) target.setAttribute("fill", fill);
    target.setAttribute("stroke", stroke);
    if (element.tagName === "text") target.setAttribute("font-family", fontFamily);
  }
  const theme = getComputedStyle(document.documentElement);
  const text = [...copy.children].map((child) => new XMLSerializer().serializeToString(child)).join("");
  return text.replace(/var\((--[\w-]+)\)/g, (_, name: string) => theme.getPropertyValue(name).trim() || "#888");
}

const BETWEEN_PX = 16;

/** The sheets in one picture, one beside the other. */
export function sideBySide(sheets: SheetImage[], ground: string): DrawnPicture | null {
  const width = sheets.reduce((sum, sheet) => sum + sheet.width, 0) + BETWEEN_PX * (sheets.length - 1);
  const height = Math.max(0, ...sheets.map((sheet) => sheet.height));
  if (sheets.length === 0 || width <= 0 || height <= 0) return null;
  const canvas = document.createElement("canvas");
  const ratio = Math.min(2, Math.sqrt(MOST_PIXELS / (width * height)));
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.scale(ratio, ratio);
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  let left = 0;
  for (const sheet of sheets) {
    context.drawImage(sheet.image, left, 0, sheet.width, sheet.height);
    left += sheet.width + BETWEEN_PX;
  }
  return { url: canvas.toDataURL("image/png"), width, height };
}
