/** Finding: which letters are the same, what comes first, what is shown, and that nothing hostile stops it. */
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import hostile from "../../../tests/vectors/hostile_texts.json";
import { bodyOf } from "../../src/notes/body";
import { fold, foldPlaces } from "../../src/notes/fold";
import { create } from "../../src/notes/model";
import { type Item, pieces, search, snippet, wordsOf } from "../../src/notes/search";
import { messageOf, Sources } from "../../src/notes/sources";
import { actions, pages, topics } from "../../src/sharing/layout";
import type { ChatEntry } from "../../src/sharing/types";

function item(id: string, title: string, text = "", atMs: number | null = null): Item {
  return { kind: "note", id, title, text, atMs, seat: null };
}
const ids = async (items: readonly Item[], query: string) =>
  (await search(items, query)).found.map((hit) => hit.item.id);
const marks = (cut: readonly { text: string; hit: boolean }[]) =>
  cut.map((p) => (p.hit ? `[${p.text}]` : p.text)).join("");

describe("letters", () => {
  test.each([
    ["CAFÉ", "cafe"],
    ["Ångström", "angstrom"],
    ["Straße", "strasse"],
    ["København", "kobenhavn"],
    ["ΟΔΟΣ", "οδοσ"],
    ["ﬁne", "fine"],
  ])("%s is found as %s", (text, folded) => expect(fold(text)).toBe(folded));

  test("letter by letter gives the same as all at once", () => {
    for (const text of ["Ångström Straße ΟΔΟΣ İx ﬁne 😀é", ...hostile.texts.map((one) => one.text)]) {
      // what only composes across letters may differ in length, never in what a plain word finds
      expect(foldPlaces(text).places.at(-1)).toBe(text.length);
    }
  });

  test("marks lie on the letters as they were written", () => {
    expect(marks(pieces("Die Straße im Café", ["strasse", "cafe"]))).toBe("Die [Straße] im [Café]");
    expect(marks(pieces("Straße", ["stras"]))).toBe("[Straß]e");
    expect(marks(pieces("aaaa", ["aa"]))).toBe("[aaaa]");
  });
});

describe("order", () => {
  test("every word must occur, in the title or in the text", async () => {
    const items = [item("both", "Calendar", "of the week"), item("one", "Calendar"), item("none", "Else")];
    expect(await ids(items, "week calendar")).toEqual(["both"]);
  });
  test("title before text, a word before its middle, the newest of equals", async () => {
    const items = [
      item("middle", "", "unplanned"),
      item("text", "", "a plan"),
      item("older", "The plan", "", 1),
      item("newer", "The plan", "", 2),
    ];
    expect(await ids(items, "plan")).toEqual(["newer", "older", "text", "middle"]);
  });
  test("words that stand together come first", async () => {
    expect(await ids([item("apart", "", "no to work, say it"), item("phrase", "", "how to say no")], "say no")).toEqual(
      ["phrase", "apart"],
    );
  });
  test("nothing is found for nothing", async () => {
    expect(await search([item("a", "a")], "  ")).toEqual({ found: [], total: 0 });
  });
  test("only the best are drawn, all are counted", async () => {
    const found = await search(
      Array.from({ length: 90 }, (_, n) => item(String(n), "x")),
      "x",
    );
    expect([found.found.length, found.total]).toEqual([50, 90]);
  });
});

describe("a snippet", () => {
  test("shows the words around the first hit", () => {
    const cut = marks(snippet(`${"before ".repeat(60)}the needle here ${"after ".repeat(60)}`, ["needle"]));
    expect(cut).toMatch(/^… before .*\[needle\] here .* …$/);
    expect(cut.length).toBeLessThan(170);
  });
  test("is the beginning where only the title was hit", () => {
    expect(marks(snippet("first line\nsecond", ["title"]))).toBe("first line second");
  });
});

test("many items are searched in slices, and a search nobody waits for stops", async () => {
  const items = Array.from({ length: 1000 }, (_, n) => item(String(n), `message ${n}`));
  let clock = 0;
  let pauses = 0;
  const now = () => {
    clock += 5;
    return clock;
  };
  const pause = async () => {
    pauses += 1;
  };
  await search(items, "message", { now, pause });
  expect(pauses).toBeGreaterThan(5);
  const stop = new AbortController();
  const lost = search(items, "message", { now, signal: stop.signal, pause: async () => stop.abort() });
  await expect(lost).rejects.toThrow();
});

test("a query is bounded", () => {
  expect(wordsOf("a b c d e f g h i j a")).toHaveLength(8);
  expect(wordsOf("x".repeat(500))[0]).toHaveLength(64);
});

describe("gathering", () => {
  const utf8 = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const entry = (body: Uint8Array | null, n = 1): ChatEntry => ({
    n,
    seat: "mentor",
    atMs: 5,
    local: "l",
    body,
    stored: true,
  });

  function room(): { doc: Y.Doc; own: Y.Doc } {
    const doc = new Y.Doc();
    const own = new Y.Doc();
    create(doc, { id: "n1", nowMs: 1, meeting: null, body: bodyOf("shared words") });
    create(own, { id: "n2", nowMs: 2, meeting: null, body: bodyOf("private words") });
    const put = (map: Y.Map<Y.Map<unknown>>, id: string, fields: Record<string, unknown>) => {
      const made = map.set(id, new Y.Map<unknown>());
      for (const [key, value] of Object.entries(fields)) made.set(key, value);
    };
    put(topics(doc), "t", { title: "topic words", by: "mentee", note: new Y.Text("its note") });
    put(actions(doc), "a", { kind: "action", text: "action words", owner: "mentor" });
    put(pages(doc), "p", { name: "board", elements: new Y.Map([["e", { type: "text", text: "drawn words" }]]) });
    return { doc, own };
  }

  test("finds each kind", async () => {
    const { doc, own } = room();
    const items = new Sources().gather(doc, own, [entry(utf8({ text: "said words" }))]);
    const { found } = await search(items, "WORDS");
    expect(found.map((hit) => hit.item.kind).sort()).toEqual([
      "action",
      "board",
      "message",
      "note",
      "private",
      "topic",
    ]);
  });

  test("keeps what has not changed, reads anew what has", () => {
    const { doc, own } = room();
    const chat = [entry(utf8({ text: "x" }))];
    const sources = new Sources();
    const before = sources.gather(doc, own, chat);
    topics(doc).get("t")?.set("title", "another");
    const after = sources.gather(doc, own, chat);
    const changed = after.filter((one, n) => one !== before[n]);
    expect(changed.map((one) => one.title)).toEqual(["another"]);
  });

  test.each([
    null,
    utf8(null),
    utf8(7),
    utf8({ text: 7 }),
    utf8({ files: [null, 3, { name: {} }] }),
    new Uint8Array([255, 254]),
  ])("a message that says nothing is left out", (body) => expect(messageOf(entry(body))).toBeNull());

  test("a document of any shape", () => {
    const doc = new Y.Doc();
    for (const map of [topics(doc), actions(doc), pages(doc)] as Y.Map<unknown>[]) {
      map.set("text", "x");
      map.set("array", new Y.Array());
      map.set("empty", new Y.Map());
      map.set(
        "odd",
        new Y.Map(Object.entries({ title: {}, text: 7, name: null, elements: "x", by: "eve", made_ms: "now" })),
      );
    }
    expect(() => new Sources().gather(doc, null, [])).not.toThrow();
  });

  test("hostile words are only words: found, and cut without a loss", async () => {
    for (const { text } of hostile.texts)
      expect(
        pieces(text, ["a", "s"])
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
  });
});
