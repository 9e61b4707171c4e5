/** A part in which one of the two wrote things nobody writes by hand: it is read as far as it makes sense. */
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { elementsOf, listPages } from "../../src/board/pages.ts";
import { readBody } from "../../src/notes/body.ts";
import { bodyIn, list } from "../../src/notes/model.ts";
import type { Frame } from "../../src/recordings/replay/frames.ts";
import { Replay } from "../../src/recordings/replay/replay.ts";
import { streamOf } from "../../src/recordings/replay/stream.ts";
import type { Run } from "../../src/recordings/types.ts";
import { actions, notes, pages, topics } from "../../src/sharing/layout.ts";
import { readActions, readTopics } from "../../src/topics/read.ts";

const RUN: Run = { run: 1, offset_ms: 0, length_ms: 10_000, started_ms: 1_000_000 };
const GOOD = "aaaaaaaaaaaaaaaa";
const DEPTH = 8_000;

/** All that is shown of a moment. */
function shown(replay: Replay, at: number) {
  const moment = replay.moment(at);
  if (moment === null) return null;
  const { doc } = moment;
  return {
    notes: list(doc).map(({ id, title }) => [title, readBody(bodyIn(doc, id)).flaw]),
    topics: readTopics(doc).map(({ title }) => title),
    actions: readActions(doc).length,
    pages: listPages(doc, null, 0).map(({ id }) => elementsOf(doc, id)?.size ?? null),
    stream: streamOf(moment.chat, moment.happened, (seat) => seat).length,
    touched: moment.touched,
  };
}

/** Each step one change in the log, a second apart, and a good topic at the end. */
function played(steps: readonly ((doc: Y.Doc) => void)[]): Replay {
  // a browser of their own making collects nothing, and so can send what others cannot
  const doc = new Y.Doc({ gc: false });
  const frames: Frame[] = [
    { tag: "begin", atMs: RUN.started_ms, seat: "mentor", document: Y.encodeStateAsUpdate(doc), upto: 0 },
  ];
  let seconds = 0;
  doc.on("update", (body: Uint8Array) => {
    const atMs = RUN.started_ms + 1000 * seconds;
    frames.push({ tag: "written", journal: "document", n: frames.length, atMs, seat: "mentee", body });
  });
  for (const step of [...steps, good]) {
    seconds += 1;
    try {
      doc.transact(() => step(doc));
    } catch {
      // too deep for Yjs to take out at once; the change goes out all the same
    }
  }
  return new Replay([RUN], [{ run: 1, frames }]);
}

function good(doc: Y.Doc): void {
  const item = { title: "a good one", by: "mentor", place: "now", order: "a0", made_ms: 5, done_ms: null };
  const topic = new Y.Map<unknown>(Object.entries(item));
  topic.set("note", new Y.Text("words"));
  topics(doc).set(GOOD, topic);
}

/** One level after the other: at once it would be too deep for Yjs itself. */
function deepen(body: Y.XmlFragment): void {
  let inner = body;
  for (let depth = 0; depth < DEPTH; depth += 1) {
    const next = new Y.XmlElement("bulletList");
    inner.insert(0, [next]);
    inner = next;
  }
}

const loose = (map: Y.Map<unknown> | Y.Map<Y.Map<unknown>>) => map as Y.Map<unknown>;

describe("a hostile part", () => {
  test("whose collections hold something else shows the rest", () => {
    const replay = played([
      (doc) => {
        for (const map of [notes, topics, actions, pages]) {
          for (const [index, value] of [null, 5, "text", [], { a: 1 }, new Y.Array(), new Y.Text("x")].entries()) {
            loose(map(doc)).set(`bbbbbbbbbbbbbbb${String.fromCharCode(97 + index)}`, value);
          }
          loose(map(doc)).set("__proto__", new Y.Map());
          loose(map(doc)).set("x".repeat(100_000), new Y.Map());
        }
      },
      (doc) => {
        const page = new Y.Map<unknown>();
        page.set(
          "elements",
          new Y.Map<unknown>([["e", { id: "e", type: "rectangle", x: Number.NaN, link: "javascript:alert(1)" }]]),
        );
        pages(doc).set("cccccccccccccccc", page);
        notes(doc).set("cccccccccccccccc", new Y.Map<unknown>([["body", new Y.XmlElement("script")]]));
      },
    ]);
    const seen = shown(replay, 9_000);
    expect(seen?.topics).toEqual(["a good one"]);
    expect(seen?.notes.every(([title]) => title === "")).toBe(true);
    expect(seen?.touched).toEqual({ note: "cccccccccccccccc", page: "cccccccccccccccc" });
    expect(shown(replay, 1_500)?.topics).toEqual([]);
  });

  test("which names a collection of another kind is no part of what is shown", () => {
    const other = new Y.Doc();
    other.getText("notes").insert(0, "I am no map");
    other.getArray("pages").insert(0, [1, 2, 3]);
    const frames: Frame[] = [
      { tag: "begin", atMs: RUN.started_ms, seat: "mentor", document: Y.encodeStateAsUpdate(other), upto: 0 },
    ];
    const replay = new Replay([RUN], [{ run: 1, frames }]);
    expect(shown(replay, 0)).toMatchObject({ notes: [], topics: [], pages: [] });
  });

  test("nested deeper than can be taken out at once is told as flawed, and what comes after it is there", () => {
    const id = "dddddddddddddddd";
    const replay = played([
      (doc) => {
        notes(doc).set(id, new Y.Map<unknown>([["body", new Y.XmlFragment()]]));
      },
      (doc) => deepen(notes(doc).get(id)?.get("body") as Y.XmlFragment),
      (doc) => notes(doc).delete(id),
      (doc) => {
        notes(doc).set("eeeeeeeeeeeeeeee", new Y.Map());
      },
    ]);
    for (const at of [9_000, 2_500, 3_500, 0, 4_500]) expect(() => shown(replay, at)).not.toThrow();
    expect(shown(replay, 2_500)?.notes).toEqual([["", "unknown"]]);
    expect(shown(replay, 3_500)?.notes).toEqual([]);
    expect(shown(replay, 4_500)).toMatchObject({ notes: [["", "missing"]], touched: { note: "eeeeeeeeeeeeeeee" } });
    expect(shown(replay, 9_000)?.topics).toEqual(["a good one"]);
  });
});
