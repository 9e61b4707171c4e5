/** What the two made together, played again: any order of seeks gives what playing from the start gives. */
import { encode } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import vector from "../../../tests/vectors/shared_part.json";
import { type Frame, readFrames } from "../../src/recordings/replay/frames.ts";
import { Origins } from "../../src/recordings/replay/origins.ts";
import { Replay } from "../../src/recordings/replay/replay.ts";
import { Track } from "../../src/recordings/replay/track.ts";
import type { Run } from "../../src/recordings/types.ts";
import { notes, pages, topics } from "../../src/sharing/layout.ts";

/** Numbers that look drawn at random and are the same each time. */
function dice(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state % below;
  };
}

function fresh(doc: Y.Doc): Uint8Array {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return Y.encodeStateAsUpdate(copy);
}

/** Two browsers that write notes, topics and the board, with lines that are cut and mended; the log as the server has
 * it, and what it begins with. */
function story(seed: number, steps: number): { base: Uint8Array; updates: Uint8Array[] } {
  const roll = dice(seed);
  const docs = [new Y.Doc(), new Y.Doc()] as const;
  docs.forEach((doc, index) => {
    doc.clientID = 1000 + index;
  });
  const updates: Uint8Array[] = [];
  docs.forEach((doc, index) => {
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin === "line") return;
      updates.push(update);
      const other = docs[1 - index];
      if (other && roll(4) > 0) Y.applyUpdate(other, update, "line");
    });
  });
  const [one, other] = docs;
  for (let step = 0; step < 20; step += 1) write(docs[roll(2)] ?? one, roll);
  Y.applyUpdate(one, Y.encodeStateAsUpdate(other), "line");
  Y.applyUpdate(other, Y.encodeStateAsUpdate(one), "line");
  const base = fresh(one);
  updates.length = 0;
  for (let step = 0; step < steps; step += 1) write(docs[roll(2)] ?? one, roll);
  return { base, updates };
}

function write(doc: Y.Doc, roll: (below: number) => number): void {
  const id = `item${roll(4)}`;
  doc.transact(() => {
    const note = notes(doc).get(id) ?? notes(doc).set(id, new Y.Map());
    switch (roll(6)) {
      case 0:
        notes(doc).set(id, new Y.Map([["title", new Y.Text("note")]]));
        break;
      case 1: {
        const body =
          note.get("body") instanceof Y.XmlFragment ? note.get("body") : note.set("body", new Y.XmlFragment());
        (body as Y.XmlFragment).insert(0, [new Y.XmlElement("paragraph")]);
        break;
      }
      case 2: {
        const body = note.get("body");
        if (body instanceof Y.XmlFragment && body.length > 0) body.delete(0, 1);
        break;
      }
      case 3:
        topics(doc).set(id, new Y.Map<unknown>([["title", `topic ${roll(100)}`]]));
        break;
      case 4:
        pages(doc).set(id, new Y.Map<unknown>([["elements", new Y.Map([["e", { x: roll(9) }]])]]));
        break;
      default:
        topics(doc).delete(id);
    }
  });
}

/** The order of a map's keys says nothing. */
function shown(doc: Y.Doc): unknown {
  return [notes(doc).toJSON(), topics(doc).toJSON(), pages(doc).toJSON()];
}

describe("the document of a run", () => {
  test.each([...Array(12).keys()])("is the same by any way to a moment (%i)", (seed) => {
    const { base, updates } = story(seed, 60 + 10 * seed);
    if (seed % 3 === 0) updates.splice(7, 0, new Uint8Array([1, 2, 3]), new Uint8Array());
    const played: unknown[] = [];
    const forwards = new Track(base, updates, 1_000_000);
    for (let count = 0; count <= updates.length; count += 1) {
      played.push([shown(forwards.at(count)), forwards.touched]);
    }
    const roll = dice(seed + 100);
    for (const [every, most] of [
      [1, 1 << 30],
      [7, 1 << 30],
      [5, base.byteLength * 6],
    ] as const) {
      const sought = new Track(base, updates, every, most);
      for (let seek = 0; seek < 60; seek += 1) {
        const count = roll(updates.length + 1);
        expect([shown(sought.at(count)), sought.touched]).toEqual(played[count]);
        expect(sought.count).toBe(count);
      }
    }
    expect(new Set(played.map((one) => JSON.stringify(one))).size).toBeGreaterThan(updates.length / 3);
  });

  test("knows which note and which page were changed last", () => {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on("update", (update: Uint8Array) => updates.push(update));
    const text = new Y.Text();
    notes(doc).set("a", new Y.Map([["title", text]]));
    notes(doc).set("b", new Y.Map());
    pages(doc).set("p", new Y.Map<unknown>([["elements", new Y.Map()]]));
    (pages(doc).get("p") as Y.Map<Y.Map<unknown>>).get("elements")?.set("e", {});
    text.insert(0, "x");
    topics(doc).set("t", new Y.Map());
    const track = new Track(Y.encodeStateAsUpdate(new Y.Doc()), updates);
    const touched = updates.map((_, index) => {
      track.at(index + 1);
      return [track.touched.note, track.touched.page];
    });
    expect(touched).toEqual([
      ["a", null],
      ["b", null],
      ["b", "p"],
      ["b", "p"],
      ["a", "p"],
      ["a", "p"],
    ]);
  });
});

const START = 1_800_000_000_000;
const RUNS: Run[] = [
  { run: 2, offset_ms: 10_000, length_ms: 10_000, started_ms: START + 60_000 },
  { run: 1, offset_ms: 0, length_ms: 10_000, started_ms: START },
  { run: 3, offset_ms: 20_000, length_ms: 5_000, started_ms: START + 90_000 },
];

function chatFrame(n: number, atMs: number, text: string): Frame {
  const body = new TextEncoder().encode(JSON.stringify({ text }));
  return { tag: "written", journal: "chat", n, atMs, seat: n % 2 ? "mentor" : "mentee", body };
}

/** Two runs of a story, the third with nothing; entries of the chat before, in, between. */
function twoRuns(): Replay {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  const add = (id: string) => notes(doc).set(id, new Y.Map());
  add("before");
  const first: Frame[] = [{ tag: "begin", atMs: START + 1_000, seat: "mentor", document: fresh(doc), upto: 1 }];
  add("one");
  add("two");
  const [one, two] = updates.slice(-2) as [Uint8Array, Uint8Array];
  first.push(
    chatFrame(1, START - 9_000, "before"),
    { tag: "written", journal: "document", n: 2, atMs: START + 3_000, seat: "mentor", body: one },
    chatFrame(2, START + 4_000, "in the first"),
    { tag: "happened", atMs: START + 5_000, about: "gesture", seat: "mentee", what: "nod", minutes: null },
    { tag: "written", journal: "document", n: 3, atMs: START + 6_000, seat: "mentee", body: two },
    { tag: "struck", atMs: START + 7_000, n: 1 },
    { tag: "written", journal: "chat", n: 2, atMs: START + 4_000, seat: "mentee", body: new Uint8Array() },
    chatFrame(3, START + 99_000, "by a clock of its own"),
  );
  add("between");
  const second: Frame[] = [{ tag: "begin", atMs: START + 61_000, seat: "mentee", document: fresh(doc), upto: 4 }];
  add("three");
  second.push(chatFrame(2, START + 4_000, "in the first"), chatFrame(4, START + 50_000, "between"), {
    tag: "written",
    journal: "document",
    n: 5,
    atMs: START + 62_500,
    seat: "mentee",
    body: updates.at(-1) as Uint8Array,
  });
  return new Replay(RUNS, [
    { run: 1, frames: first },
    { run: 2, frames: second },
  ]);
}

const keys = (replay: Replay, at: number) => [...notes(replay.moment(at)?.doc as Y.Doc).keys()].sort();
const numbers = (replay: Replay, at: number) => replay.moment(at)?.chat.map(({ n, body }) => (body ? n : -n));

describe("a recording of several runs", () => {
  test("shows each thing from its place on, whichever way one comes to it", () => {
    const replay = twoRuns();
    expect(keys(replay, 12_500)).toEqual(["before", "between", "one", "three", "two"]);
    expect(keys(replay, 2_999)).toEqual(["before"]);
    expect(keys(replay, 3_000)).toEqual(["before", "one"]);
    expect(keys(replay, 12_499)).toEqual(["before", "between", "one", "two"]);
    expect(keys(replay, 9_999)).toEqual(["before", "one", "two"]);
    expect(keys(replay, 0)).toEqual(["before"]);
  });

  test("has the chat, what was deleted of it, and what happened", () => {
    const replay = twoRuns();
    expect(numbers(replay, 0)).toEqual([1]);
    expect(numbers(replay, 4_000)).toEqual([1, 2]);
    expect(numbers(replay, 7_000)).toEqual([-1, 2]);
    expect(numbers(replay, 10_000)).toEqual([2, 4]);
    expect(numbers(replay, 6_999)).toEqual([1, 2]);
    expect(replay.moment(4_999)?.happened).toEqual([]);
    expect(replay.moment(5_000)?.happened).toMatchObject([{ at: 5_000, about: "gesture", what: "nod" }]);
    expect([1, 2, 3, 4].map((n) => replay.saidAt(n))).toEqual([null, 4_000, 10_000, 10_000]);
  });

  test("says when and by whom a thing was written", () => {
    const replay = twoRuns();
    const doc = replay.moment(13_000)?.doc as Y.Doc;
    const origin = (id: string) => replay.origins.ofType(notes(doc).get(id));
    expect(["before", "one", "two", "between", "three"].map(origin)).toEqual([
      { at: null, seat: null },
      { at: 3_000, seat: "mentor" },
      { at: 6_000, seat: "mentee" },
      { at: 10_000, seat: null },
      { at: 12_500, seat: "mentee" },
    ]);
  });

  test("shows how things stood last in a run that kept nothing, and says so", () => {
    const replay = twoRuns();
    expect(keys(replay, 20_000)).toEqual(keys(replay, 19_999));
    expect(numbers(replay, 24_000)).toEqual(numbers(replay, 19_999));
    expect([19_999, 20_000, 24_000].map((at) => replay.moment(at)?.stoodAt)).toEqual([null, 20_000, 20_000]);
    expect(replay.place(20_000)).toBe(replay.place(24_000));
    expect(replay.place(20_000)).not.toBe(replay.place(19_999));
  });

  test("has nothing only as long as nothing was kept", () => {
    const begin: Frame = { tag: "begin", atMs: START + 60_500, seat: "mentor", document: fresh(new Y.Doc()), upto: 0 };
    const replay = new Replay(RUNS, [{ run: 2, frames: [begin] }]);
    expect([0, 9_999].map((at) => replay.moment(at))).toEqual([null, null]);
    expect(replay.moment(10_000)?.stoodAt).toBeNull();
    expect(new Replay([], []).moment(0)).toBeNull();
  });

  test("goes on with what stood last at the end, where a run was opened and recorded nothing", () => {
    const runs = RUNS.map((run) => (run.run === 3 ? { ...run, length_ms: 0 } : run));
    const frames: Frame[] = [
      { tag: "begin", atMs: START + 61_000, seat: "mentee", document: fresh(new Y.Doc()), upto: 0 },
      chatFrame(1, START + 62_000, "the last"),
    ];
    const replay = new Replay(runs, [{ run: 2, frames }]);
    expect(numbers(replay, 20_000)).toEqual([1]);
    expect(replay.moment(20_000)?.stoodAt).toBeNull();
  });

  test("has the same place exactly as long as there is nothing new", () => {
    const replay = twoRuns();
    const places = [0, 2_999, 3_000, 3_999, 4_000, 5_000, 6_000, 7_000, 9_999].map((at) => replay.place(at));
    expect(places[0]).toBe(places[1]);
    expect(places[2]).toBe(places[3]);
    expect(new Set(places).size).toBe(6);
  });
});

describe("a run of which more came at once than could be kept", () => {
  const frames: Frame[] = [
    { tag: "begin", atMs: START + 500, seat: "mentor", document: fresh(new Y.Doc()), upto: 0 },
    chatFrame(1, START + 2_000, "kept"),
    { tag: "cut", atMs: START + 4_000 },
  ];

  test("says so from there to its end, also after seeking back and in the next run not", () => {
    const replay = new Replay(RUNS, [
      { run: 1, frames },
      { run: 2, frames: frames.slice(0, 1) },
    ]);
    const cuts = [3_999, 4_000, 9_999, 3_999, 10_000].map((at) => replay.moment(at)?.cutAt);
    expect(cuts).toEqual([null, 4_000, 4_000, null, null]);
    expect(numbers(replay, 9_999)).toEqual([1]);
    // it is drawn anew there, although there is nothing else to be seen
    expect(replay.place(3_999)).not.toBe(replay.place(4_000));
    expect(replay.place(4_000)).toBe(replay.place(9_999));
  });
});

describe("who wrote first", () => {
  test("stays with what was first set under a key of a map, and with what was split", () => {
    const doc = new Y.Doc();
    const origins = new Origins();
    let at = 0;
    doc.on("update", (update: Uint8Array) => origins.add(update, { at: at++, seat: "mentor" }));
    const map = doc.getMap<unknown>("map");
    map.set("other", 0);
    for (let n = 0; n < 5; n += 1) map.set("key", n);
    const text = doc.getText("text");
    text.insert(0, "hello");
    text.insert(2, "XX");
    expect([origins.ofKey(map, "key").at, origins.ofKey(map, "nothing").at, at]).toEqual([1, null, 8]);
    const copy = new Y.Doc();
    Y.applyUpdate(copy, fresh(doc));
    expect(origins.ofKey(copy.getMap("map"), "key").at).toBe(1);
    expect(origins.of({ client: 7, clock: 7 } as Y.ID).at).toBeNull();
    expect(() => origins.add(new Uint8Array([9, 9, 9]), { at: 1, seat: null })).not.toThrow();
  });
});

describe("the frames of a part", () => {
  const packed = (...fields: unknown[]) => {
    const body = encode(fields);
    const head = new Uint8Array(4);
    new DataView(head.buffer).setUint32(0, body.byteLength);
    return [...head, ...body];
  };

  const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
  const hexOf = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  test("are those the server writes", () => {
    const frames = readFrames(bytesOf(vector.bytes));
    const plain = frames.map((frame) =>
      Object.values(frame).map((value) => (value instanceof Uint8Array ? hexOf(value) : value)),
    );
    expect(plain).toEqual(vector.frames);
  });

  test("are read as far as they go; what is none is passed over", () => {
    const good = packed("struck", 5, 1);
    const bytes = [
      ...packed("struck", "5", 1),
      ...packed("begin", 2, 1, 5, "mentor", new Uint8Array([0])),
      ...packed("begin", 1, 1, 5, "nobody", new Uint8Array([0])),
      ...packed("written", 5, "notes", 1, "mentor", new Uint8Array([0])),
      ...packed("written", 5, "chat", 1, "mentor", "text"),
      ...packed("written", -5, "chat", 1, "mentor", new Uint8Array()),
      ...packed("happened", 5, "gesture", "mentor", {}, null),
      ...packed("cut", "5"),
      ...packed("else"),
      ...packed(),
      ...[0, 0, 0, 2, 0xc1, 0xc1],
      ...good,
      ...good.slice(0, -1),
    ];
    expect(readFrames(new Uint8Array(bytes))).toEqual([{ tag: "struck", atMs: 5, n: 1 }]);
    expect(readFrames(new Uint8Array([255, 255, 255, 255, 1]))).toEqual([]);
  });
});
