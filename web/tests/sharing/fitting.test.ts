import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { deletions, news, standing, thingOf } from "../../src/sharing/fitting";
import { actions, notes, pages, topics } from "../../src/sharing/layout";

const copyOf = (doc: Y.Doc): Y.Doc => {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
};
const pending = (doc: Y.Doc) => doc.store.pendingStructs !== null || doc.store.pendingDs !== null;

/** A document, a copy of it as it was, and the updates made since. */
function begun(fill: (doc: Y.Doc) => void) {
  const now = new Y.Doc();
  fill(now);
  const before = copyOf(now);
  const updates: Uint8Array[] = [];
  now.on("update", (update) => updates.push(update));
  return { now, before, updates };
}

const inner = <T>(map: Y.Map<Y.Map<unknown>>, id: string, key: string): T => {
  const thing = map.get(id);
  if (!thing) throw new Error(`no ${id}`);
  return thing.get(key) as T;
};

const topic = (title: string, note = "") =>
  new Y.Map<unknown>([
    ["title", title],
    ["note", new Y.Text(note)],
  ]);

describe("what is deleted", () => {
  test("goes without what was written, and builds on nothing that is not there", () => {
    const { now, before } = begun((doc) => {
      topics(doc).set("one", topic("one", "a long thought"));
      topics(doc).set("two", topic("two", "another thought"));
    });
    topics(now).set("three", topic("three"));
    topics(now).delete("one");
    const text = inner<Y.Text>(topics(now), "two", "note");
    text.delete(0, 8);
    text.insert(0, "a better ");
    topics(now).delete("three");
    const gone = deletions(before, copyOf(now)) as Uint8Array;
    expect(gone.length).toBeLessThan(40);
    Y.applyUpdate(before, gone);
    expect(pending(before)).toBe(false);
    expect([...topics(before).keys()]).toEqual(["two"]);
    expect(String(topics(before).get("two")?.get("note"))).toBe("thought");
    expect(deletions(before, copyOf(now))).toBeNull();
    Y.applyUpdate(before, Y.encodeStateAsUpdate(now));
    expect(Y.equalSnapshots(Y.snapshot(before), Y.snapshot(now))).toBe(true);
  });

  test("is not what makes way for something else: others would have neither", () => {
    const { now, before } = begun((doc) => {
      topics(doc).set("one", topic("old name", "kept"));
      notes(doc).set("n", new Y.Map<unknown>([["title", new Y.Text("old")]]));
    });
    topics(now).get("one")?.set("title", "new name");
    notes(now).get("n")?.set("title", new Y.Text("new"));
    expect(deletions(before, copyOf(now))).toBeNull();
    topics(now).get("one")?.set("title", "newer name");
    inner<Y.Text>(topics(now), "one", "note").delete(0, 2);
    const gone = deletions(before, copyOf(now)) as Uint8Array;
    Y.applyUpdate(before, gone);
    expect(topics(before).get("one")?.get("title")).toBe("old name");
    expect(String(topics(before).get("one")?.get("note"))).toBe("pt");
    expect(String(notes(before).get("n")?.get("title"))).toBe("old");
  });

  test("what was written and crossed out again is small", () => {
    const { now, before } = begun((doc) => topics(doc).set("one", topic("one")));
    topics(now).set("large", topic("x".repeat(100_000)));
    topics(now).set("two", topic("two"));
    topics(now).delete("large");
    const fresh = news(before, copyOf(now));
    expect(fresh.length).toBeLessThan(400);
    Y.applyUpdate(before, fresh);
    expect([...topics(before).keys()].sort()).toEqual(["one", "two"]);
    expect(pending(before)).toBe(false);
  });
});

describe("what builds on what", () => {
  test("all that a page writes builds on what it wrote before; what it deletes does not", () => {
    const { now, before, updates } = begun((doc) => topics(doc).set("one", topic("one")));
    topics(now).set("large", topic("x"));
    topics(now).set("two", topic("two"));
    topics(now).delete("one");
    topics(now).delete("large");
    const [large, two, ...gone] = updates as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    expect(standing(before, [large, two, ...gone])).toEqual([true, true, true, true]);
    // Without the large one: the second waits for it, and so does deleting it.
    expect(standing(before, [two, ...gone])).toEqual([false, true, false]);
    for (const [place, update] of [two, ...gone].entries()) {
      const taken = copyOf(before);
      Y.applyUpdate(taken, update);
      expect(pending(taken)).toBe(standing(before, [two, ...gone])[place] === false);
    }
  });

  test("another page's changes stand alone, unless they are made to it", () => {
    const { now, before, updates } = begun((doc) => topics(doc).set("one", topic("one", "text")));
    const other = copyOf(now);
    const theirs: Uint8Array[] = [];
    other.on("update", (update, origin) => origin === "mine" || theirs.push(update));
    topics(other).set("own", topic("own"));
    topics(now).set("large", topic("large", "words"));
    Y.applyUpdate(other, updates[0] as Uint8Array, "mine");
    inner<Y.Text>(topics(other), "large", "note").insert(5, " more");
    inner<Y.Text>(topics(other), "one", "note").insert(4, " more");
    expect(standing(before, theirs)).toEqual([true, false, false]);
    expect(standing(before, [updates[0] as Uint8Array, ...theirs])).toEqual([true, true, true, true]);
  });
});

test("what is too large has a name", () => {
  const { now, updates } = begun((doc) => {
    pages(doc).set(
      "p",
      new Y.Map<unknown>([
        ["name", "First ideas"],
        ["elements", new Y.Map()],
      ]),
    );
    topics(doc).set("t", topic(`${"long ".repeat(30)}`));
  });
  now.transact(() => {
    topics(now).get("t")?.set("done_ms", 1);
    inner<Y.Map<unknown>>(pages(now), "p", "elements").set("e", { points: [1, 2, 3, 4, 5] });
  });
  inner<Y.Text>(topics(now), "t", "note").insert(0, "words");
  actions(now).set("a", new Y.Map<unknown>([["owner", null]]));
  now.getText("elsewhere").insert(0, "words");
  const [drawn, written, noName, nowhere] = updates as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  expect(thingOf(now, drawn)).toEqual({ kind: "pages", called: "First ideas" });
  expect(thingOf(now, written)?.called).toHaveLength(61);
  expect(thingOf(now, noName)).toEqual({ kind: "actions", called: "" });
  expect(thingOf(now, nowhere)).toBeNull();
});
