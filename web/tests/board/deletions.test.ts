/** Two desks on one document, each in a browser of its own: whose deleted pages go for good, and who is told. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type * as Y from "yjs";
import { BROUGHT_BACK_FOR_MS, givenUpBy } from "../../src/board/deletions";
import { BoardDesk } from "../../src/board/desk";
import { addPage, deletePage, elementsOf, isShown } from "../../src/board/pages";
import { pages } from "../../src/sharing/layout";
import { type LocalSharing, localPair } from "../local_pair";
import { FakeStorage } from "./storage";
import "../all_words";

const FIRST = "abcdefghijklmnop";
const SECOND = "bcdefghijklmnopq";
const HALF_A_DAY = BROUGHT_BACK_FOR_MS + 1;

let mentor: LocalSharing;
let mentee: LocalSharing;
let page: string;
const desks: BoardDesk[] = [];

beforeEach(() => {
  // not Intl: what words are made with is kept for the tests after these
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  vi.setSystemTime(Date.UTC(2026, 10, 12, 14));
  vi.stubGlobal("localStorage", new FakeStorage());
  [mentor, mentee] = localPair();
  page = drawn(mentor.doc, "Plans");
});

afterEach(() => {
  for (const desk of desks.splice(0)) desk.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function drawn(doc: Y.Doc, name: string): string {
  const id = addPage(doc, { meeting: null, name }, Date.now()) ?? "";
  elementsOf(doc, id)?.set("e", { id: "e" });
  return id;
}

/** Opens the board; what lay open before there is closed. */
function open(sharing: LocalSharing, meeting: string | null): BoardDesk {
  const desk = new BoardDesk(sharing, meeting);
  desks.push(desk);
  return desk;
}

const settle = () => vi.advanceTimersByTime(200);
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
const told = (desk: BoardDesk) => desk.deleted.value.map(({ id, agreed, by }) => [id, agreed ? "agreed" : "asked", by]);

describe("who deleted a page", () => {
  test.each([
    ["in the next meeting", SECOND, 0],
    ["half a day later", FIRST, HALF_A_DAY],
    ["half a day later, alone", null, HALF_A_DAY],
  ])("gives it up for good %s, and asks that it be forgotten", (_, meeting, ms) => {
    const desk = open(mentor, FIRST);
    desk.remove(page);
    expect(told(desk)).toEqual([[page, "agreed", "mentor"]]);
    desk.close();
    later(60_000);
    open(mentor, FIRST).close();
    expect(pages(mentor.doc).has(page)).toBe(true);
    later(ms);
    open(mentor, meeting);
    expect(pages(mentor.doc).has(page)).toBe(false);
    expect(mentor.forgetting.value).toBe(1);
  });

  test("between two meetings: the other still hears of it in the next", () => {
    open(mentee, null).remove(page);
    later(3_600_000);
    open(mentee, FIRST);
    expect(told(open(mentor, FIRST))).toEqual([[page, "asked", "mentee"]]);
    expect(isShown(mentor.doc, page)).toBe(false);
  });

  test("may have it gone at once", () => {
    const desk = open(mentor, FIRST);
    desk.remove(page);
    desk.removeNow(page);
    expect([pages(mentor.doc).has(page), mentor.forgetting.value]).toEqual([false, 1]);
  });
});

describe("what is not asked about once more where it goes for good", () => {
  const asked = (sharing: LocalSharing, deletedMs: unknown) => !givenUpBy(sharing)(page, deletedMs);

  test("is what this person deleted or agreed to, also once it is gone", () => {
    const desk = open(mentee, FIRST);
    const atMs = Date.now();
    desk.remove(page);
    const other = open(mentor, FIRST);
    expect([mentee, mentor].map((one) => asked(one, atMs))).toEqual([false, true]);
    other.agree(other.deleted.value[0] as never);
    desk.removeNow(page);
    settle();
    open(mentor, SECOND);
    settle();
    expect([mentee, mentor].map((one) => asked(one, atMs))).toEqual([false, false]);
    expect([atMs + 1, String(atMs), undefined].map((ms) => asked(mentor, ms))).toEqual([true, true, true]);
  });

  test("but not what was brought back since", () => {
    const desk = open(mentee, FIRST);
    const atMs = Date.now();
    desk.remove(page);
    desk.bringBack(page);
    settle();
    expect(asked(mentee, atMs)).toBe(true);
  });
});

describe("the other", () => {
  beforeEach(() => {
    const desk = open(mentee, FIRST);
    desk.remove(page);
    desk.close();
  });

  test.each([
    ["in the same meeting", FIRST, 0],
    ["in the next one", SECOND, 0],
    ["weeks later", SECOND, 40 * HALF_A_DAY],
    ["weeks later, alone", null, 40 * HALF_A_DAY],
  ])("is told %s, and nothing is given up unasked", (_, meeting, ms) => {
    later(ms);
    const desk = open(mentor, meeting);
    settle();
    expect(told(desk)).toEqual([[page, "asked", "mentee"]]);
    desk.close();
    later(HALF_A_DAY);
    expect(told(open(mentor, SECOND))).toEqual([[page, "asked", "mentee"]]);
    expect([pages(mentor.doc).has(page), mentor.forgetting.value]).toEqual([true, 0]);
  });

  test("brings it back", () => {
    open(mentor, SECOND).bringBack(page);
    const desk = open(mentee, SECOND);
    later(HALF_A_DAY);
    expect(told(open(mentee, SECOND))).toEqual([]);
    expect(desk.pages.value.map(({ id }) => id)).toContain(page);
  });

  test("says all right: it is not told of again, and goes when the meeting is over", () => {
    const desk = open(mentor, SECOND);
    desk.agree(desk.deleted.value[0] as never);
    expect(told(desk)).toEqual([]);
    expect(pages(mentor.doc).has(page)).toBe(true);
    desk.close();
    open(mentor, "cdefghijklmnopqr");
    expect([pages(mentor.doc).has(page), mentor.forgetting.value]).toEqual([false, 1]);
  });

  test("brought it back, and later it is deleted once more: asked once more", () => {
    const desk = open(mentor, FIRST);
    desk.agree(desk.deleted.value[0] as never);
    desk.close();
    // while the mentor's board is closed
    const again = open(mentee, FIRST);
    again.bringBack(page);
    later(1000);
    again.remove(page);
    later(HALF_A_DAY);
    expect(told(open(mentor, SECOND))).toEqual([[page, "asked", "mentee"]]);
  });
});

test.each([
  ["long ago", 1, "mentee"],
  ["in this one's name", 1, "mentor"],
  ["in the future", 8e15, "mentor"],
  ["by nothing", null, null],
])("a mark made up by the other's browser, %s, has nobody purge anything", (_, ms, by) => {
  for (const meeting of [FIRST, SECOND, null]) {
    pages(mentee.doc).get(page)?.set("deleted_ms", ms);
    pages(mentee.doc).get(page)?.set("deleted_by", by);
    const desk = open(mentor, meeting);
    later(HALF_A_DAY);
    settle();
    desk.close();
  }
  expect(told(open(mentor, SECOND))).toEqual([[page, "asked", by]]);
  expect([pages(mentor.doc).has(page), mentor.forgetting.value]).toEqual([true, 0]);
});

test("all of many are brought back at once, and of an empty one nobody hears", () => {
  const more = [drawn(mentee.doc, "More"), drawn(mentee.doc, "And more")];
  const empty = addPage(mentee.doc, { meeting: null, name: "Empty" }, 1) ?? "";
  for (const id of [...more, empty]) deletePage(mentee.doc, id, "mentee", Date.now());
  const desk = open(mentor, FIRST);
  expect(told(desk)).toHaveLength(2);
  desk.bringBack(...desk.deleted.value.map(({ id }) => id));
  expect(more.every((id) => isShown(mentee.doc, id))).toBe(true);
});

test("without a storage, or with a strange one, this browser asks about its own too", () => {
  const desk = open(mentor, FIRST);
  desk.remove(page);
  desk.close();
  const storage = new FakeStorage();
  storage.setItem(`visavis:${mentor.room}:mentor:board-deleted`, '[7, {"page": "../x"}, null]');
  for (const strange of [undefined, storage]) {
    vi.stubGlobal("localStorage", strange);
    expect(told(open(mentor, SECOND))).toEqual([[page, "asked", "mentor"]]);
  }
});
