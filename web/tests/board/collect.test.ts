/** Pictures of one's own that no page names any more are dropped; nothing else is. */
import { signal } from "@preact/signals";
import { beforeEach, describe, expect, test } from "vitest";
import type * as Y from "yjs";
import { ApiError } from "../../src/api";
import { Collector, OWN_MS, THEIRS_MS } from "../../src/board/collect";
import { keptAt } from "../../src/board/kept";
import { addPage, deletePage, elementsOf, filesOf, purge } from "../../src/board/pages";
import type { Work } from "../../src/sharing/types";
import { type LocalSharing, localPair } from "../local_pair";
import { FakeStorage } from "./storage";

const NOW = 1_800_000_000_000;

let mine: LocalSharing;
let theirs: LocalSharing;
let page: string;
let storage: FakeStorage;
let dropped: string[];
let fails: unknown;

beforeEach(() => {
  [mine, theirs] = localPair();
  page = addPage(mine.doc, { meeting: null, name: "" }, NOW) ?? "";
  storage = new FakeStorage();
  dropped = [];
  fails = null;
  mine.dropBlob = async (blob) => {
    if (fails) throw fails;
    dropped.push(blob);
  };
});

/** Another load of this browser's page. */
const collector = () =>
  new Collector(
    mine,
    keptAt("here", 1000, (one) => one as never, storage),
  );

async function put(from: Collector | null, element = "e1"): Promise<string> {
  const { id } = await mine.putBlob(new Uint8Array([1]));
  from?.put(id);
  filesOf(mine.doc, page)?.set(`file-${element}`, { blob: id });
  elementsOf(mine.doc, page)?.set(element, { id: element, type: "image", fileId: `file-${element}` });
  return id;
}

const takeOff = (doc: Y.Doc, element = "e1") => elementsOf(doc, page)?.delete(element);

test("what stands on a page stays, also on one that can be brought back, and twice on it", async () => {
  const here = collector();
  await put(here);
  elementsOf(mine.doc, page)?.set("copy", { id: "copy", type: "image", fileId: "file-e1" });
  takeOff(mine.doc);
  deletePage(mine.doc, page, "mentee", NOW);
  for (const at of [0, 1, 5]) await here.collect(NOW + at * THEIRS_MS);
  expect([dropped, filesOf(mine.doc, page)?.size]).toEqual([[], 1]);
});

test("taken off here it goes soon, with its entry, once no undo wants it", async () => {
  const here = collector();
  const blob = await put(here);
  takeOff(mine.doc);
  here.took([blob], NOW, true);
  await here.collect(NOW + OWN_MS);
  expect(dropped).toEqual([]);
  here.forgetUndo();
  await here.collect(NOW + OWN_MS - 1);
  expect(dropped).toEqual([]);
  await here.collect(NOW + OWN_MS);
  expect([dropped, filesOf(theirs.doc, page)?.size]).toEqual([[blob], 0]);
  await collector().collect(NOW + 9 * THEIRS_MS);
  expect(dropped).toEqual([blob]);
});

test("undone, it stays for good", async () => {
  const here = collector();
  const blob = await put(here);
  takeOff(mine.doc);
  here.took([blob], NOW, true);
  elementsOf(mine.doc, page)?.set("e1", { id: "e1", type: "image", fileId: "file-e1" });
  here.forgetUndo();
  await here.collect(NOW + OWN_MS);
  takeOff(theirs.doc);
  await here.collect(NOW + 2 * OWN_MS);
  expect(dropped).toEqual([]);
});

test("the page closed before: it goes when the board is opened again", async () => {
  const before = collector();
  const blob = await put(before);
  purge(mine.doc, [page]);
  before.took([blob], NOW, false);
  await collector().collect(NOW + OWN_MS);
  expect(dropped).toEqual([blob]);
});

describe("taken off by the other", () => {
  test.each(["an element", "the page"])("%s: a day after it was seen, not by the time they say", async (what) => {
    const here = collector();
    const blob = await put(here);
    if (what === "an element") takeOff(theirs.doc);
    else purge(theirs.doc, [page]);
    await here.collect(NOW + 30 * THEIRS_MS);
    expect(dropped).toEqual([]);
    await collector().collect(NOW + 31 * THEIRS_MS);
    expect(dropped).toEqual([blob]);
  });

  test.each(["deleted_much", "unequal"])("not while this person is asked (%s)", async (code) => {
    const here = collector();
    const blob = await put(here);
    takeOff(theirs.doc);
    mine.troubles.value = [{ code, journal: "document" }];
    for (const at of [0, 2, 4]) await here.collect(NOW + at * THEIRS_MS);
    expect(dropped).toEqual([]);
    mine.troubles.value = [];
    for (const at of [5, 6]) await here.collect(NOW + at * THEIRS_MS);
    expect(dropped).toEqual([blob]);
  });
});

test("a file of the chat that the other names as a picture is not dropped", async () => {
  const here = collector();
  const file = await mine.putBlob(new Uint8Array([1]));
  filesOf(theirs.doc, page)?.set("f", { blob: file.id });
  here.took(purge(theirs.doc, [page]), NOW, false);
  for (const at of [0, 1, 2]) await here.collect(NOW + at * THEIRS_MS);
  expect(dropped).toEqual([]);
});

test("what could not be dropped is tried again, what is gone is not", async () => {
  const blob = await put(collector());
  const there = await put(collector(), "e2");
  for (const element of ["e1", "e2"]) takeOff(mine.doc, element);
  const here = collector();
  here.took([blob, there], NOW, false);
  fails = new ApiError({ code: "offline", detail: "", status: 0 });
  await here.collect(NOW + OWN_MS);
  fails = null;
  mine.phase.value = "waiting";
  await collector().collect(NOW + OWN_MS);
  expect(dropped).toEqual([]);
  mine.phase.value = "open";
  await collector().collect(NOW + OWN_MS);
  expect(dropped).toEqual([blob, there]);
  const third = await put(collector(), "e3");
  takeOff(mine.doc, "e3");
  const last = collector();
  last.took([third], NOW, false);
  fails = new ApiError({ code: "no_such_blob", detail: "", status: 404 });
  await last.collect(NOW + OWN_MS);
  fails = null;
  await collector().collect(NOW + OWN_MS);
  expect(dropped).toEqual([blob, there]);
  expect(storage.items.size).toBe(0);
});

test("nothing goes before all of the document is here", async () => {
  const here = collector();
  const blob = await put(here);
  takeOff(mine.doc);
  here.took([blob], NOW, false);
  const late = new Collector(
    Object.assign(Object.create(mine), { ready: signal(false) }) as Work,
    keptAt("here", 1000, (one) => one as never, storage),
  );
  await late.collect(NOW + OWN_MS);
  expect(dropped).toEqual([]);
});

test("a few at a time, and a list that ends", async () => {
  const here = collector();
  for (let n = 0; n < 1200; n++) here.put(`blob-${n}`);
  await here.collect(NOW);
  await here.collect(NOW + THEIRS_MS);
  expect([dropped.length, dropped[0]]).toEqual([50, "blob-200"]);
});
