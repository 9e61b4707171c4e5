/** Topics, goals and actions in the document of two: both at once, cut off and back, and what hostile hands put there. */
import { beforeEach, describe, expect, test } from "vitest";
import * as Y from "yjs";
import { newId, type Seat } from "../../src/protocol.ts";
import { actions, agenda, PLACES, topics } from "../../src/sharing/layout.ts";
import { countOf, type ListName, readView, TopicsModel } from "../../src/topics/model.ts";
import { LIMITS, noteText, readActions, readTopics } from "../../src/topics/read.ts";
import { type LocalSharing, localPair } from "../local_pair.ts";
import { HandClock, must } from "./given.ts";

let mentor: LocalSharing;
let mentee: LocalSharing;
let ingrid: TopicsModel;
let samir: TopicsModel;
let clock: HandClock;

beforeEach(() => {
  [mentor, mentee] = localPair();
  clock = new HandClock();
  ingrid = new TopicsModel(mentor.doc, "mentor", clock);
  samir = new TopicsModel(mentee.doc, "mentee", clock);
});

const titles = (sharing: LocalSharing, list: ListName = "now") => {
  const view = readView(sharing.doc, null);
  return list === "goal" || list === "action"
    ? view.kinds[list].map((item) => item.text)
    : view.places[list].map((item) => item.title);
};
/** Everything, notes as text. */
const view = (sharing: LocalSharing) => JSON.stringify(readView(sharing.doc, null));
describe("one by one", () => {
  test("what one adds, renames, crosses off and deletes the other sees", () => {
    const first = must(samir.addTopic("  Saying no\n to extra work ", "now"));
    const second = must(ingrid.addTopic("A book", "now"));
    expect(titles(mentor)).toEqual(["Saying no to extra work", "A book"]);
    expect(readTopics(mentor.doc).map((topic) => topic.by)).toEqual(["mentee", "mentor"]);
    ingrid.renameTopic(first, "Saying no");
    samir.tick(second, true);
    expect(titles(mentee)).toEqual(["Saying no"]);
    expect(readView(mentor.doc, null).doneTopics.map((topic) => topic.title)).toEqual(["A book"]);
    ingrid.delete(first);
    expect(titles(mentee)).toEqual([]);
  });

  test("the view is told of every change", async () => {
    samir.addTopic("A", "30");
    await Promise.resolve();
    expect(ingrid.view.value.places[30].map((topic) => topic.title)).toEqual(["A"]);
  });

  test("typing in a note draws nothing anew but that there are notes now, or none any more", async () => {
    const id = must(samir.addTopic("A", "now"));
    const drawn = async (change: () => void) => {
      await Promise.resolve();
      const before = ingrid.view.value;
      change();
      await Promise.resolve();
      return ingrid.view.value !== before;
    };
    expect(await drawn(() => samir.editNote(id, { at: 0, deleted: 0, inserted: "one" }))).toBe(true);
    expect(await drawn(() => samir.editNote(id, { at: 3, deleted: 0, inserted: " two" }))).toBe(false);
    expect(await drawn(() => ingrid.editNote(id, { at: 0, deleted: 4, inserted: "" }))).toBe(false);
    expect(await drawn(() => samir.editNote(id, { at: 0, deleted: 3, inserted: "" }))).toBe(true);
  });

  test("a topic goes to any place of any list, an action only within its kind", () => {
    const ids = ["A", "B", "C"].map((title) => must(samir.addTopic(title, "now")));
    const [a, , c] = ids.map(must);
    expect(samir.move(must(c), "now", 0)).toBe(true);
    expect(titles(mentor)).toEqual(["C", "A", "B"]);
    expect(samir.move(must(a), "90", 0)).toBe(true);
    expect(titles(mentor)).toEqual(["C", "B"]);
    expect(titles(mentor, "90")).toEqual(["A"]);
    const goal = must(samir.addAction("goal", "G", null, null));
    expect(samir.move(goal, "action", 0)).toBe(false);
    expect(samir.move(goal, "now", 0)).toBe(false);
    expect(samir.move(must(a), "goal", 0)).toBe(false);
    expect(titles(mentor, "goal")).toEqual(["G"]);
  });

  test("an action has an owner and a day that exists", () => {
    const id = must(samir.addAction("action", "Ask Lena", "mentee", "2026-02-29"));
    expect(readActions(mentor.doc)[0]).toMatchObject({ owner: "mentee", due: null });
    ingrid.changeAction(id, { owner: null, due: "2028-02-29", text: "Ask Lena about it" });
    expect(readActions(mentee.doc)[0]).toMatchObject({ owner: null, due: "2028-02-29", text: "Ask Lena about it" });
    expect(ingrid.changeAction(id, { text: "  " })).toBe(false);
  });

  test("no words, no topic; and 500 are as many as fit", () => {
    expect(samir.addTopic(" \n ", "now")).toBeNull();
    expect(must(samir.addTopic("x".repeat(900), "now"))).toBeTruthy();
    expect(readTopics(mentor.doc)[0]?.title).toHaveLength(LIMITS.title);
    mentee.doc.transact(() => {
      for (let n = 0; n < LIMITS.items - 1; n += 1)
        topics(mentee.doc).set(newId(), raw({ order: `b${n + 100}`.replace(/0$/, "0V") }));
    });
    expect(readTopics(mentee.doc)).toHaveLength(LIMITS.items);
    expect(samir.addTopic("one more", "now")).toBeNull();
    expect(countOf(readView(mentee.doc, null), "90")).toBe(LIMITS.items);
  });

  test("all that are there count, open and done, topics apart from goals and actions", () => {
    const done = must(samir.addTopic("Done", "now"));
    samir.tick(done, true);
    ingrid.addTopic("Open", "60");
    const action = must(samir.addAction("action", "Done", null, null));
    samir.tick(action, true);
    ingrid.addAction("goal", "Open", "mentee", null);
    ingrid.addAction("goal", "Open too", "mentee", null);
    const view = readView(mentee.doc, null);
    expect([countOf(view, "now"), countOf(view, "90"), countOf(view, "goal"), countOf(view, "action")]).toEqual([
      2, 2, 3, 3,
    ]);
  });

  test("what is not there is not changed", () => {
    const id = newId();
    expect([samir.renameTopic(id, "x"), samir.tick(id, true), samir.delete(id), samir.move(id, "now", 0)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    samir.editNote(id, { at: 0, deleted: 0, inserted: "x" });
  });
});

describe("taking back", () => {
  test("a deletion comes back with its notes; the other's changes stay", () => {
    const id = must(samir.addTopic("Mine", "now"));
    samir.editNote(id, { at: 0, deleted: 0, inserted: "word for word" });
    samir.delete(id);
    ingrid.addTopic("Hers", "now");
    samir.undo();
    expect(titles(mentor).sort()).toEqual(["Hers", "Mine"]);
    expect(noteText(must(readTopics(mentor.doc).find((topic) => topic.title === "Mine")).note)).toBe("word for word");
    samir.redo();
    expect(titles(mentor)).toEqual(["Hers"]);
  });

  test("step by step, and only one's own", () => {
    samir.addTopic("A", "now");
    samir.addTopic("B", "now");
    ingrid.addTopic("C", "now");
    samir.undo();
    expect(titles(mentee)).toEqual(["A", "C"]);
    samir.undo();
    samir.undo();
    expect(titles(mentee)).toEqual(["C"]);
    expect(samir.canUndo.value).toBe(false);
    expect(ingrid.canUndo.value).toBe(true);
  });
});

describe("both at once", () => {
  test("two who add at the same place both keep theirs, in one order", () => {
    for (const sharing of [mentor, mentee]) sharing.cut();
    for (const n of [1, 2, 3]) {
      samir.addTopic(`S${n}`, "now");
      ingrid.addTopic(`I${n}`, "now");
    }
    for (const sharing of [mentor, mentee]) sharing.mend();
    expect(titles(mentor)).toHaveLength(6);
    expect(titles(mentee)).toEqual(titles(mentor));
    expect(titles(mentor).filter((title) => title.startsWith("S"))).toEqual(["S1", "S2", "S3"]);
  });

  test("between two whose keys came out equal there is room, for both sides alike", () => {
    for (const title of ["A", "B"]) topics(mentor.doc).set(newId(), raw({ title, order: "a1" }));
    const c = must(samir.addTopic("C", "now"));
    samir.move(c, "now", 1);
    expect(titles(mentor)[1]).toBe("C");
    expect(titles(mentee)).toEqual(titles(mentor));
  });

  test("notes of both stand beside each other", () => {
    const id = must(samir.addTopic("T", "now"));
    samir.editNote(id, { at: 0, deleted: 0, inserted: "one three" });
    for (const sharing of [mentor, mentee]) sharing.cut();
    samir.editNote(id, { at: 4, deleted: 0, inserted: "two " });
    ingrid.editNote(id, { at: 9, deleted: 0, inserted: " four" });
    for (const sharing of [mentor, mentee]) sharing.mend();
    for (const sharing of [mentor, mentee])
      expect(noteText(must(readTopics(sharing.doc)[0]).note)).toBe("one two three four");
  });

  test("crossed off here and moved there is both", () => {
    const id = must(samir.addTopic("T", "now"));
    for (const sharing of [mentor, mentee]) sharing.cut();
    samir.tick(id, true);
    ingrid.move(id, "60", 0);
    for (const sharing of [mentor, mentee]) sharing.mend();
    expect(readTopics(mentor.doc)[0]).toMatchObject({ place: "60" });
    expect(readTopics(mentor.doc)[0]?.doneMs).not.toBeNull();
    expect(view(mentor)).toBe(view(mentee));
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "whatever both do, with the line coming and going, nothing is lost (%i)",
    (seed) => {
      const random = generator(seed);
      const alive = new Set<string>();
      for (let n = 0; n < 160; n += 1) {
        const model = random(2) ? samir : ingrid;
        const sharing = model === samir ? mentee : mentor;
        walk(model, sharing.doc, random, n, alive);
        if (random(12) === 0) (random(2) ? mentor : mentee).cut();
        if (random(9) === 0) for (const end of [mentor, mentee]) end.mend();
      }
      for (const end of [mentor, mentee]) end.mend();
      expect(view(mentee)).toBe(view(mentor));
      const here = [...readTopics(mentor.doc), ...readActions(mentor.doc)].map((item) => item.id).sort();
      expect(here).toEqual([...alive].sort());
    },
  );
});

describe("hostile items", () => {
  const good = () => must(samir.addTopic("Good", "now"));

  test.each<[string, unknown]>([
    ["a number", 7],
    ["a text", "topic"],
    ["plain JSON", { title: "x" }],
    ["an array", Y.Array.from([1])],
    ["text of its own", new Y.Text("x")],
    ["an empty map", new Y.Map()],
    ["no words", raw({ title: "  " })],
    ["words as a number", raw({ title: 5 })],
    ["words without end", raw({ title: "x".repeat(5000) })],
    ["another seat", raw({ by: "admin" })],
    ["another place", raw({ place: "__proto__" })],
    ["no order", raw({ order: "" })],
    ["an order that is none", raw({ order: "a00" })],
    ["an endless order", raw({ order: `a0${"V".repeat(5000)}` })],
    ["no time", raw({ made_ms: Number.NaN })],
    ["a time beyond time", raw({ made_ms: 1e300 })],
    ["done at some text", raw({ done_ms: "yesterday" })],
    ["no note", raw({ note: null })],
    ["a note of another kind", raw({ note: new Y.XmlText("x") })],
    ["a note without end", raw({ note: new Y.Text("x".repeat(60_000)) })],
  ])("%s is skipped, and the rest stays", (_, item) => {
    const id = good();
    topics(mentor.doc).set(newId(), item as Y.Map<unknown>);
    expect(readTopics(mentee.doc).map((topic) => topic.id)).toEqual([id]);
    expect(samir.addTopic("Another", "now")).not.toBeNull();
    expect(titles(mentee)).toEqual(["Good", "Another"]);
  });

  test.each([
    ["another kind", { kind: "order" }],
    ["another owner", { owner: "admin" }],
    ["no owner at all", { owner: undefined }],
    ["a day that is none", { due: "tomorrow" }],
    ["a day that does not exist", { due: "2026-02-31" }],
    ["text that is none", { text: ["a"] }],
  ])("an action with %s is skipped", (_, change) => {
    const fields = { kind: "goal", text: "x", owner: null, due: null, made_ms: 1, done_ms: null, order: "a0" };
    actions(mentor.doc).set(newId(), new Y.Map(Object.entries({ ...fields, ...change })));
    actions(mentor.doc).set("not an id", new Y.Map(Object.entries(fields)));
    expect(readActions(mentee.doc)).toEqual([]);
  });

  test("a flood of items hides none of those that were there first", () => {
    const id = good();
    mentor.doc.transact(() => {
      for (let n = 0; n < 2 * LIMITS.read; n += 1) topics(mentor.doc).set(newId(), raw({ made_ms: clock.now() }));
    });
    const read = readTopics(mentee.doc);
    expect(read).toHaveLength(LIMITS.read);
    expect(read.some((topic) => topic.id === id)).toBe(true);
  });

  test("what is no text in a note keeps its place, so that edits fall where they were made", () => {
    const id = good();
    const note = topics(mentor.doc).get(id)?.get("note") as Y.Text;
    note.insert(0, "ab", { bold: true });
    note.insertEmbed(1, { image: "x" });
    expect(noteText(must(readTopics(mentee.doc)[0]).note)).toBe("a\ufffcb");
    samir.editNote(id, { at: 3, deleted: 0, inserted: "c" });
    expect(noteText(note)).toBe("a\ufffcbc");
  });

  test.each([null, "x", -1, Number.NaN, {}])("an agenda sent at %j was not sent", (ms) => {
    agenda(mentor.doc).set("sent_ms", ms);
    agenda(mentor.doc).set("sent_by", "mentee");
    expect(readView(mentee.doc, null).agenda.sent).toBeNull();
  });
});

function raw(change: Record<string, unknown> = {}): Y.Map<unknown> {
  const fields = { title: "x", by: "mentor", made_ms: 1, done_ms: null, place: "now", order: "a0", note: new Y.Text() };
  return new Y.Map(Object.entries({ ...fields, ...change }));
}

/** One thing somebody does. `alive` follows what must be there in the end: a deletion wins over whatever the other does. */
function walk(model: TopicsModel, doc: Y.Doc, random: (n: number) => number, n: number, alive: Set<string>): void {
  const topic = pick(readTopics(doc), random);
  const item = pick([...readTopics(doc), ...readActions(doc)], random);
  const place = must(PLACES[random(4)]);
  const owner = [null, "mentor", "mentee"][random(3)] as Seat | null;
  switch (random(9)) {
    case 0:
    case 1:
      alive.add(must(model.addTopic(`T${n}`, place)));
      break;
    case 2:
      alive.add(must(model.addAction(random(2) ? "goal" : "action", `A${n}`, owner, null)));
      break;
    case 3:
    case 4:
      if (topic) model.move(topic.id, place, random(9));
      break;
    case 5:
      if (topic) model.editNote(topic.id, { at: random(5), deleted: random(3), inserted: `n${n}` });
      break;
    case 6:
      if (item) model.tick(item.id, random(2) === 0);
      break;
    case 7:
      if (topic) model.renameTopic(topic.id, `R${n}`);
      break;
    default:
      if (item && random(3) === 0 && model.delete(item.id)) alive.delete(item.id);
  }
}

function pick<T>(items: readonly T[], random: (n: number) => number): T | undefined {
  return items[random(Math.max(1, items.length))];
}

/** Small numbers below `n`, the same at every run. */
function generator(seed: number): (n: number) => number {
  let state = seed * 7919;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
