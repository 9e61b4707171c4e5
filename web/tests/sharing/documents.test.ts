/** The documents on a ground of the test's own: what they wait for before they act. */
import { type Signal, signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as Y from "yjs";
import { base64url } from "../../src/seat_key";
import { Documents } from "../../src/sharing/documents";
import type { Ground } from "../../src/sharing/ground";
import { notes } from "../../src/sharing/layout";
import type { Waiting } from "../../src/sharing/outbox";
import type { Entry, JournalFrame } from "../../src/sharing/protocol";
import { TroubleList } from "../../src/sharing/troubles";
import type { Journal } from "../../src/sharing/types";

/** A busy machine takes longer; what never comes is found all the same. */
const PATIENCE = { timeout: 30_000 };

const NOISE = new Uint8Array(40).fill(255);

const entry = (n: number, body: Uint8Array | null, size = body?.length ?? 0): Entry => ({
  type: "entry",
  journal: "document",
  n,
  seat: "mentee",
  at_ms: n,
  local: `local${n}`.padEnd(16, "a"),
  body,
  size,
});

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A server that holds these entries of the document, and answers readings of a journal when the test says so. */
function ground(stored: (Uint8Array | null)[]) {
  const online = signal(true);
  const waiting: Signal<readonly Waiting[]> = signal([]);
  const troubles = new TroubleList();
  const snapshots: number[] = [];
  const gates: Partial<Record<Journal, Promise<void>>> = {};
  const requests = {
    keys: async () => ({ outbox: "", notes: base64url(new Uint8Array(32).fill(7)), notes_made: true }),
    snapshots: async () => [],
    makeSnapshot: async (_journal: Journal, upto: number) => snapshots.push(upto),
    async journal(journal: Journal, after: number, each: (frame: JournalFrame) => Promise<void>) {
      await gates[journal];
      if (journal === "notes") {
        await each({ ...entry(1, NOISE), journal } as JournalFrame);
        return 1;
      }
      for (let n = after + 1; n <= stored.length; n += 1) await each(entry(n, stored[n - 1] ?? null));
      return stored.length;
    },
  };
  const it = {
    room: "roomroomroomroom",
    you: "mentor",
    seatSecret: null,
    requests,
    troubles,
    random: () => 0,
    online: () => online.value,
    extents: () => ({
      document: { snapshot: null, upto: 0, head: stored.length },
      notes: { snapshot: null, upto: 0, head: 1 },
    }),
    put: (one: Waiting) => {
      waiting.value = [...waiting.peek(), one];
    },
    written: async () => undefined,
    waiting: (journal: Journal) => waiting.value.filter((one) => one.journal === journal),
    markForget: () => undefined,
    toForget: async () => [],
    remember: async () => undefined,
    recall: async () => null,
    failed: () => undefined,
  } as unknown as Ground;
  return { it, online, waiting, troubles, snapshots, gates };
}

/** A note as an update, and one that makes the document such that no page shows it. */
function updates(): { fine: Uint8Array; deep: Uint8Array } {
  const doc = new Y.Doc();
  notes(doc).set("fine", new Y.Map<unknown>([["title", new Y.Text("fine")]]));
  const fine = Y.encodeStateAsUpdate(doc);
  const harm = new Y.Doc();
  let map = notes(harm) as Y.Map<unknown>;
  for (let depth = 0; depth < 100; depth += 1) {
    const inner = new Y.Map<unknown>();
    map.set("deeper", inner);
    map = inner;
  }
  return { fine, deep: Y.encodeStateAsUpdate(harm) };
}

const codes = ({ list }: TroubleList) =>
  list.value.filter(({ journal }) => journal === "document").map(({ code }) => code);

describe("going back to the last good state", () => {
  test("waits for an entry that is still to be fetched: it may be broken too", async () => {
    const stored = [updates().fine, NOISE];
    const { it, snapshots, troubles } = ground(stored);
    const documents = new Documents(it);
    await documents.begin();
    await vi.advanceTimersByTimeAsync(10);
    expect(codes(troubles)).toEqual(["damaged"]);
    documents.heard(entry(3, null, 60_000));
    const done = documents.answer("document", "last_good");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(snapshots).toEqual([]);
    stored.push(NOISE);
    documents.heard({ type: "durable", journal: "document", n: 3 });
    await vi.advanceTimersByTimeAsync(1000);
    await done;
    expect(snapshots).toEqual([3]);
    await vi.advanceTimersByTimeAsync(3000);
    expect(codes(troubles)).toEqual([]);
    documents.close();
  });

  test("what takes a shape back is stored first, however long that takes", async () => {
    const { fine, deep } = updates();
    const { it, waiting, snapshots, troubles } = ground([fine, deep]);
    const documents = new Documents(it);
    await documents.begin();
    await vi.advanceTimersByTimeAsync(2000);
    expect(codes(troubles)).toEqual(["shape"]);
    const done = documents.answer("document", "last_good");
    await vi.advanceTimersByTimeAsync(60_000);
    const [sent] = waiting.value;
    expect([waiting.value.length, snapshots.length]).toEqual([1, 0]);
    documents.stored(sent as Waiting, 3);
    documents.heard({ type: "durable", journal: "document", n: 3 });
    await vi.advanceTimersByTimeAsync(10);
    waiting.value = [];
    await done;
    expect(snapshots).toEqual([3]);
    documents.close();
  });

  test("says that the line is down where it goes meanwhile", async () => {
    const { it, online } = ground([updates().fine, NOISE]);
    const documents = new Documents(it);
    await documents.begin();
    await vi.advanceTimersByTimeAsync(10);
    documents.heard(entry(3, null, 60_000));
    const done = documents.answer("document", "last_good");
    online.value = false;
    await expect(done).rejects.toMatchObject({ code: "offline" });
    documents.close();
  });
});

describe("private notes", () => {
  test("are missing until they were read, not only until there is a key for them", async () => {
    const { it, gates } = ground([]);
    let read: () => void = vi.fn();
    gates.notes = new Promise((done) => {
      read = done;
    });
    const documents = new Documents(it);
    await documents.begin();
    await vi.advanceTimersByTimeAsync(1000);
    expect([documents.notesMissing.value, documents.notes.value]).toEqual(["loading", null]);
    read();
    await vi.waitFor(() => expect(documents.notesMissing.value).toBeNull(), PATIENCE);
    expect(documents.notes.value).not.toBeNull();
    documents.close();
  });
});
