// Where what floats is put: in the page, or inside the dialog that covers it, since nothing outside a modal dialog can be used.
import { createContext, use } from "react";

export const LayerContext = createContext<HTMLElement | null>(null);

export function useLayer(): HTMLElement | null {
  return use(LayerContext);
}
