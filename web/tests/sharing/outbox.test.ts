import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { base64url } from "../../src/seat_key";
import { Outbox, type Waiting } from "../../src/sharing/outbox";
import { open, seal, sealingKey } from "../../src/sharing/seal";

const ROOM = "abcdefghijklmnop";
const key = (byte: number) => sealingKey(base64url(new Uint8Array(32).fill(byte)));
const entry = (local: string, ...body: number[]): Waiting => ({
  journal: "document",
  local: local.padEnd(16, "a"),
  body: Uint8Array.from(body),
});

beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("the outbox", () => {
  test("what was put is there for the next page, in order, until it is removed", async () => {
    const failed = vi.fn();
    const first = new Outbox(ROOM, "mentor", await key(1), failed);
    const entries = Array.from({ length: 30 }, (_, n) => entry(String.fromCharCode(122 - (n % 26)) + (2 + (n % 6)), n));
    for (const one of entries) await first.put(one);
    first.close();
    const next = new Outbox(ROOM, "mentor", await key(1), failed);
    expect(await next.load()).toEqual(entries);
    await next.remove(entries.slice(1).map(({ local }) => local));
    expect(await next.load()).toEqual(entries.slice(0, 1));
    expect(failed).not.toHaveBeenCalled();
  });

  test("it is the seat's and the room's own", async () => {
    const failed = vi.fn();
    await new Outbox(ROOM, "mentor", await key(1), failed).put(entry("x", 1));
    expect(await new Outbox(ROOM, "mentee", await key(1), failed).load()).toEqual([]);
    expect(await new Outbox("ponmlkjihgfedcba", "mentor", await key(1), failed).load()).toEqual([]);
    expect(await new Outbox(ROOM, "mentor", await key(1), failed).load()).toHaveLength(1);
  });

  test("nothing readable lies in the store, and another key opens nothing", async () => {
    const failed = vi.fn();
    const written = new TextEncoder().encode("what nobody else may read");
    await new Outbox(ROOM, "mentor", await key(1), failed).put({ ...entry("x"), body: written });
    const request = indexedDB.open("visavis-outbox");
    const database = await new Promise<IDBDatabase>((resolve) => {
      request.onsuccess = () => resolve(request.result);
    });
    const all = database.transaction("entries").objectStore("entries").getAll();
    await new Promise((resolve) => {
      all.onsuccess = resolve;
    });
    const stored = new TextDecoder("latin1").decode((all.result as { sealed: Uint8Array }[])[0]?.sealed);
    expect(stored.length).toBeGreaterThan(written.length);
    expect(stored).not.toContain("nobody");
    expect(await new Outbox(ROOM, "mentor", await key(2), failed).load()).toEqual([]);
  });

  test("a browser that keeps nothing: everything goes on, and it is said", async () => {
    vi.stubGlobal("indexedDB", {
      open() {
        throw new DOMException("not here", "SecurityError");
      },
    });
    const failed = vi.fn();
    const outbox = new Outbox(ROOM, "mentor", await key(1), failed);
    await outbox.put(entry("x", 1));
    expect(await outbox.load()).toEqual([]);
    await outbox.remove(["x"]);
    await outbox.markForget("document", true);
    expect(await outbox.toForget()).toEqual([]);
    await outbox.remember("document", Uint8Array.of(1));
    expect(await outbox.recall("document")).toBeNull();
    expect(failed).toHaveBeenCalledWith("storage_missing");
  });

  test("a full disk is said, and tried again", async () => {
    const failed = vi.fn();
    const outbox = new Outbox(ROOM, "mentor", await key(1), failed);
    await outbox.load();
    const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementationOnce(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    await outbox.put(entry("x", 1));
    expect(failed).toHaveBeenCalledWith("storage_full");
    await outbox.put(entry("y", 2));
    expect(await outbox.load()).toEqual([entry("y", 2)]);
    put.mockRestore();
  });

  test("what is to be forgotten is remembered over a closed page", async () => {
    const failed = vi.fn();
    await new Outbox(ROOM, "mentor", await key(1), failed).markForget("notes", true);
    const next = new Outbox(ROOM, "mentor", await key(1), failed);
    expect(await next.toForget()).toEqual(["notes"]);
    await next.markForget("notes", false);
    expect(await next.toForget()).toEqual([]);
  });

  test("what the next page must know of a journal, for this key alone, and beside what is to be forgotten", async () => {
    const failed = vi.fn();
    const outbox = new Outbox(ROOM, "mentor", await key(1), failed);
    for (const n of [1, 2]) await outbox.remember("document", Uint8Array.of(n));
    await outbox.markForget("document", true);
    const next = new Outbox(ROOM, "mentor", await key(1), failed);
    expect(await next.recall("document")).toEqual(Uint8Array.of(2));
    expect([await next.recall("notes"), await next.toForget()]).toEqual([null, ["document"]]);
    await next.markForget("document", false);
    expect(await next.recall("document")).toEqual(Uint8Array.of(2));
    expect(await new Outbox(ROOM, "mentor", await key(2), failed).recall("document")).toBeNull();
    expect(await new Outbox(ROOM, "mentee", await key(1), failed).recall("document")).toBeNull();
  });
});

test("what is sealed opens in its own place alone, and unchanged", async () => {
  const sealed = await seal(await key(1), "here", Uint8Array.of(1, 2, 3));
  expect(await open(await key(1), "here", sealed)).toEqual(Uint8Array.of(1, 2, 3));
  await expect(open(await key(1), "there", sealed)).rejects.toThrow();
  sealed[15] = (sealed[15] ?? 0) ^ 1;
  await expect(open(await key(1), "here", sealed)).rejects.toThrow();
  await expect(sealingKey("short")).rejects.toThrow();
});

test("reading while another page writes and removes takes nothing for broken", async () => {
  const failed = vi.fn();
  const one = new Outbox(ROOM, "mentor", await key(1), failed);
  const other = new Outbox(ROOM, "mentor", await key(1), failed);
  const all = Array.from({ length: 40 }, (_, n) => entry(`${"abcdefgh"[n % 8]}${"abcde"[Math.floor(n / 8)]}`, n));
  await Promise.all(all.map((each) => one.put(each)));
  const gone = all.filter((_, n) => n % 2 === 0).map(({ local }) => local);
  await Promise.all(gone.flatMap((local) => [other.load(), one.remove([local])]));
  expect((await other.load()).map(({ local }) => local).sort()).toEqual(
    all
      .map(({ local }) => local)
      .filter((local) => !gone.includes(local))
      .sort(),
  );
});
