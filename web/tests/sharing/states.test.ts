import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { holdsDeleted, isWaiting, sameState, wellShaped } from "../../src/sharing/compare";
import { notes, pages, topics } from "../../src/sharing/layout";
import { DocumentLog } from "../../src/sharing/log";
import { goTo, readable, roots } from "../../src/sharing/restore";
import { localPair } from "../local_pair";

const copy = (doc: Y.Doc): Y.Doc => {
  const made = new Y.Doc();
  Y.applyUpdate(made, Y.encodeStateAsUpdate(doc));
  return made;
};
const shown = (doc: Y.Doc) => roots(doc).map(readable);

function filled(): Y.Doc {
  const doc = new Y.Doc();
  doc.transact(() => {
    const body = new Y.XmlFragment();
    const paragraph = new Y.XmlElement("paragraph");
    paragraph.setAttribute("level", "2");
    const text = new Y.XmlText("what we agreed");
    paragraph.insert(0, [text]);
    body.insert(0, [paragraph]);
    notes(doc).set(
      "n",
      new Y.Map<unknown>([
        ["title", new Y.Text("Plans")],
        ["body", body],
        ["order", "a0"],
      ]),
    );
    topics(doc).set("t", new Y.Map<unknown>([["title", "Courage to ask"]]));
    const elements = new Y.Map<unknown>([["e", { type: "text", text: "on the board", x: 1 }]]);
    pages(doc).set(
      "p",
      new Y.Map<unknown>([
        ["name", "Monday"],
        ["elements", elements],
      ] as [string, unknown][]),
    );
  });
  const body = notes(doc).get("n")?.get("body") as Y.XmlFragment;
  const inner = body.get(0) as Y.XmlElement;
  (inner.get(0) as Y.XmlText).format(0, 4, { bold: true });
  return doc;
}

const titleOf = (doc: Y.Doc) => notes(doc).get("n")?.get("title") as Y.Text;

describe("going back", () => {
  test("the document reads as then; what is equal is left alone; it converges and can be undone", () => {
    const doc = filled();
    const then = Y.encodeStateAsUpdate(doc);
    const before = shown(doc);
    const other = copy(doc);
    titleOf(doc).insert(0, "Worse ");
    notes(doc).delete("t");
    topics(doc).delete("t");
    topics(doc).set("new", new Y.Map<unknown>([["title", "later"]]));
    const elements = pages(doc).get("p")?.get("elements") as Y.Map<unknown>;
    elements.set("e", { type: "text", text: "smeared", x: 1 });
    const after = shown(doc);
    const origin = {};
    const way = new Y.UndoManager(roots(doc), { trackedOrigins: new Set([origin]) });
    const size = Y.encodeStateAsUpdate(doc).length;
    goTo(doc, then, origin);
    expect(shown(doc)).toEqual(before);
    expect(Y.encodeStateAsUpdate(doc).length - size).toBeLessThan(400);
    titleOf(other).insert(5, "!");
    Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
    expect(shown(other)).toEqual(shown(doc));
    way.undo();
    expect(shown(doc)).toEqual(after);
  });

  test("with what is new kept, only what is missing comes back", () => {
    const doc = filled();
    const then = Y.encodeStateAsUpdate(doc);
    notes(doc).delete("n");
    topics(doc).set("new", new Y.Map<unknown>([["title", "later"]]));
    goTo(doc, then, null, true);
    expect(notes(doc).has("n")).toBe(true);
    expect(topics(doc).has("new")).toBe(true);
  });

  test("an earlier state that cannot be read changes nothing", () => {
    const doc = filled();
    const before = shown(doc);
    expect(() => goTo(doc, Uint8Array.of(255, 255, 255))).toThrow();
    expect(shown(doc)).toEqual(before);
  });
});

describe("comparing states", () => {
  test("the same, and whatever differs by one thing", () => {
    const doc = filled();
    expect(sameState(doc, copy(doc))).toBe(true);
    const more = copy(doc);
    titleOf(more).insert(0, "x");
    const less = copy(doc);
    topics(less).delete("t");
    for (const other of [more, less]) expect(sameState(doc, other)).toBe(false);
  });

  test("a forgery at the same places is no equal", () => {
    const mine = new Y.Doc();
    mine.clientID = 7;
    topics(mine).set("t", new Y.Map<unknown>([["title", "ours"]]));
    const forged = new Y.Doc();
    forged.clientID = 7;
    topics(forged).set("t", new Y.Map<unknown>([["title", "lies"]]));
    expect(Y.equalSnapshots(Y.snapshot(mine), Y.snapshot(forged))).toBe(true);
    expect(sameState(mine, forged)).toBe(false);
  });

  test("what earlier states still hold of what was deleted since", () => {
    const before = filled();
    const now = copy(before);
    titleOf(now).insert(5, " for spring");
    expect(holdsDeleted(before, now)).toBe(false);
    titleOf(now).delete(0, 2);
    expect(holdsDeleted(before, now)).toBe(false); // two letters: a slip of the pen
    titleOf(now).delete(0, 3);
    expect(holdsDeleted(before, now)).toBe(true);
    const gone = copy(before);
    titleOf(gone).delete(0, 5);
    expect(holdsDeleted(before, gone)).toBe(true);
    expect(holdsDeleted(gone, gone)).toBe(false);
  });

  test("plain values count where people write them: a board's text, a title; not where they move", () => {
    const before = filled();
    const moved = copy(before);
    const elements = (doc: Y.Doc) => pages(doc).get("p")?.get("elements") as Y.Map<unknown>;
    elements(moved).set("e", { type: "text", text: "on the board", x: 99 });
    expect(holdsDeleted(before, moved)).toBe(false);
    elements(moved).delete("e");
    expect(holdsDeleted(before, moved)).toBe(true);
    const renamed = copy(before);
    topics(renamed).get("t")?.set("title", "Courage to ask, twice");
    expect(holdsDeleted(before, renamed)).toBe(false);
    topics(renamed).get("t")?.set("title", "Something else");
    expect(holdsDeleted(before, renamed)).toBe(true);
  });

  test("too deep, or waiting for what never comes", () => {
    const doc = filled();
    expect(wellShaped(doc)).toBe(true);
    let map = topics(doc) as Y.Map<unknown>;
    for (let depth = 0; depth < 100; depth += 1) {
      const inner = new Y.Map<unknown>();
      map.set("in", inner);
      map = inner;
    }
    expect(wellShaped(doc)).toBe(false);
    const late = new Y.Doc();
    const seen = Y.encodeStateVector(doc);
    map.set("more", 1);
    Y.applyUpdate(late, Y.encodeStateAsUpdate(doc, seen));
    expect(isWaiting(late)).toBe(true);
    expect(isWaiting(doc)).toBe(false);
  });
});

describe("a log in memory", () => {
  const updates: Uint8Array[] = [];
  const source = new Y.Doc();
  source.on("update", (update) => updates.push(update));
  for (let n = 0; n < 8; n += 1) topics(source).set(`t${n}`, new Y.Map<unknown>([["title", `topic ${n}`]]));

  test("gives every state it has all entries of, and no other", () => {
    const log = new DocumentLog();
    updates.forEach((update, place) => {
      if (place !== 5) log.add(place + 1, update);
    });
    expect(log.state(5)?.getMap("topics").size).toBe(5);
    expect(log.state(6)).toBeNull();
    log.add(6, updates[5] as Uint8Array);
    expect(sameState(log.state(8) as Y.Doc, source)).toBe(true);
    log.fold(4);
    expect(log.state(3)).toBeNull();
    expect(sameState(log.state(8) as Y.Doc, source)).toBe(true);
    log.cut(6);
    expect(log.state(7)).toBeNull();
    expect(log.state(6)?.getMap("topics").size).toBe(6);
  });

  test("tells a broken entry from a view that fails", () => {
    const log = new DocumentLog();
    updates.forEach((update, place) => {
      log.add(place + 1, update);
    });
    expect(log.takes(9, Uint8Array.of(9, 9, 9))).toBe(false);
    expect(log.takes(9, updates[0] as Uint8Array)).toBe(true);
  });
});

describe("two ends in memory", () => {
  test("what one writes the other has, and all of it after a cut", () => {
    const [mentor, mentee] = localPair();
    notes(mentor.doc).set("n", new Y.Map<unknown>([["title", new Y.Text("one")]]));
    mentor.say(Uint8Array.of(1));
    expect(notes(mentee.doc).has("n")).toBe(true);
    expect(mentee.chat.value.map(({ n, stored }) => [n, stored])).toEqual([[1, true]]);
    mentee.cut();
    titleOf(mentee.doc).insert(3, " two");
    mentor.say(Uint8Array.of(2));
    mentee.say(Uint8Array.of(3));
    expect(mentee.unsent.value).toBe(2);
    expect(mentee.chat.value.map(({ n }) => n)).toEqual([1, 0]);
    expect(mentor.partnerHere.value).toBe(false);
    mentee.mend();
    expect(titleOf(mentor.doc).toString()).toBe("one two");
    expect(mentor.chat.value).toEqual(mentee.chat.value);
    expect(mentor.chat.value.map(({ seat }) => seat)).toEqual(["mentor", "mentor", "mentee"]);
  });

  test("passing words, blobs, striking, going back", async () => {
    const [mentor, mentee] = localPair();
    const heard: unknown[] = [];
    const stop = mentee.onPass("board", (data, seat) => heard.push([data, seat]));
    mentor.pass("board", { x: 1 });
    mentor.pass("typing", {});
    stop();
    mentor.pass("board", { x: 2 });
    expect(heard).toEqual([[{ x: 1 }, "mentor"]]);
    const { id } = await mentor.putBlob(Uint8Array.of(1, 2));
    expect(await mentee.getBlob(id)).toEqual(Uint8Array.of(1, 2));
    mentor.say(Uint8Array.of(7));
    mentee.strike(1);
    expect(mentee.chat.value[0]?.body).not.toBeNull();
    mentor.strike(1);
    expect(mentee.chat.value[0]?.body).toBeNull();
    topics(mentor.doc).set("t", new Y.Map<unknown>([["title", "kept"]]));
    const kept = mentor.keep();
    topics(mentee.doc).delete("t");
    await mentee.goBack(kept);
    expect(topics(mentor.doc).get("t")?.get("title")).toBe("kept");
  });
});
