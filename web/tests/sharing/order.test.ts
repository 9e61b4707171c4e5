import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as Y from "yjs";
import { ApiError } from "../../src/api";
import { DocJournal } from "../../src/sharing/doc_journal";
import { Feed, type FeedPorts } from "../../src/sharing/feed";
import { topics } from "../../src/sharing/layout";
import type { Waiting } from "../../src/sharing/outbox";
import { Passing, passingBody } from "../../src/sharing/passing";
import type { Entry, FromSharer, JournalFrame } from "../../src/sharing/protocol";
import { framesOf } from "../../src/sharing/requests";
import { Sender, type SenderPorts } from "../../src/sharing/sender";
import { TroubleList } from "../../src/sharing/troubles";

const entry = (n: number, body: Uint8Array | null = Uint8Array.of(n), size = body?.length ?? 0): Entry => ({
  type: "entry",
  journal: "document",
  n,
  seat: "mentor",
  at_ms: n,
  local: `local${n}`.padEnd(16, "a"),
  body,
  size,
});
const extent = (head: number) => ({ snapshot: null, upto: 0, head });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the order of a journal", () => {
  const made = (stored: () => number) => {
    const got: number[] = [];
    const reads: number[] = [];
    const caughtUp = vi.fn();
    let failing = 0;
    const ports: FeedPorts = {
      async read(_journal, after, each) {
        reads.push(after);
        if (failing-- > 0) throw new ApiError({ code: "offline", detail: "", status: 0 });
        for (let n = after + 1; n <= stored(); n += 1) await each(entry(n) as JournalFrame);
        return stored();
      },
      entry: ({ n }) => void got.push(n),
      snapshot: () => undefined,
      caughtUp,
      failed: () => undefined,
      random: () => 0,
    };
    const feed = new Feed("document", ports);
    return {
      feed,
      got,
      reads,
      caughtUp,
      fail: (times: number) => {
        failing = times;
      },
    };
  };

  test("reads what is there, then goes on with what comes", async () => {
    const { feed, got, caughtUp } = made(() => 3);
    feed.here(extent(3));
    feed.live(entry(4));
    await vi.advanceTimersByTimeAsync(10);
    expect([...got].sort()).toEqual([1, 2, 3, 4]);
    expect(caughtUp).toHaveBeenCalledTimes(1);
    expect(feed.sure).toBe(3);
    feed.durable(4);
    expect(feed.sure).toBe(4);
    feed.live(entry(4));
    expect(got).toHaveLength(4);
  });

  test("a gap and an entry too large for the socket are read once they are durable", async () => {
    let head = 1;
    const { feed, got, reads } = made(() => head);
    feed.here(extent(1));
    await vi.advanceTimersByTimeAsync(10);
    feed.live(entry(2, null, 60_000));
    feed.live(entry(4));
    head = 4;
    feed.durable(4);
    await vi.advanceTimersByTimeAsync(1000);
    expect(reads).toEqual([0, 1]);
    expect(new Set(got)).toEqual(new Set([1, 2, 3, 4]));
    expect(feed.reached).toBe(4);
  });

  test("nothing is complete while something announced must still be fetched", async () => {
    let head = 1;
    const { feed } = made(() => head);
    feed.here(extent(1));
    await vi.advanceTimersByTimeAsync(10);
    expect(feed.complete).toBe(true);
    feed.live(entry(2, null, 60_000));
    expect(feed.complete).toBe(false);
    head = 2;
    feed.durable(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(feed.complete).toBe(true);
  });

  test("what was not durable when the line went may be another entry afterwards", async () => {
    let head = 2;
    const { feed, got, reads } = made(() => head);
    feed.here(extent(2));
    await vi.advanceTimersByTimeAsync(10);
    feed.live(entry(3));
    feed.down();
    head = 3;
    feed.here(extent(3));
    await vi.advanceTimersByTimeAsync(10);
    expect(reads).toEqual([0, 2]);
    expect(got).toEqual([1, 2, 3, 3]);
  });

  test("tries again, with pauses, until it could read", async () => {
    const { feed, caughtUp, fail, reads } = made(() => 5);
    fail(3);
    feed.here(extent(5));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(reads).toHaveLength(4);
    expect(caughtUp).toHaveBeenCalledTimes(1);
  });

  test("somebody went back: everything is read anew", async () => {
    const { feed, reads } = made(() => 5);
    feed.here(extent(5));
    await vi.advanceTimersByTimeAsync(10);
    feed.again();
    await vi.advanceTimersByTimeAsync(10);
    expect(reads).toEqual([0, 0]);
  });
});

describe("sending", () => {
  const made = (more: Partial<SenderPorts> = {}) => {
    const sent: FromSharer[] = [];
    const ports = {
      send: (message: FromSharer) => sent.push(message) > 0,
      append: vi.fn(async () => ({ n: 1, at_ms: 1 })),
      stored: vi.fn(),
      troubled: vi.fn(),
      stuck: vi.fn(),
      silent: vi.fn(),
      merged: vi.fn(async () => null as Waiting | null),
      ...more,
    };
    return { sender: new Sender(ports), sent, ports };
  };
  const waiting = (n: number, size = 1): Waiting => ({
    journal: "document",
    local: `local${n}`.padEnd(16, "a"),
    body: new Uint8Array(size),
  });
  const names = (sent: FromSharer[]) => sent.map((message) => ("local" in message ? message.local : ""));

  test("a few at a time, in order, each until it is stored", async () => {
    const { sender, sent, ports } = made();
    for (let n = 0; n < 40; n += 1) sender.add(waiting(n));
    expect(sent).toEqual([]);
    await sender.connected();
    expect(sent).toHaveLength(32);
    sender.stored(waiting(0).local, 1, 1);
    expect(sent).toHaveLength(33);
    expect(ports.stored).toHaveBeenCalledWith(waiting(0), 1, 1);
    expect(sender.unsent.value).toBe(39);
    sender.add(waiting(3));
    expect(sender.unsent.value).toBe(39);
    sender.close();
  });

  test("what waits becomes no entry that is too large for the server", async () => {
    const together: number[] = [];
    const merged = async (_: string, many: readonly Waiting[]) => {
      together.push(many.reduce((sum, { body }) => sum + body.length, 0));
      return waiting(1000);
    };
    const { sender } = made({ merged });
    for (let n = 0; n < 30; n += 1) sender.add(waiting(n, 40_000));
    for (let n = 30; n < 100; n += 1) sender.add(waiting(n, 100_000));
    await sender.connected();
    expect(together).toHaveLength(1);
    expect(together[0]).toBeLessThan(4 * 1024 * 1024);
    expect(sender.unsent.value).toBeGreaterThan(60);
    sender.close();
  });

  test("after a lost line what was not answered goes again", async () => {
    const { sender, sent } = made();
    await sender.connected();
    sender.add(waiting(1));
    sender.add(waiting(2));
    sender.stored(waiting(1).local, 1, 1);
    sender.disconnected();
    await sender.connected();
    expect(names(sent)).toEqual([1, 2, 2].map((n) => waiting(n).local));
    sender.close();
  });

  test("much that waits goes as one", async () => {
    const { sender, sent } = made({ merged: async () => waiting(100) });
    for (let n = 0; n < 30; n += 1) sender.add(waiting(n));
    await sender.connected();
    expect(names(sent)).toEqual([waiting(100).local]);
    expect(sender.unsent.value).toBe(1);
    sender.close();
  });

  test("what is too large goes by HTTP, and nothing overtakes it", async () => {
    const { sender, sent, ports } = made();
    await sender.connected();
    sender.add(waiting(1, 50 * 1024));
    sender.add(waiting(2));
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(ports.append).toHaveBeenCalledTimes(1);
    expect(names(sent)).toEqual([waiting(2).local]);
    sender.close();
  });

  test("a refusal is told and tried again; a flood only slows", async () => {
    const { sender, sent, ports } = made();
    await sender.connected();
    sender.add(waiting(1));
    sender.refused("flooding", waiting(1).local);
    expect(ports.troubled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2100);
    expect(sent).toHaveLength(2);
    sender.refused("journal_full", waiting(1).local);
    expect(ports.troubled).toHaveBeenCalledWith("journal_full", "document");
    sender.release("document");
    expect(sent).toHaveLength(3);
    sender.close();
  });

  test("behind what does not fit only that goes which does not build on it", async () => {
    const { sender, sent, ports } = made();
    await sender.connected();
    sender.add(waiting(1, 5 * 1024 * 1024));
    for (const n of [2, 3]) sender.add(waiting(n));
    sender.add({ ...waiting(4), journal: "chat" });
    expect(names(sent)).toEqual([waiting(4).local]);
    expect(ports.troubled).toHaveBeenCalledWith("too_large", "document");
    expect(ports.stuck).toHaveBeenLastCalledWith("too_large", "document", new Set([waiting(1).local]));
    sender.allow("document", [waiting(1).local, waiting(3).local]);
    expect(names(sent).slice(1)).toEqual([waiting(3).local]);
    await vi.advanceTimersByTimeAsync(60_100);
    expect(ports.troubled).toHaveBeenCalledTimes(1);
    expect(ports.append).not.toHaveBeenCalled();
    expect(sender.holds("document")).toBe(true);
    sender.replace([waiting(1), waiting(2)], waiting(5));
    sender.release("document");
    expect(names(sent).slice(2)).toEqual([waiting(5).local]);
    expect(sender.unsent.value).toBe(3);
    sender.close();
  });

  test("what is nearly full is sent to one by one, so that nothing fits before what it builds on", async () => {
    const { sender, sent } = made();
    await sender.connected();
    sender.slow("document", true);
    for (const n of [1, 2]) sender.add(waiting(n));
    sender.add({ ...waiting(3), journal: "notes" });
    expect(names(sent)).toEqual([waiting(1).local, waiting(3).local]);
    sender.refused("journal_full", waiting(1).local);
    expect(sent).toHaveLength(2);
    sender.release("document");
    sender.stored(waiting(1).local, 1, 1);
    expect(names(sent).slice(2)).toEqual([waiting(1).local, waiting(2).local]);
    sender.slow("document", false);
    for (const n of [4, 5]) sender.add(waiting(n));
    expect(sent).toHaveLength(6);
    sender.close();
  });

  test("a line that gives no answer is let go", async () => {
    const { sender, ports } = made();
    await sender.connected();
    sender.add(waiting(1));
    await vi.advanceTimersByTimeAsync(11_000);
    expect(ports.silent).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2000);
    expect(ports.silent).toHaveBeenCalledTimes(1);
    sender.close();
  });
});

describe("a document's journal", () => {
  const made = (seal = async (update: Uint8Array) => update) => {
    const out: Waiting[] = [];
    const [damaged, stuck] = [vi.fn(), vi.fn()];
    const doc = new Y.Doc();
    const ports = { seal, open: (body: Uint8Array) => body, outgoing: (one: Waiting) => void out.push(one) };
    const it = new DocJournal("document", doc, "mentee", { ...ports, damaged, stuck });
    return { it, doc, out, damaged, stuck };
  };

  test("changes of thirty milliseconds go as one", async () => {
    const { it, doc, out } = made();
    for (let n = 0; n < 10; n += 1) topics(doc).set(`t${n}`, new Y.Map());
    await vi.advanceTimersByTimeAsync(40);
    expect(out).toHaveLength(1);
    const copy = new Y.Doc();
    Y.applyUpdate(copy, out[0]?.body as Uint8Array);
    expect(topics(copy).size).toBe(10);
    topics(doc).delete("t0");
    await it.flush();
    expect(out).toHaveLength(2);
    it.close();
  });

  test("what could not be sealed once is told, kept, and goes with the next or by itself", async () => {
    let failures = 2;
    const { it, doc, out, stuck } = made(async (update) => {
      if (failures-- > 0) throw new DOMException("no memory", "OperationError");
      return update;
    });
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    topics(doc).set("first", new Y.Map());
    await vi.advanceTimersByTimeAsync(40);
    topics(doc).set("second", new Y.Map());
    await it.flush();
    expect([out.length, it.gathering]).toEqual([0, true]);
    expect(stuck).toHaveBeenLastCalledWith(true);
    await vi.advanceTimersByTimeAsync(2100);
    expect(stuck).toHaveBeenLastCalledWith(false);
    const copy = new Y.Doc();
    for (const { body } of out) Y.applyUpdate(copy, body);
    expect([...topics(copy).keys()].sort()).toEqual(["first", "second"]);
    it.close();
  });

  test("what a server that fell has lost is said again", async () => {
    const { it, out } = made();
    const theirs = new Y.Doc();
    const updates: Uint8Array[] = [];
    theirs.on("update", (update) => updates.push(update));
    for (const name of ["a", "b", "c"]) topics(theirs).set(name, new Y.Map());
    await it.entry(entry(1, updates[0]), 1);
    await it.entry(entry(2, updates[1]), 1);
    await it.entry(entry(3, updates[2]), 1);
    it.durable(2);
    it.here(extent(2), 2);
    it.caughtUp(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(out.map(({ body }) => body)).toEqual([updates[2]]);
    it.close();
  });

  test("what a server that fell has lost, and was deleted and forgotten since, is not said again", async () => {
    const { it, out } = made();
    const theirs = new Y.Doc();
    const note = new Y.Text("quicksilver");
    topics(theirs).set("t", new Y.Map<unknown>([["note", note]]));
    await it.entry(entry(1, Y.encodeStateAsUpdate(theirs)), 0);
    note.delete(0, 11);
    const forgetful = new Y.Doc();
    Y.applyUpdate(forgetful, Y.encodeStateAsUpdate(theirs));
    it.here({ snapshot: "s".repeat(16), upto: 2, head: 2 }, 0);
    await it.snapshot("s".repeat(16), 2, Y.encodeStateAsUpdate(forgetful));
    it.caughtUp(2);
    await it.flush();
    expect(out).toEqual([]);
    it.close();
  });

  test("a server restored from an older copy gets everything", async () => {
    const { it, doc, out } = made();
    topics(doc).set("mine", new Y.Map());
    await it.flush();
    it.here(extent(3), 9);
    it.caughtUp(3);
    await vi.advanceTimersByTimeAsync(1);
    const copy = new Y.Doc();
    Y.applyUpdate(copy, out[1]?.body as Uint8Array);
    expect(topics(copy).has("mine")).toBe(true);
    it.close();
  });

  test("hostile octets of any kind are passed over; what follows is not lost", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { it, doc } = made();
    const theirs = new Y.Doc();
    const updates: Uint8Array[] = [];
    theirs.on("update", (update) => updates.push(update));
    for (let n = 0; n < 20; n += 1) topics(theirs).set(`t${n}`, new Y.Map<unknown>([["title", `topic ${n}`]]));
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    let n = 0;
    for (const update of updates) {
      for (let bad = 0; bad < 20; bad += 1) {
        // From a writer of its own, or a forgery could take the place of what it forges: that is no broken update.
        const other = new Y.Doc();
        other.clientID = 1_000_000 + n;
        topics(other).set("x", new Y.Map<unknown>([["title", "hostile"]]));
        const broken = Y.encodeStateAsUpdate(other);
        for (let hit = 0; hit <= random(3); hit += 1) broken[random(broken.length)] = random(256);
        n += 1;
        await it.entry(entry(n, broken.subarray(0, 1 + random(broken.length))), n);
      }
      n += 1;
      await it.entry(entry(n, update), n);
    }
    for (let place = 0; place < 20; place += 1)
      expect(topics(doc).get(`t${place}`)?.get("title")).toBe(`topic ${place}`);
    expect(it.log.bad.size).toBeGreaterThan(50);
    topics(doc).set("goes on", new Y.Map());
    expect(topics(doc).has("goes on")).toBe(true);
    it.close();
  });

  test("a view that fails on a change is not taken for a broken change", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { it, doc, damaged } = made();
    topics(doc).observe(() => {
      throw new Error("a view's own mistake");
    });
    const theirs = new Y.Doc();
    topics(theirs).set("a", new Y.Map());
    await it.entry(entry(1, Y.encodeStateAsUpdate(theirs)), 1);
    expect(topics(doc).has("a")).toBe(true);
    expect(it.log.bad.size).toBe(0);
    expect(damaged).not.toHaveBeenCalledWith("entry");
    it.close();
  });
});

test("passing words of any kind harm nobody", () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const passing = new Passing();
  const heard: unknown[] = [];
  passing.on("board", () => {
    throw new Error("a handler's own mistake");
  });
  const stop = passing.on("board", (data, seat) => heard.push([data, seat]));
  const say = (text: string) => passing.heard(new TextEncoder().encode(text), "mentee");
  for (const odd of ["", "{", "null", "7", "[]", '{"k":7}', '{"k":"__proto__","d":1}', '{"k":"other"}']) say(odd);
  passing.heard(Uint8Array.of(255, 254), "mentee");
  say('{"k":"board","d":{"x":1}}');
  stop();
  say('{"k":"board","d":2}');
  expect(heard).toEqual([[{ x: 1 }, "mentee"]]);
  expect(passingBody("board", "x".repeat(17_000))).toBeNull();
});

test("troubles are told once, and stay away once put away", () => {
  const troubles = new TroubleList();
  troubles.tell("filling", "chat", { percent: 80 });
  troubles.tell("filling", "chat", { percent: 81 });
  troubles.tell("damaged", "document");
  expect(troubles.list.value).toEqual([
    { code: "filling", journal: "chat", values: { percent: 81 } },
    { code: "damaged", journal: "document", choices: ["last_good", "leave"] },
  ]);
  troubles.putAway("damaged", "document");
  troubles.tell("damaged", "document");
  expect(troubles.has("damaged", "document")).toBe(false);
  troubles.clear("filling", "chat");
  expect(troubles.list.value).toEqual([]);
});

test("frames are found whichever way the stream is cut", async () => {
  const frames = [1, 300, 0, 4000, 5].map((length) => new Uint8Array(length).fill(length % 251));
  const whole = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length + 4, 0));
  let at = 0;
  for (const frame of frames) {
    new DataView(whole.buffer).setUint32(at, frame.length);
    whole.set(frame, at + 4);
    at += frame.length + 4;
  }
  for (const step of [1, 3, 1000, whole.length]) {
    const stream = new ReadableStream({
      start(controller) {
        for (let from = 0; from < whole.length; from += step) controller.enqueue(whole.slice(from, from + step));
        controller.close();
      },
    });
    const found: Uint8Array[] = [];
    for await (const frame of framesOf(new Response(stream))) found.push(frame.slice());
    expect(found).toEqual(frames);
  }
});
