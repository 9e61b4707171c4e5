/** Names what Excalidraw leaves without a name for screen readers, whenever such a part appears. */
import { t } from "../words";

/** Answers how to stop. */
export function repair(host: HTMLElement): () => void {
  const mend = () => {
    for (const button of host.querySelectorAll(".main-menu-trigger")) name(button, t("board.menu"));
  };
  const watch = new MutationObserver(mend);
  watch.observe(host, { childList: true, subtree: true });
  mend();
  return () => watch.disconnect();
}

function name(element: Element, words: string): void {
  if (element.getAttribute("aria-label") !== words) element.setAttribute("aria-label", words);
}
