/** A text field on a shared note: what the other writes comes in, and the caret stays at its words. */
import { beforeEach, expect, test } from "vitest";
import * as Y from "yjs";
import { bindNote, editsOf } from "../../src/topics/note_field.ts";
import { noteText } from "../../src/topics/read.ts";
import type { Edit } from "../../src/topics/text.ts";

/** As much of a text field as is asked of it, with the ways of a real one: setting the value puts the caret at the end. */
class Field extends EventTarget {
  selectionStart = 0;
  selectionEnd = 0;
  selectionDirection = "none" as const;
  scrollTop = 0;
  scrollHeight = 20;
  readonly style = { height: "" };
  #value = "";

  get value(): string {
    return this.#value;
  }

  set value(text: string) {
    this.#value = text;
    this.setSelectionRange(text.length, text.length);
  }

  setSelectionRange(start: number, end: number): void {
    this.selectionStart = start;
    this.selectionEnd = end;
  }

  /** A person's typing; `composing`: by an input method that is not done yet. */
  type(text: string, composing = false): void {
    const { selectionStart: start, selectionEnd: end } = this;
    this.#value = this.#value.slice(0, start) + text + this.#value.slice(end);
    this.setSelectionRange(start + text.length, start + text.length);
    if (!composing) this.dispatchEvent(new Event("input"));
  }
}

let here: Y.Text;
let there: Y.Text;
let field: Field;
let unbind: () => void;

beforeEach(() => {
  const [a, b] = [new Y.Doc(), new Y.Doc()];
  a.on("update", (update, origin) => origin !== "line" && Y.applyUpdate(b, update, "line"));
  b.on("update", (update, origin) => origin !== "line" && Y.applyUpdate(a, update, "line"));
  here = a.getText("note");
  there = b.getText("note");
  there.insert(0, "one two three");
  field = new Field();
  unbind = bindNote(field as unknown as HTMLTextAreaElement, here, ({ at, deleted, inserted }: Edit) =>
    a.transact(() => {
      here.delete(at, deleted);
      here.insert(at, inserted);
    }),
  );
});

test("begins with the note, and puts what is typed into it", () => {
  expect(field.value).toBe("one two three");
  field.setSelectionRange(4, 7);
  field.type("2");
  expect(noteText(there)).toBe("one 2 three");
});

test("the caret stays at its words when the other writes before, behind and on both sides at once", () => {
  field.setSelectionRange(7, 7);
  there.insert(0, "zero ");
  there.insert(there.length, " four");
  expect(field.selectionStart).toBe(12);
  there.doc?.transact(() => {
    there.delete(0, 5);
    there.insert(there.length, "!");
  });
  expect(field.value).toBe("one two three four!");
  expect([field.selectionStart, field.selectionEnd]).toEqual([7, 7]);
  field.type(" and a half");
  expect(noteText(there)).toBe("one two and a half three four!");
});

test("a selection whose words the other deletes closes", () => {
  field.setSelectionRange(4, 8);
  there.delete(2, 8);
  expect(field.value).toBe("onree");
  expect([field.selectionStart, field.selectionEnd]).toEqual([2, 2]);
});

test("while an input method composes nothing is pulled from under it; then both texts are there", () => {
  field.setSelectionRange(13, 13);
  field.dispatchEvent(new Event("compositionstart"));
  field.type("に", true);
  there.insert(0, "zero ");
  expect(field.value).toBe("one two threeに");
  field.dispatchEvent(new Event("compositionend"));
  expect(noteText(there)).toBe("zero one two threeに");
  expect(field.value).toBe("zero one two threeに");
  expect(field.selectionStart).toBe(field.value.length);
});

test("let go, it hears no more", () => {
  unbind();
  there.insert(0, "x");
  field.type("y");
  expect(field.value).not.toContain("x");
  expect(noteText(there)).toBe("xone two three");
});

test("a delta is read step by step", () => {
  expect(editsOf([{ retain: 3 }, { delete: 2 }, { insert: "ab" }, { retain: 1 }, { insert: { image: "x" } }])).toEqual([
    { at: 3, deleted: 2, inserted: "" },
    { at: 3, deleted: 0, inserted: "ab" },
    { at: 6, deleted: 0, inserted: "\ufffc" },
  ]);
});
