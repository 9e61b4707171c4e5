/** Which addresses become links, what is passed about carets, and what pasting is made of. */
import { describe, expect, test } from "vitest";
import hostile from "../../../tests/vectors/hostile_texts.json";
import { safeHref, shownHref, typedHref } from "../../src/notes/links";
import { quiet } from "../../src/notes/pasted";
import { readPointing } from "../../src/notes/pointing";

test.each([
  ["https://example.org/a?b=1#c", "https://example.org/a?b=1#c"],
  [" http://example.org ", "http://example.org/"],
  ["mailto:anna@example.org?bcc=eve@evil.example", "mailto:anna@example.org"],
  ["javascript:alert(1)", null],
  ["JaVaScRiPt:alert(1)", null],
  ["java\tscript:alert(1)", null],
  ["data:text/html,x", null],
  ["vbscript:x", null],
  ["blob:https://example.org/x", null],
  ["file:///etc/passwd", null],
  ["//example.org", null],
  ["/r/room", null],
  ["https://bank.example@elsewhere.example", null],
  ["", null],
  [7, null],
  [null, null],
  [{ toString: () => "https://example.org" }, null],
  [`https://example.org/${"x".repeat(3000)}`, null],
])("%j leads to %j", (value, href) => expect(safeHref(value)).toBe(href));

test.each([
  ["example.org", "https://example.org/"],
  ["example.org:8080/x", "https://example.org:8080/x"],
  ["anna@example.org", "mailto:anna@example.org"],
  ["javascript:alert(1)", null],
  ["words only", null],
  ["word", null],
])("typed %j leads to %j", (typed, href) => expect(typedHref(typed)).toBe(href));

test("a link is shown without what everybody knows", () =>
  expect(shownHref("https://example.org/")).toBe("example.org"));

test("no hostile text becomes anything but a web or mail address", () => {
  for (const { text } of hostile.texts) {
    for (const href of [safeHref(text), typedHref(text)])
      if (href !== null) expect(href).toMatch(/^(https?:\/\/|mailto:)/);
  }
});

describe("pasting", () => {
  test("drops handlers, scripts and sheets, keeps styles to be read", () => {
    expect(quiet('<p onclick="x()" style="font-weight: 700">a</p><script>b</script><style>c</style>d')).toBe(
      '<p  data-style="font-weight: 700">a</p>d',
    );
    expect(quiet("<svg/onload=x>a")).toBe("<svg/>a");
    expect(quiet("<base href=https://evil.example/><BASE href=x>a")).toBe("a");
  });
  test("leaves the words alone", () => {
    expect(quiet("<p>if a < b then onclick=1 style=2</p>")).toBe("<p>if a < b then onclick=1 style=2</p>");
  });
  test("is bounded", () => expect(quiet("x".repeat(2_000_001))).toBe(""));
});

describe("carets", () => {
  const place = { item: { client: 1, clock: 2 }, assoc: -1 };
  test("are read", () => {
    const said = { note: "n", anchor: place, head: { type: { client: 1, clock: 0 } }, writing: true };
    expect(readPointing(said)).toEqual({ ...said, head: { ...said.head, assoc: 0 } });
    expect(readPointing({ note: null })?.note).toBeNull();
  });
  test("never name a root type, which resolving would make", () => {
    expect(JSON.stringify(readPointing({ note: "n", anchor: { ...place, tname: "evil" }, head: place }))).not.toContain(
      "evil",
    );
    expect(readPointing({ note: "n", anchor: { tname: "evil" }, head: place })).toBeNull();
  });
  test.each([
    null,
    7,
    "x",
    [],
    {},
    { note: 7 },
    { note: "x".repeat(65), anchor: place, head: place },
    { note: "n", anchor: place },
    { note: "n", anchor: { item: { client: -1, clock: 0 } }, head: place },
    { note: "n", anchor: { item: { client: 1.5, clock: 0 } }, head: place },
    { note: "n", anchor: { item: { client: 1, clock: 1e99 } }, head: place },
  ])("%j is no caret", (data) => expect(readPointing(data)).toBeNull());
});
