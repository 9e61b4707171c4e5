/** What the server wrote into the page for its script. */

/** The object in `<script type="application/json" id="page-data">`; its shape is the page's own business. */
export function pageData<T>(): T {
  const node = document.getElementById("page-data");
  return JSON.parse(node?.textContent || "{}") as T;
}

/** The element a page's live part is rendered into. */
export function mountPoint(): HTMLElement {
  const node = document.getElementById("app");
  if (node === null) throw new Error("the page has no #app");
  return node;
}
