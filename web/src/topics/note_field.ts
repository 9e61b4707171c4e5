/** A plain text field on a note of the document: both may write in it at once, and nobody's caret jumps. */
import type * as Y from "yjs";
import { noteText } from "./read.ts";
import { after, type Edit, editOf, moved } from "./text.ts";

/**
 * Keeps the field and the note alike until the returned function is called.
 * @param edit puts a change of the field into the note
 */
export function bindNote(field: HTMLTextAreaElement, note: Y.Text, edit: (edit: Edit) => void): () => void {
  let base = noteText(note);
  let composing = false;
  field.value = base;
  grow(field);

  function take(): void {
    const mine = editOf(base, field.value, field.selectionEnd);
    const theirs = editOf(base, noteText(note)); // only what came while an input method was composing
    if (mine !== null) edit(theirs ? after(mine, theirs) : mine);
    show(null);
  }

  /** @param edits what the other changed, step by step; null where the field has to find out itself */
  function show(edits: readonly Edit[] | null): void {
    const text = noteText(note);
    if (text !== field.value) {
      const steps = edits ?? [editOf(field.value, text)].filter((step) => step !== null);
      const follow = (position: number) => steps.reduce((at, step) => moved(at, step), position);
      const { selectionStart, selectionEnd, selectionDirection, scrollTop } = field;
      field.value = text;
      // setting the value puts the caret at the end; in a field without the focus this moves nothing else
      field.setSelectionRange(follow(selectionStart), follow(selectionEnd), selectionDirection);
      field.scrollTop = scrollTop;
    }
    base = text;
    grow(field);
  }

  const changed = (event: Y.YTextEvent): void => {
    if (!composing) show(event.transaction.local ? null : editsOf(event.delta));
  };
  const begins = () => {
    composing = true;
  };
  const ends = () => {
    composing = false;
    take();
  };
  const typed = () => {
    if (!composing) take();
  };
  note.observe(changed);
  field.addEventListener("compositionstart", begins);
  field.addEventListener("compositionend", ends);
  field.addEventListener("input", typed);
  return () => {
    if (composing) ends();
    note.unobserve(changed);
    field.removeEventListener("compositionstart", begins);
    field.removeEventListener("compositionend", ends);
    field.removeEventListener("input", typed);
  };
}

/** A Yjs delta as edits, each on the text after the one before. */
export function editsOf(delta: Y.YTextEvent["delta"]): Edit[] {
  const edits: Edit[] = [];
  let at = 0;
  for (const { retain, insert, delete: deleted } of delta) {
    if (retain) at += retain;
    if (deleted) edits.push({ at, deleted, inserted: "" });
    if (insert !== undefined) {
      const inserted = typeof insert === "string" ? insert : "\ufffc";
      edits.push({ at, deleted: 0, inserted });
      at += inserted.length;
    }
  }
  return edits;
}

const growsItself = typeof CSS !== "undefined" && CSS.supports("field-sizing", "content");

/** As tall as its text, where the browser cannot do that by itself. */
export function grow(field: HTMLTextAreaElement): void {
  if (growsItself) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}
