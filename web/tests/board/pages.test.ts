import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import * as model from "../../src/board/pages";
import { pages } from "../../src/sharing/layout";
import "../all_words";

const NOW = Date.UTC(2026, 10, 12, 14);
const DAY = 86_400_000;
const FIRST = "abcdefghijklmnop";
const SECOND = "bcdefghijklmnopq";

function draw(doc: Y.Doc, page: string, id = "e1"): void {
  model.elementsOf(doc, page)?.set(id, { id });
}

function merge(...docs: Y.Doc[]): void {
  for (const from of docs) for (const to of docs) if (from !== to) Y.applyUpdate(to, Y.encodeStateAsUpdate(from));
}

const labels = (doc: Y.Doc, meeting: string | null = null, now = NOW) =>
  model.listPages(doc, meeting, now).map(({ label }) => label);

test("a meeting begins on a page of its own, the last one beside it", () => {
  const doc = new Y.Doc();
  const first = model.firstPage(doc, FIRST, NOW - 14 * DAY);
  draw(doc, first);
  const second = model.firstPage(doc, SECOND, NOW);
  expect(second).not.toBe(first);
  expect(labels(doc, SECOND)).toEqual(["12 November", "29 October"]);
  expect(model.firstPage(doc, SECOND, NOW)).toBe(second);
  expect(model.firstPage(doc, null, NOW + DAY)).toBe(second);
});

test("both open it at once, the line down: one page, and nothing of either is lost", () => {
  const [one, other] = [new Y.Doc(), new Y.Doc()];
  const page = model.firstPage(one, FIRST, NOW);
  draw(one, page, "mine");
  expect(model.firstPage(other, FIRST, NOW + 5)).toBe(page);
  draw(other, page, "yours");
  merge(one, other);
  for (const doc of [one, other]) {
    expect(model.listPages(doc, FIRST, NOW)).toHaveLength(1);
    expect([...(model.elementsOf(doc, page)?.keys() ?? [])].sort()).toEqual(["mine", "yours"]);
  }
});

test("the same page survives a document made anew from its snapshot", () => {
  const one = new Y.Doc();
  const page = model.firstPage(one, FIRST, NOW);
  draw(one, page);
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(one));
  expect(model.firstPage(other, FIRST, NOW + 5)).toBe(page);
  expect(model.elementsOf(other, page)?.size).toBe(1);
});

test("what an earlier meeting left empty is not shown, unless somebody named it", () => {
  const doc = new Y.Doc();
  const empty = model.firstPage(doc, FIRST, NOW - DAY);
  model.firstPage(doc, SECOND, NOW);
  expect(labels(doc, SECOND)).toEqual(["12 November"]);
  model.renamePage(doc, empty, "Plans");
  expect(labels(doc, SECOND)).toEqual(["12 November", "Plans"]);
});

test("two pages of one day tell their time", () => {
  const doc = new Y.Doc();
  draw(doc, model.firstPage(doc, FIRST, NOW));
  model.firstPage(doc, SECOND, NOW + 3_600_000);
  expect(labels(doc, SECOND)).toEqual(["12 November, 16:00", "12 November, 15:00"]);
});

describe("deleting", () => {
  test("either brings it back in the same meeting, with all that was on it", () => {
    const [one, other] = [new Y.Doc(), new Y.Doc()];
    const page = model.firstPage(one, FIRST, NOW);
    draw(one, page);
    merge(one, other);
    model.deletePage(one, page, "mentor", NOW);
    merge(one, other);
    expect(labels(other, FIRST)).toEqual([]);
    expect(model.isShown(other, page)).toBe(false);
    expect(model.deletedPages(other, NOW)).toMatchObject([
      { id: page, by: "mentor", deletedMs: NOW, label: "12 November" },
    ]);
    model.bringBack(other, page);
    merge(one, other);
    expect(labels(one, FIRST)).toEqual(["12 November"]);
    expect(model.elementsOf(one, page)?.size).toBe(1);
  });

  test("the meeting's page deleted: the meeting goes on, on another", () => {
    const doc = new Y.Doc();
    const page = model.firstPage(doc, FIRST, NOW);
    model.deletePage(doc, page, "mentor", NOW);
    const next = model.firstPage(doc, FIRST, NOW + 1);
    expect(next).not.toBe(page);
    expect(model.firstPage(doc, FIRST, NOW + 2)).toBe(next);
  });

  test("gone for good, it tells whose pictures went with it", () => {
    const doc = new Y.Doc();
    const page = model.firstPage(doc, FIRST, NOW);
    model.filesOf(doc, page)?.set("f1", { blob: "cdefghijklmnopqr" });
    model.filesOf(doc, page)?.set("f2", { blob: "../x" });
    expect(model.purge(doc, [page])).toEqual(["cdefghijklmnopqr"]);
    expect(pages(doc).size).toBe(0);
    expect(model.firstPage(doc, FIRST, NOW)).not.toBe(page);
  });

  test("marked by anything at all, it is not among the pages, and can be brought back", () => {
    const doc = new Y.Doc();
    const page = model.firstPage(doc, FIRST, NOW);
    draw(doc, page);
    for (const [mark, by] of [
      [Number.NaN, "mentor"],
      ["1", 7],
      [1e300, null],
      [{}, "somebody"],
    ]) {
      pages(doc).get(page)?.set("deleted_ms", mark);
      pages(doc).get(page)?.set("deleted_by", by);
      expect(labels(doc, FIRST)).toEqual([]);
      expect(model.deletedPages(doc, NOW)).toMatchObject([{ id: page }]);
      model.bringBack(doc, page);
      expect(labels(doc, FIRST)).toEqual(["12 November"]);
    }
  });
});

test("there is an end to pages", () => {
  const doc = new Y.Doc();
  for (let n = 0; n < model.MAX_PAGES; n++)
    expect(model.addPage(doc, { meeting: null, name: `${n}` }, NOW)).not.toBeNull();
  expect(model.addPage(doc, { meeting: null, name: "one more" }, NOW)).toBeNull();
});

test("pages of any shape from the other side are skipped or read with care", () => {
  const doc = new Y.Doc();
  const map = pages(doc) as Y.Map<unknown>;
  map.set("not a map", "x");
  map.set("__proto__", new Y.Map());
  map.set("text", new Y.Text("x"));
  const odd = new Y.Map<unknown>();
  map.set("odd", odd);
  odd.set("name", { html: "<b>" });
  odd.set("made_ms", "yesterday");
  odd.set("order", "~~~");
  odd.set("elements", "none");
  odd.set("meeting", SECOND);
  expect(labels(doc, SECOND)).toEqual(["1 January 1970"]);
  expect(model.elementsOf(doc, "odd")).toBeNull();
  expect(model.elementsOf(doc, "text")).toBeNull();
  expect(model.addPage(doc, { meeting: null, name: "x".repeat(500) }, NOW)).not.toBeNull();
  expect(labels(doc, SECOND)[0]).toHaveLength(model.MAX_NAME);
});
