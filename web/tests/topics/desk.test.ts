/** Moving by keys: where a lifted item would come to stand, across lists and past what a filter hides, and what is said. */
import { beforeEach, expect, test, vi } from "vitest";
import "../all_words";
import { Drafts } from "../../src/sharing/drafts.ts";
import { Desk } from "../../src/topics/desk.ts";
import { dayOf, dueWords } from "../../src/topics/due.ts";
import { localPair } from "../local_pair.ts";

let desk: Desk;
let ids: Record<string, string>;

beforeEach(async () => {
  const [, mentee] = localPair();
  desk = new Desk(mentee);
  ids = {};
  for (const [title, place] of [
    ["A", "now"],
    ["B", "now"],
    ["C", "30"],
  ] as const)
    ids[title] = desk.model.addTopic(title, place) ?? "";
  for (const [text, owner] of [
    ["mine", "mentee"],
    ["hers", "mentor"],
    ["ours", null],
  ] as const)
    ids[text] = desk.model.addAction("action", text, owner, null) ?? "";
  await Promise.resolve();
});

const of = (title: string) => ids[title] ?? "";
const titles = async (place: "now" | "30" | "60" | "90") => {
  await Promise.resolve();
  return desk.model.view.value.places[place].map((topic) => topic.title);
};

test("down past the end of a list is the beginning of the next, and up the way back", async () => {
  desk.lift(of("A"), "A", "now", "keys");
  expect(desk.heard.value).toBe("Lifted. A: 1 of 2 under “Now”.");
  desk.step(1);
  expect(desk.heard.value).toBe("2 of 2 under “Now”");
  desk.step(1);
  expect(desk.carry.value).toMatchObject({ list: "30", index: 0 });
  desk.step(1);
  desk.step(1);
  desk.step(1);
  expect(desk.carry.value).toMatchObject({ list: "90", index: 0 });
  desk.step(1);
  expect(desk.carry.value).toMatchObject({ list: "90", index: 0 });
  for (let n = 0; n < 9; n += 1) desk.step(-1);
  expect(desk.carry.value).toMatchObject({ list: "now", index: 0 });
  desk.sidestep(-1);
  desk.sidestep(1);
  desk.drop();
  expect(await titles("30")).toEqual(["A", "C"]);
  expect(desk.heard.value).toBe("A stands at 1 of 2 under “In 30 days”.");
});

test("left where it was, nothing is written", async () => {
  desk.lift(of("B"), "B", "now", "keys");
  desk.step(-1);
  desk.cancel();
  expect(desk.heard.value).toBe("B stays where it was.");
  expect(await titles("now")).toEqual(["A", "B"]);
  desk.step(1);
  desk.drop();
  expect(await titles("now")).toEqual(["A", "B"]);
});

test("an action stays among its kind, and goes past what the filter hides", async () => {
  desk.onlyMine.value = true;
  expect(desk.shown("action").map(({ id }) => id)).toEqual([of("mine"), of("ours")]);
  desk.lift(of("mine"), "mine", "action", "keys");
  desk.step(1);
  desk.step(1);
  expect(desk.carry.value).toMatchObject({ list: "action", index: 1 });
  desk.drop();
  await Promise.resolve();
  expect(desk.model.view.value.kinds.action.map(({ text }) => text)).toEqual(["hers", "ours", "mine"]);
});

test("what was crossed off or deleted is offered back, and the same words are said anew", () => {
  desk.tick(of("A"), "A", true);
  expect(desk.offer.value).toEqual({ id: of("A"), words: "Crossed off: A" });
  const once = desk.heard.value;
  desk.tick(of("A"), "A", true);
  expect(desk.heard.value).not.toBe(once);
  desk.delete(of("B"), "B");
  expect(desk.offer.value).toEqual({ id: of("B"), words: "Deleted: B" });
});

test("the focus goes to the next one, or the one before", () => {
  const list = desk.shown("now");
  expect(desk.neighbour(of("A"), list, "check")).toBe(`${of("B")}:check`);
  expect(desk.neighbour(of("B"), list, "check")).toBe(`${of("A")}:check`);
  expect(desk.neighbour(of("C"), [{ id: of("C") }], "check")).toBeNull();
});

test("days by which something is due, in words", () => {
  const now = new Date(2026, 2, 28, 23, 30).getTime(); // the night in which summer time begins
  expect(dayOf(now)).toBe("2026-03-28");
  expect(dueWords("2026-03-27", now)).toEqual({ words: "was due 27 March", late: true });
  expect(dueWords("2026-03-28", now)).toEqual({ words: "due today", late: false });
  expect(dueWords("2026-03-29", now)).toEqual({ words: "due tomorrow", late: false });
  expect(dueWords("2027-01-02", now)).toEqual({ words: "by 2 January 2027", late: false });
});

test("the field somebody wrote in when the page was left is open again, and its words are there", async () => {
  const kept = new Map([["topics.30", "How do I say"]]);
  const [, mentee] = localPair();
  const drafts = new Drafts();
  drafts.open({
    draft: async (name) => kept.get(name) ?? "",
    keepDraft: async (name, text) => void kept.set(name, text),
  });
  mentee.draft = (name) => drafts.of(name);
  const again = new Desk(mentee);
  await vi.waitUntil(() => again.adding.value !== null);
  expect(again.adding.value).toBe("30");
  expect(await again.draft("30")?.read()).toBe("How do I say");
  expect(await again.draft("goal")?.read()).toBe("");
  expect(desk.adding.value).toBeNull();
});
