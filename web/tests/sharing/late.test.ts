/** When the documents' code is fetched, and what becomes of what the line said before it was there. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Documents } from "../../src/sharing/documents";
import { LateDocuments, type LatePorts } from "../../src/sharing/late";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const extents = (head: number, snapshot: string | null = null) => ({
  document: { snapshot, upto: 0, head },
  notes: { snapshot: null, upto: 0, head: 0 },
});
const compact = { type: "compact", journal: "document", upto: 5 } as const;

function made(failures = 0, unconfirmed = false) {
  const documents = {
    begin: vi.fn(async () => undefined),
    here: vi.fn(),
    down: vi.fn(),
    heard: vi.fn(),
    close: vi.fn(),
  };
  let left = failures;
  const ports = {
    make: vi.fn(async () => {
      if (left-- > 0) throw new TypeError("Failed to fetch dynamically imported module");
      return documents as unknown as Documents;
    }),
    unconfirmed: vi.fn(async () => unconfirmed),
    missing: vi.fn(),
    random: () => 0,
  } satisfies LatePorts;
  return { late: new LateDocuments(ports), ports, documents };
}

describe("documents that come late", () => {
  test("nothing is fetched for what nobody sees; how far it reaches is known all the same", async () => {
    const { late, ports } = made();
    late.arrived(extents(3));
    late.heard({ type: "durable", journal: "document", n: 7 });
    late.heard({ type: "durable", journal: "document", n: 6 });
    late.stored({ journal: "notes", local: "a", body: new Uint8Array() }, 2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ports.make).not.toHaveBeenCalled();
    expect([late.extents.value?.document.head, late.extents.value?.notes.head]).toEqual([7, 2]);
    late.down();
    expect(late.extents.value).toBeNull();
  });

  test("two who ask at once get the same, fetched once", async () => {
    const { late, ports, documents } = made();
    expect(await Promise.all([late.open(), late.open()])).toEqual([documents, documents]);
    expect([ports.make.mock.calls.length, documents.begin.mock.calls.length]).toEqual([1, 1]);
    late.arrived(extents(1));
    expect(documents.here).toHaveBeenCalledTimes(1);
  });

  test("a compaction is done once they are here", async () => {
    const { late, documents } = made();
    late.arrived(extents(5));
    late.heard(compact);
    await vi.advanceTimersByTimeAsync(0);
    expect(documents.heard.mock.calls).toEqual([[compact]]);
  });

  test("only a snapshot that waits for this seat is reason to fetch them", async () => {
    for (const waits of [false, true]) {
      const { late, ports } = made(0, waits);
      late.arrived(extents(5, "snapshotsnapshot"));
      await vi.advanceTimersByTimeAsync(0);
      expect([ports.unconfirmed.mock.calls.length, ports.make.mock.calls.length]).toEqual([1, waits ? 1 : 0]);
    }
    const { late, ports } = made(0, true);
    late.arrived(extents(5));
    expect(ports.unconfirmed).not.toHaveBeenCalled();
    const changed = { type: "changed", journal: "document", snapshot: "snapshotsnapshot", upto: 5 } as const;
    late.heard({ ...changed, by: "mentee", confirmed: false, again: false });
    await vi.advanceTimersByTimeAsync(0);
    expect(ports.make).toHaveBeenCalledTimes(1);
  });

  test("code that does not come is told, and tried until it is here", async () => {
    const { late, ports, documents } = made(3);
    late.heard(compact);
    await vi.advanceTimersByTimeAsync(0);
    expect(ports.missing.mock.calls).toEqual([[true]]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ports.make).toHaveBeenCalledTimes(4);
    expect(ports.missing).toHaveBeenLastCalledWith(false);
    expect(documents.heard).toHaveBeenCalledWith(compact);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ports.make).toHaveBeenCalledTimes(4);
  });

  test("a new line tries at once what is still wanted", async () => {
    const { late, ports } = made(1);
    late.want();
    await vi.advanceTimersByTimeAsync(0);
    late.arrived(extents(0));
    await vi.advanceTimersByTimeAsync(0);
    expect(ports.make).toHaveBeenCalledTimes(2);
  });

  test("a page that asked hears that it failed, and may ask again", async () => {
    const { late, documents } = made(1);
    await expect(late.open()).rejects.toThrow();
    expect(await late.open()).toBe(documents);
  });

  test("after it was closed nothing begins", async () => {
    const { late, ports, documents } = made(1);
    late.want();
    await vi.advanceTimersByTimeAsync(0);
    late.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ports.make).toHaveBeenCalledTimes(1);
    await late.open();
    expect([documents.begin.mock.calls.length, documents.close.mock.calls.length]).toEqual([0, 1]);
  });
});
