/**
 * What is pasted or dropped on the board passes here before Excalidraw sees it: pictures are taken to be made anew, of all
 * else only plain text and the board's own elements go on. HTML could name pictures elsewhere, and dropped files could
 * replace the whole page.
 */
import { type BoardElement, cleanElement, isRecord } from "./clean";

export interface Intake {
  readonly onPictures: (files: readonly File[], at: { x: number; y: number } | null) => void;
  /** Something that cannot be put on the board. */
  readonly onRefused: () => void;
  /** The keys that clear the page. */
  readonly onClear: () => void;
}

const PASSED_ON = new WeakSet<Event>();

/** Answers how to stop. */
export function guardIntake(host: HTMLElement, intake: Intake): () => void {
  const paste = (event: ClipboardEvent) => {
    if (PASSED_ON.has(event) || !isForBoard(host, event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (files.length > 0) intake.onPictures(files, null);
    else if (text.trimStart().startsWith("<svg")) intake.onRefused();
    else if (text !== "") passOn(event, text);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) intake.onPictures(files, { x: event.clientX, y: event.clientY });
    else intake.onRefused();
  };
  const keys = (event: KeyboardEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    const inDialog = target?.closest(".excalidraw-modal-container") != null;
    const isWritten = target?.closest("input, textarea, [contenteditable]") != null;
    const taken = host.contains(target) || inDialog ? takenKey(event, isWritten) : null;
    if (taken === null) return;
    event.stopImmediatePropagation();
    if (taken !== "clear") return;
    event.preventDefault();
    if (!inDialog) intake.onClear();
  };
  window.addEventListener("paste", paste, true);
  host.addEventListener("drop", drop, true);
  // its dialogs lie outside, and it hears their keys too
  window.addEventListener("keydown", keys, true);
  return () => {
    window.removeEventListener("paste", paste, true);
    host.removeEventListener("drop", drop, true);
    window.removeEventListener("keydown", keys, true);
  };
}

/** What Excalidraw read from the clipboard, with only what the board knows left in it. */
export function cleanPasted(data: object, knows: (fileId: string) => boolean): void {
  const pasted = data as Record<string, unknown>;
  if (Array.isArray(pasted.elements)) {
    const clean = pasted.elements.map(cleanElement).filter((one): one is BoardElement => one !== null);
    pasted.elements = clean.filter(
      ({ type, fileId }) => type !== "image" || (typeof fileId === "string" && knows(fileId)),
    );
  }
  if (isRecord(pasted.files)) pasted.files = undefined;
  pasted.mixedContent = undefined;
}

function isForBoard(host: HTMLElement, event: Event): boolean {
  const { activeElement } = document;
  if (activeElement !== null && activeElement !== document.body && !host.contains(activeElement)) return false;
  const target = event.target instanceof Element ? event.target : document.body;
  return target.closest("input, textarea, [contenteditable]") === null;
}

function passOn(event: ClipboardEvent, text: string): void {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const plain = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  PASSED_ON.add(plain);
  event.target?.dispatchEvent(plain);
}

type Pressed = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** With Ctrl or Cmd: open, save, look for words (beside the library we do not have), a hint at a palette that is not there. */
const WITH_CTRL = new Set(["o", "s", "f", "p"]);
/** With Alt: the modes that hide its tools and ours, zen and view. */
const WITH_ALT = new Set(["KeyZ", "KeyR"]);

/**
 * Keys that Excalidraw must not hear: its ways to save, open and export, which the board has in its own way; to clear the
 * page, which would empty it without the way back and lose its paper; its modes; and the theme, which follows the page's.
 */
export function takenKey(event: Pressed, isWritten: boolean): "clear" | "taken" | null {
  const { code, altKey, shiftKey } = event;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === "delete" || key === "backspace") return isWritten ? null : "clear";
    return (WITH_CTRL.has(key) && !altKey) || (shiftKey && key === "e") ? "taken" : null;
  }
  if (!altKey || isWritten) return null;
  return (shiftKey ? code === "KeyD" : WITH_ALT.has(code)) ? "taken" : null;
}
