/** Mends what Excalidraw gets wrong for screen readers, whenever such a part appears. */

/** Answers how to stop. */
export function repair(host: HTMLElement): () => void {
  const mend = () => {
    // its name would hide the "100%" it shows; its title still says what a press does
    for (const zoom of host.querySelectorAll(".reset-zoom-button[aria-label]")) zoom.removeAttribute("aria-label");
    // the colours at the left stand in the page, however much they are called a dialog
    for (const colours of host.querySelectorAll(".color-picker-container[role=dialog]")) {
      colours.removeAttribute("role");
      colours.removeAttribute("aria-modal");
    }
    // a landmark of the whole page, inside a part of it
    for (const footer of host.querySelectorAll("footer[role=contentinfo]")) footer.removeAttribute("role");
  };
  const watch = new MutationObserver(mend);
  watch.observe(host, { childList: true, subtree: true, attributeFilter: ["aria-label", "role"] });
  mend();
  const dialogs = new MutationObserver(() => requestAnimationFrame(() => requestAnimationFrame(enterDialog)));
  dialogs.observe(document.body, { childList: true });
  window.addEventListener("keydown", leaveDialog, true);
  return () => {
    window.removeEventListener("keydown", leaveDialog, true);
    watch.disconnect();
    dialogs.disconnect();
  };
}

/** Its help gives the focus to a link that we hide. */
function enterDialog(): void {
  const dialog = document.querySelector(".excalidraw-modal-container");
  if (dialog === null || dialog.contains(document.activeElement)) return;
  dialog.querySelector<HTMLElement>(".Modal__content")?.focus();
}

/** Escape closes its dialogs wherever the focus is. */
function leaveDialog(event: KeyboardEvent): void {
  if (event.key !== "Escape") return;
  const dialog = document.querySelector(".excalidraw-modal-container");
  if (dialog === null || dialog.contains(document.activeElement)) return;
  event.stopImmediatePropagation();
  dialog.querySelector<HTMLElement>(".Modal__background")?.click();
}
