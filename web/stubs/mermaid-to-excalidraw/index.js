/**
 * Stands in for a package that Excalidraw loads for one menu entry, which we do not offer: it would bring half of all
 * that is installed.
 */
export function parseMermaidToExcalidraw() {
  throw new Error("diagrams from Mermaid are not offered");
}
