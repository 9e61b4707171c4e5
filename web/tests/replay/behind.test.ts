/**
 * A part whose document was given by a page that had not read everything: the server adds what it lacks, and at every
 * moment the player shows what the journal had by then.
 */
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import type { Frame, Written } from "../../src/recordings/replay/frames.ts";
import { Replay } from "../../src/recordings/replay/replay.ts";
import type { Run, Seat } from "../../src/recordings/types.ts";
import { notes, topics } from "../../src/sharing/layout.ts";

const START = 1_800_000_000_000;

/** Numbers that look drawn at random and are the same each time. */
function dice(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state % below;
  };
}

/** Two pages whose lines are up and down; the journal as it grew, an entry or none each second from long before START. */
function journal(seed: number, seconds: number): Written[] {
  const roll = dice(seed);
  const entries: Written[] = [];
  const pages = (["mentor", "mentee"] as const).map((seat, index) => {
    const doc = new Y.Doc();
    doc.clientID = 1000 + index;
    const page = { seat, doc, unsent: [] as Uint8Array[], reached: 0 };
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== "line") page.unsent.push(update);
    });
    return page;
  });
  for (let second = 0; second < seconds; second += 1) {
    const page = pages[roll(2)];
    if (!page) continue;
    write(page.doc, roll);
    if (roll(3) > 0) continue; // its line is down: it goes on alone
    for (; page.reached < entries.length; page.reached += 1) {
      const entry = entries[page.reached];
      if (entry && entry.seat !== page.seat) Y.applyUpdate(page.doc, entry.body, "line");
    }
    for (const body of page.unsent.splice(0)) {
      const atMs = START + 1000 * (second - seconds / 2);
      entries.push({ tag: "written", journal: "document", n: entries.length + 1, atMs, seat: page.seat, body });
    }
    page.reached = entries.length;
  }
  return entries;
}

function write(doc: Y.Doc, roll: (below: number) => number): void {
  const id = `item${roll(3)}`;
  const note = notes(doc).get(id) ?? notes(doc).set(id, new Y.Map<unknown>([["title", new Y.Text("")]]));
  const title = note.get("title") as Y.Text;
  if (roll(3) > 0 || title.length < 4) title.insert(roll(title.length + 1), `${roll(1000)} `);
  else title.delete(roll(title.length - 2), 2);
  if (roll(5) === 0) topics(doc).set(id, new Y.Map<unknown>([["title", `topic ${roll(100)}`]]));
}

function docOf(entries: readonly Written[]): Y.Doc {
  const doc = new Y.Doc();
  for (const { body } of entries) Y.applyUpdate(doc, body);
  return doc;
}

const shown = (doc: Y.Doc): unknown => [notes(doc).toJSON(), topics(doc).toJSON()];
const isWhole = (doc: Y.Doc): boolean => doc.store.pendingStructs === null && doc.store.pendingDs === null;

/** As the server writes it: what the page gave, what it lacked, and what came from `heard` on while the run lasted. */
function part(entries: readonly Written[], by: Seat, upto: number, heard: number, last: number): Frame[] {
  const document = Y.encodeStateAsUpdate(docOf(entries.slice(0, upto)));
  const first: Frame = { tag: "begin", atMs: START + 1500, seat: by, document, upto };
  return [first, ...entries.slice(Math.min(upto, heard - 1), last)];
}

const firstFrom = (entries: readonly Written[], atMs: number): number =>
  entries.filter((entry) => entry.atMs < atMs).length + 1;

describe("a part from a page that was behind", () => {
  test.each([...Array(20).keys()])("shows what the journal had at each moment (%i)", (seed) => {
    const roll = dice(seed + 500);
    const entries = journal(seed, 120);
    const run: Run = { run: 1, offset_ms: 0, length_ms: 30_000, started_ms: START };
    const heard = firstFrom(entries, START);
    const last = firstFrom(entries, START + 30_000) - 1;
    const upto = roll(Math.min(heard + 3, entries.length));
    const replay = new Replay([run], [{ run: 1, frames: part(entries, "mentor", upto, heard, last) }]);
    const newer = upto < heard ? START : (entries[upto - 1]?.atMs ?? START);
    for (let seek = 0; seek < 25; seek += 1) {
      // a document that was given late shows what was in it from the start
      const at = Math.min(newer - START + 1000 * roll(30), 30_000);
      const had = Math.max(upto, firstFrom(entries, START + at + 1) - 1);
      const doc = replay.moment(at)?.doc as Y.Doc;
      expect(isWhole(doc)).toBe(true);
      expect(shown(doc)).toEqual(shown(docOf(entries.slice(0, Math.min(had, last)))));
    }
    expect(isWhole(docOf(entries.slice(0, last)))).toBe(true);
    replay.close();
  });

  test("what was written before the recording, or while it was paused, was not written in it", () => {
    const doc = new Y.Doc();
    const entries: Written[] = [];
    const add = (id: string, atMs: number, seat: Seat) => {
      doc.once("update", (body: Uint8Array) => {
        entries.push({ tag: "written", journal: "document", n: entries.length + 1, atMs, seat, body });
      });
      topics(doc).set(id, new Y.Map<unknown>([["title", id]]));
    };
    add("known", START - 9_000, "mentor");
    add("missing", START - 5_000, "mentee");
    add("during", START + 4_000, "mentee");
    add("paused", START + 20_000, "mentee");
    add("later", START + 62_000, "mentor");
    const runs: Run[] = [
      { run: 1, offset_ms: 0, length_ms: 10_000, started_ms: START },
      { run: 2, offset_ms: 10_000, length_ms: 10_000, started_ms: START + 60_000 },
    ];
    const replay = new Replay(runs, [
      { run: 1, frames: part(entries, "mentor", 1, 3, 3) },
      { run: 2, frames: part(entries, "mentor", 1, 5, 5) },
    ]);
    const end = replay.moment(20_000)?.doc as Y.Doc;
    const origin = (id: string) => {
      const { at, seat } = replay.origins.ofType(topics(end).get(id));
      return [at, seat];
    };
    expect(["known", "missing", "during", "paused", "later"].map(origin)).toEqual([
      [null, null],
      [null, "mentee"],
      [4_000, "mentee"],
      [10_000, "mentee"],
      [12_000, "mentor"],
    ]);
    const seen = (at: number) => [...topics(replay.moment(at)?.doc as Y.Doc).keys()];
    expect(seen(0)).toEqual(["known", "missing"]);
    expect(seen(10_000)).toEqual(["known", "missing", "during", "paused"]);
  });
});
