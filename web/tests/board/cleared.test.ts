/** A page the partner clears: whoever looks on is told, and can put it back. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type * as Y from "yjs";
import { BoardDesk } from "../../src/board/desk";
import { addPage, deletePage, elementsOf } from "../../src/board/pages";
import { type LocalSharing, localPair } from "../local_pair";
import { FakeStorage } from "./storage";
import "../all_words";

let mentor: LocalSharing;
let mentee: LocalSharing;
let page: string;
let desk: BoardDesk;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  vi.stubGlobal("localStorage", new FakeStorage());
  [mentor, mentee] = localPair();
  page = addPage(mentor.doc, { meeting: null, name: "Plans" }, 1000) ?? "";
  desk = new BoardDesk(mentee, null);
});
afterEach(() => {
  desk.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTime(200);
const on = ({ doc }: LocalSharing) => elementsOf(doc, page) as Y.Map<unknown>;
const told = () => desk.cleared.value.map((one) => one.page);
const box = (id: string) => ({ id, type: "rectangle", x: 1, y: 2, width: 30, height: 40, version: 3, versionNonce: 5 });

function draw(sharing: LocalSharing, ...ids: string[]): void {
  sharing.doc.transact(() => {
    for (const id of ids) on(sharing).set(id, box(id));
  });
}

function clear(sharing: LocalSharing): void {
  sharing.doc.transact(() => {
    for (const id of [...on(sharing).keys()]) on(sharing).delete(id);
  });
}

describe("a page the partner clears", () => {
  test("is told of with the way back, which both see", () => {
    draw(mentor, "a", "b");
    draw(mentee, "c");
    clear(mentor);
    expect(told()).toEqual([page]);
    const [cleared] = desk.cleared.value;
    if (cleared) desk.putBack(cleared);
    expect([...on(mentor).keys()].sort()).toEqual(["a", "b", "c"]);
    expect(on(mentor).get("c")).toMatchObject({ type: "rectangle", width: 30 });
    expect(told()).toEqual([]);
  });

  test("is told of no more once they undo it, it is deleted, or one has put the note away", () => {
    draw(mentor, "a", "b");
    clear(mentor);
    draw(mentor, "a", "b");
    settle();
    expect(told()).toEqual([]);
    clear(mentor);
    const [cleared] = desk.cleared.value;
    if (cleared) desk.leaveCleared(cleared);
    expect(told()).toEqual([]);
    draw(mentor, "a", "b");
    clear(mentor);
    expect(told()).toEqual([page]);
    deletePage(mentor.doc, page, "mentor", 1000);
    settle();
    expect(told()).toEqual([]);
  });

  test("is told of with a single thing that one drew oneself, not with one that the partner takes back", () => {
    draw(mentor, "a");
    clear(mentor);
    expect(told()).toEqual([]);
    draw(mentee, "mine");
    clear(mentor);
    expect(told()).toEqual([page]);
  });

  test("is no news where one has cleared it oneself, or something is left", () => {
    draw(mentor, "a", "b", "c");
    clear(mentee);
    draw(mentor, "a", "b", "c");
    mentor.doc.transact(() => {
      for (const id of ["a", "b"]) on(mentor).delete(id);
    });
    expect(told()).toEqual([]);
  });

  test("comes back without what is no element, whatever stood there", () => {
    mentor.doc.transact(() => {
      draw(mentor, "a");
      on(mentor).set("evil", { id: "other", type: "rectangle" });
      on(mentor).set("page", { id: "page", type: "iframe", link: "javascript:alert(1)" });
    });
    clear(mentor);
    const [cleared] = desk.cleared.value;
    if (cleared) desk.putBack(cleared);
    expect([...on(mentee).keys()]).toEqual(["a"]);
  });
});
