import { expect, test } from "vitest";
import type { BoardElement } from "../../src/board/clean";
import { shapes, TEMPLATES } from "../../src/board/templates";
import { boardAsText, inReadingOrder } from "../../src/board/text";
import "../all_words";

let made = 0;

function element(type: BoardElement["type"], x: number, y: number, more: Partial<BoardElement> = {}): BoardElement {
  return {
    id: `e${made++}`,
    type,
    x,
    y,
    width: 100,
    height: 40,
    angle: 0,
    strokeColor: "#000",
    strokeWidth: 2,
    version: 1,
    versionNonce: 1,
    index: null,
    isDeleted: false,
    link: null,
    ...more,
  };
}

const words = (elements: BoardElement[]) => boardAsText(elements).map((line) => line.words);

test("reads rows from the top down, each from left to right", () => {
  const right = element("text", 300, 8, { text: "right" });
  const left = element("text", 0, 0, { text: "left" });
  const below = element("text", 0, 200, { text: "below" });
  expect(inReadingOrder([below, right, left]).map(({ text }) => text)).toEqual(["left", "right", "below"]);
});

test("what was drawn from right to left is read where it lies", () => {
  const flipped = element("rectangle", 300, 100, { width: -300, height: -100 });
  const text = element("text", 0, 60, { text: "inside" });
  expect(inReadingOrder([text, flipped])[0]).toBe(flipped);
});

test("tells boxes by their words, arrows by what they join, strokes by their number", () => {
  const today = element("rectangle", 0, 0, { id: "today" });
  const todayWords = element("text", 10, 10, { containerId: "today", text: "Today\nyes to everything" });
  const march = element("ellipse", 500, 0, { id: "march" });
  const marchWords = element("text", 510, 10, { containerId: "march", text: "In March" });
  const arrow = element("arrow", 120, 200, {
    id: "arrow",
    startBinding: { elementId: "today" },
    endBinding: { elementId: "march" },
  });
  const arrowWords = element("text", 200, 200, { containerId: "arrow", text: "what has to stop?" });
  const strokes = [element("freedraw", 0, 400), element("freedraw", 50, 400)];
  const picture = element("image", 0, 600);
  expect(words([picture, ...strokes, arrowWords, arrow, marchWords, march, todayWords, today])).toEqual([
    "Box: Today yes to everything",
    "Circle: In March",
    "Arrow from “Today yes to everything” to “In March”: what has to stop?",
    "Picture",
    "2 pen strokes",
  ]);
});

test("frames hold what lies in them", () => {
  const frame = element("frame", 0, 0, { id: "f", name: "Options", height: 300 });
  const inside = element("text", 10, 50, { frameId: "f", text: "move" });
  const outside = element("text", 0, 400, { text: "later", frameId: "gone" });
  const [first, second] = boardAsText([outside, inside, frame]);
  expect(first).toMatchObject({ words: "Frame: Options", inside: [{ words: "move" }] });
  expect(second?.words).toBe("later");
});

test("frames that hold each other come to an end", () => {
  const one = element("frame", 0, 0, { id: "one", frameId: "two" });
  const two = element("frame", 0, 0, { id: "two", frameId: "one" });
  expect(boardAsText([one, two])).toEqual([]);
});

test("an arrow to something gone, and one to something without words", () => {
  const box = element("rectangle", 0, 0, { id: "box" });
  const lost = element("arrow", 0, 100, { endBinding: { elementId: "nowhere" } });
  const to = element("arrow", 0, 200, { endBinding: { elementId: "box" } });
  expect(words([box, lost, to])).toEqual(["Box, empty", "Arrow", "Arrow to “something without words”"]);
});

test("links are told", () => {
  expect(boardAsText([element("text", 0, 0, { text: "read", link: "https://example.org/" })])[0]?.link).toBe(
    "https://example.org/",
  );
});

test.each(TEMPLATES)("the template %s begins where it is asked to, and its words are there", (template) => {
  const made = shapes(template, 100, 50);
  expect(Math.min(...made.map(({ x, width }) => Math.min(x, x + width)))).toBe(100);
  expect(Math.min(...made.map(({ y, height }) => Math.min(y, y + height)))).toBe(50);
  expect(made.filter(({ label }) => label).every(({ label }) => label && !label.text.includes("{"))).toBe(true);
  const ids = made.flatMap(({ id }) => (id ? [id] : []));
  for (const { start, end } of made) {
    for (const end_ of [start, end]) if (end_) expect(ids).toContain(end_.id);
  }
});
