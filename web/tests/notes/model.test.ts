/** Notes in a document: made, named by two at once, deleted and brought back; and documents of any shape. */
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { bodyOf, plainText, readBody } from "../../src/notes/body";
import { forgetter } from "../../src/notes/forget";
import { bodyIn, create, find, list, mark, Removals, replaceBody, retitle } from "../../src/notes/model";
import { notes } from "../../src/sharing/layout";
import { localPair } from "../local_pair";

const NOW = Date.UTC(2026, 10, 21, 12);
const MEETING = "mmmmmmmmmmmmmmmm";

function add(doc: Y.Doc, id: string, text = ""): void {
  create(doc, { id, nowMs: NOW, meeting: null, body: bodyOf(text) });
}
const text = (doc: Y.Doc, id: string) => plainText(readBody(bodyIn(doc, id)).blocks);

test("a note is named by its date, marked with its meeting, and stands above the others", () => {
  const doc = new Y.Doc();
  add(doc, "old");
  create(doc, { id: "new", nowMs: NOW, meeting: MEETING });
  expect(list(doc).map(({ id }) => id)).toEqual(["new", "old"]);
  expect(find(doc, "new")).toMatchObject({
    title: expect.stringMatching(/^21 November/),
    meeting: MEETING,
    madeMs: NOW,
  });
  mark(doc, "new", null);
  expect(find(doc, "new")?.meeting).toBeNull();
});

test("an order somebody made up does not keep a new note from being made", () => {
  const doc = new Y.Doc();
  add(doc, "a");
  notes(doc).get("a")?.set("order", "!!");
  expect(() => add(doc, "b")).not.toThrow();
  expect(list(doc)).toHaveLength(2);
});

describe("two rename at once", () => {
  test("both changes stay", () => {
    const [mentor, mentee] = localPair();
    add(mentor.doc, "a");
    retitle(mentor.doc, "a", "about the calendar");
    mentor.cut();
    retitle(mentor.doc, "a", "All about the calendar");
    retitle(mentee.doc, "a", "about the calendar, again");
    mentor.mend();
    expect(find(mentor.doc, "a")?.title).toBe("All about the calendar, again");
    expect(find(mentee.doc, "a")?.title).toBe("All about the calendar, again");
  });

  test.each([
    ["", "x"],
    ["😀", "😁"],
    ["a😀b", "a😁b"],
    ["aaa", "aa"],
    ["abc", ""],
    ["ab", "aab"],
  ])("%j to %j", (from, to) => {
    const doc = new Y.Doc();
    add(doc, "a");
    retitle(doc, "a", from);
    retitle(doc, "a", to);
    expect(find(doc, "a")?.title).toBe(to);
  });

  test("a title is one line, of bounded length, and turns nothing around", () => {
    const doc = new Y.Doc();
    add(doc, "a");
    retitle(doc, "a", `one\n\ttwo\u202eeert${"x".repeat(500)}`);
    const title = find(doc, "a")?.title ?? "";
    expect(title.startsWith("one twoeert")).toBe(true);
    expect(title).toHaveLength(200);
  });
});

describe("deleting", () => {
  test("takes the note from both, and brings it back with its words", () => {
    const [mentor, mentee] = localPair();
    add(mentor.doc, "a", "remember\nthis");
    const removals = new Removals(mentor.doc);
    removals.remove("a");
    expect([list(mentor.doc), list(mentee.doc)]).toEqual([[], []]);
    removals.bringBack();
    expect(list(mentee.doc)).toHaveLength(1);
    expect(text(mentee.doc, "a")).toBe("remember\nthis");
  });

  test("brings back only one's own deletion, the last one first", () => {
    const [mentor, mentee] = localPair();
    for (const id of ["a", "b", "c"]) add(mentor.doc, id, id);
    const mine = new Removals(mentor.doc);
    mine.remove("a");
    new Removals(mentee.doc).remove("b");
    mine.remove("c");
    mine.bringBack();
    expect(list(mentee.doc).map(({ id }) => id)).toEqual(["c"]);
  });

  test("what was put in the place of a flawed body is a body", () => {
    const doc = new Y.Doc();
    add(doc, "a");
    notes(doc).get("a")?.set("body", new Y.Array());
    replaceBody(doc, "a", bodyOf("kept"));
    expect(text(doc, "a")).toBe("kept");
  });
});

test("entries of any other shape are left out, fields of another type read as nothing", () => {
  const doc = new Y.Doc();
  const all = notes(doc) as Y.Map<unknown>;
  all.set("text", "x");
  all.set("number", 7);
  all.set("null", null);
  all.set("array", new Y.Array());
  all.set("empty", new Y.Map());
  const odd = new Y.Map<unknown>();
  all.set("odd", odd);
  for (const [key, value] of Object.entries({ title: 7, made_ms: 1e300, meeting: [1], order: {} })) odd.set(key, value);
  const embedded = new Y.Map<unknown>();
  all.set("embedded", embedded);
  const title = embedded.set("title", new Y.Text("two")) as Y.Text;
  title.insertEmbed(1, { x: 1 });
  expect(list(doc).map(({ id, title: name, madeMs }) => [id, name, madeMs])).toEqual([
    ["embedded", "two", null],
    ["empty", "", null],
    ["odd", "", null],
  ]);
  expect(() => retitle(doc, "odd", "now text")).not.toThrow();
  retitle(doc, "embedded", "clean");
  expect([find(doc, "odd")?.title, find(doc, "embedded")?.title]).toEqual(["now text", "clean"]);
});

test("deleted text is forgotten once, when the panel closes at the latest", () => {
  let asked = 0;
  const forget = forgetter({ forgetSoon: () => void asked++ }, 1e6);
  forget.now();
  expect(asked).toBe(0);
  forget.soon();
  forget.soon();
  forget.now();
  forget.now();
  expect(asked).toBe(1);
});
