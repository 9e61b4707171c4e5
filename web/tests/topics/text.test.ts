/** The change of a text field, and how it fits with what the other wrote meanwhile. */
import { describe, expect, test } from "vitest";
import { after, type Edit, editOf, moved } from "../../src/topics/text.ts";

const apply = (text: string, edit: Edit | null) =>
  edit === null ? text : text.slice(0, edit.at) + edit.inserted + text.slice(edit.at + edit.deleted);

describe("editOf", () => {
  test.each([
    ["same", "same", 4, null],
    ["", "a", 1, { at: 0, deleted: 0, inserted: "a" }],
    ["aa", "aaa", 1, { at: 0, deleted: 0, inserted: "a" }],
    ["aa", "aaa", 2, { at: 1, deleted: 0, inserted: "a" }],
    ["aaa", "aa", 1, { at: 1, deleted: 1, inserted: "" }],
    ["one two", "one big two", 8, { at: 4, deleted: 0, inserted: "big " }],
    ["abc", "abXc", 4, { at: 2, deleted: 0, inserted: "X" }],
    ["abc", "", 0, { at: 0, deleted: 3, inserted: "" }],
  ] as const)("%j to %j, caret at %i", (before, now, caret, edit) => {
    expect(editOf(before, now, caret)).toEqual(edit);
  });

  test("never cuts a surrogate pair", () => {
    // both begin with the same high surrogate, and these two end with the same low one
    expect(editOf("\u{1f600}", "\u{1f601}", 2)).toEqual({ at: 0, deleted: 2, inserted: "\u{1f601}" });
    expect(editOf("\u{1f600}", "\u{1fa00}", 0)).toEqual({ at: 0, deleted: 2, inserted: "\u{1fa00}" });
  });

  test("leads from one text to the other, whatever they are and wherever the caret is said to be", () => {
    const random = generator(7);
    const letters = ["a", "a", "b", " ", "\n", "\u{1f600}", "\u{1f601}", "é"];
    const word = () => Array.from({ length: random(9) }, () => letters[random(letters.length)]).join("");
    for (let n = 0; n < 2000; n += 1) {
      const [before, now] = [word(), word()];
      expect(apply(before, editOf(before, now, random(now.length + 3)))).toBe(now);
    }
  });
});

test("an edit made meanwhile keeps its words, and the caret its place among them", () => {
  const base = "one two three";
  const mine = editOf(base, "one two big three", 12) as Edit;
  const theirs = editOf(base, "zero one three", 5) as Edit;
  expect(apply(apply(base, theirs), after(mine, theirs))).toContain("big three");
  expect(moved(13, { at: 0, deleted: 0, inserted: "zero " })).toBe(18);
  expect(moved(2, { at: 4, deleted: 4, inserted: "" })).toBe(2);
  expect(moved(6, { at: 4, deleted: 4, inserted: "x" })).toBe(5);
});

/** Small numbers below `n`, the same at every run. */
function generator(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
