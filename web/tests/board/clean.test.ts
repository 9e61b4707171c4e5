/** Whatever the other browser writes into a page, only elements that can safely be drawn come out. */
import { describe, expect, test } from "vitest";
import { BOUNDS, cleanColour, cleanElement, cleanIndex, cleanLink } from "../../src/board/clean";

const shape = (more: object = {}) => ({
  id: "a1",
  type: "rectangle",
  x: 1,
  y: 2,
  version: 3,
  versionNonce: 4,
  ...more,
});

test("an ordinary element keeps what it is", () => {
  const clean = cleanElement(
    shape({
      width: 10,
      height: 20,
      strokeColor: "#1b5e7b",
      link: "https://example.org/",
      index: "a0",
      groupIds: ["g"],
    }),
  );
  expect(clean).toMatchObject({ id: "a1", type: "rectangle", x: 1, y: 2, width: 10, height: 20, version: 3 });
  expect(clean).toMatchObject({ strokeColor: "#1b5e7b", link: "https://example.org/", index: "a0", groupIds: ["g"] });
});

test("cleaning twice is cleaning once", () => {
  const points = [
    [0, 0],
    [5, 5],
  ];
  for (const more of [
    {},
    { type: "freedraw", points, pressures: [0.5, 0.5] },
    { type: "arrow", points, startBinding: { elementId: "b", focus: 0.1, gap: 4 }, elbowed: true, fixedSegments: [] },
    { type: "text", text: "words", containerId: "a2" },
    { type: "image", fileId: "f1", scale: [-1, 1], crop: null },
    { type: "frame", name: "Frame" },
  ]) {
    const once = cleanElement(shape(more));
    expect(once).not.toBeNull();
    expect(cleanElement(once)).toEqual(once);
  }
});

describe("never let through", () => {
  test.each([
    ["nothing", null],
    ["words", "rectangle"],
    ["a list", [shape()]],
    ["an embedded page", shape({ type: "embeddable", link: "https://evil.example/" })],
    ["a frame of a foreign page", shape({ type: "iframe" })],
    ["a generated page", shape({ type: "magicframe" })],
    ["a kind nobody knows", shape({ type: "constructor" })],
    ["a deleted one", shape({ isDeleted: true })],
    ["an id that is a path", shape({ id: "../../x" })],
    ["an id that is a prototype", shape({ id: "__proto__" })],
    ["an endless id", shape({ id: "a".repeat(65) })],
    ["no place", shape({ x: Number.NaN })],
    ["a place without end", shape({ y: Number.POSITIVE_INFINITY })],
    ["a place in words", shape({ x: "1" })],
    ["a version nobody can go beyond", shape({ version: Number.MAX_SAFE_INTEGER })],
    ["a version by halves", shape({ version: 1.5 })],
    ["a text of nothing", shape({ type: "text", text: "  " })],
    ["a text that is none", shape({ type: "text", text: { toString: "x" } })],
    ["a stroke without points", shape({ type: "freedraw", points: [["0", 1], [Number.NaN, 2], 3, null] })],
    ["a line of one point", shape({ type: "line", points: [[0, 0]] })],
    ["a picture without a file", shape({ type: "image", fileId: "https://evil.example/x.png" })],
  ])("%s", (_, given) => expect(cleanElement(given)).toBeNull());
});

test("sizes, counts and lengths are bounded", () => {
  const stroke = shape({ type: "freedraw", points: Array.from({ length: 9000 }, (_, at) => [at * 1e9, -1e12]) });
  const clean = cleanElement(stroke);
  expect(clean?.points).toHaveLength(BOUNDS.points);
  expect(clean?.points?.[1]).toEqual([BOUNDS.side, -BOUNDS.side]);
  expect(cleanElement(shape({ type: "text", text: "x".repeat(1e6) }))?.text).toHaveLength(BOUNDS.text);
  expect(cleanElement(shape({ width: 1e300, height: -1e300 }))).toMatchObject({
    width: BOUNDS.side,
    height: -BOUNDS.side,
  });
  expect(cleanElement(shape({ groupIds: Array(1e5).fill("g") }))?.groupIds).toHaveLength(20);
  expect(
    cleanElement(shape({ boundElements: Array(1e5).fill({ id: "t", type: "text" }) }))?.boundElements,
  ).toHaveLength(200);
});

test("a large shape is not hatched line by line", () => {
  expect(cleanElement(shape({ width: 19_000, height: 5, fillStyle: "hachure", strokeWidth: 1e-9 }))).toMatchObject({
    fillStyle: "solid",
    strokeWidth: 0.5,
  });
  expect(cleanElement(shape({ width: 100, height: 5, fillStyle: "hachure" }))?.fillStyle).toBe("hachure");
});

test("a finished stroke ends as its writer saw it end", () => {
  const stroke = shape({ type: "freedraw", points: [[0, 0]], lastCommittedPoint: [3, 4] });
  expect(cleanElement(stroke)?.lastCommittedPoint).toEqual([3, 4]);
  expect(cleanElement({ ...stroke, lastCommittedPoint: "x" })?.lastCommittedPoint).toBeNull();
});

test("unknown fields go", () => {
  const given = { ...shape({ customData: { generationData: { html: "<script>" } } }), onclick: "alert(1)" };
  expect(Object.keys(cleanElement(given) ?? {})).not.toContain("customData");
  expect(Object.keys(cleanElement(given) ?? {})).not.toContain("onclick");
});

test.each([
  "javascript:alert(1)",
  " javascript:alert(1)",
  "java\tscript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:x",
  "blob:https://example.org/1",
  "file:///etc/passwd",
  "//evil.example",
  "/r/other",
  "",
  42,
  null,
  `https://example.org/${"x".repeat(3000)}`,
])("no link to %s", (link) => expect(cleanLink(link)).toBeNull());

test.each(["https://example.org/", "http://example.org/a?b#c", "mailto:ingrid@example.org"])("a link to %s", (link) =>
  expect(cleanLink(link)).toBe(link),
);

test("colours are numbers or names", () => {
  expect(["#fff", "#1b5e7bff", "transparent", "red"].map((one) => cleanColour(one, "no"))).not.toContain("no");
  expect(["url(https://evil.example)", "#ggg", "red;", "", 3, null].map((one) => cleanColour(one, "no"))).toEqual(
    Array(6).fill("no"),
  );
});

test("only keys fractional indexing can go on from", () => {
  expect(["a0", "a1V", "Zz"].map(cleanIndex)).toEqual(["a0", "a1V", "Zz"]);
  expect(["", "~~~", "a", "a00", "zzz", 3, null, "a".repeat(500)].map(cleanIndex)).toEqual(Array(8).fill(null));
});
