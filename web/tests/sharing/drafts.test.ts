import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { base64url } from "../../src/seat_key";
import { type DraftPlace, Drafts } from "../../src/sharing/drafts";
import { Outbox } from "../../src/sharing/outbox";
import { sealingKey } from "../../src/sharing/seal";

/** However busy the machine. */
const PATIENCE = { timeout: 20_000 };
const ROOM = "abcdefghijklmnop";
const outbox = async (byte = 1, seat: "mentor" | "mentee" = "mentor") =>
  new Outbox(ROOM, seat, await sealingKey(base64url(new Uint8Array(32).fill(byte))), vi.fn());

beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a draft", () => {
  test("is there for the next page, until it is emptied", async () => {
    await (await outbox()).keepDraft("chat", "half a th");
    const next = await outbox();
    expect(await next.draft("chat")).toBe("half a th");
    expect(await next.draft("topics.now")).toBe("");
    await next.keepDraft("chat", "");
    expect(await (await outbox()).draft("chat")).toBe("");
  });

  test("is the seat's own, sealed, and no concern of what waits or is to be forgotten", async () => {
    await (await outbox()).keepDraft("chat", "what nobody else may read");
    expect(await (await outbox(1, "mentee")).draft("chat")).toBe("");
    const here = await outbox();
    expect(await here.load()).toEqual([]);
    expect(await here.toForget()).toEqual([]);
    const request = indexedDB.open("visavis-outbox");
    const database = await new Promise<IDBDatabase>((resolve) => {
      request.onsuccess = () => resolve(request.result);
    });
    const all = database.transaction("forget").objectStore("forget").getAll();
    await new Promise((resolve) => {
      all.onsuccess = resolve;
    });
    expect(all.result).toHaveLength(1);
    expect(new TextDecoder("latin1").decode(all.result[0])).not.toContain("nobody");
    expect(await (await outbox(2)).draft("chat")).toBe("");
    expect(await (await outbox(1)).draft("chat")).toBe(""); // what did not open is not ours to keep
  });

  test("is kept from the first letter on, and one writing follows another", async () => {
    const place = new SlowPlace("");
    const drafts = new Drafts();
    const draft = drafts.of("chat");
    expect(drafts.of("chat")).toBe(draft);
    draft.keep("a"); // before the key is here
    drafts.open(place);
    await vi.waitUntil(() => place.writing !== null, PATIENCE);
    draft.keep("ab");
    draft.keep("abc");
    expect(await draft.read()).toBe("abc");
    place.goOn();
    await vi.waitUntil(() => place.writing !== null, PATIENCE);
    place.goOn();
    await vi.waitUntil(() => place.writing === null, PATIENCE);
    expect(place.kept).toEqual(["a", "abc"]);
  });

  test("is emptied also where it was empty to begin with", async () => {
    const place = new SlowPlace("");
    const drafts = new Drafts();
    drafts.open(place);
    for (const text of ["a", ""]) {
      drafts.of("chat").keep(text);
      await vi.waitUntil(() => place.writing !== null, PATIENCE);
      place.goOn();
      await vi.waitUntil(() => place.writing === null, PATIENCE);
    }
    expect(place.kept).toEqual(["a", ""]);
  });

  test("is not written again where another window has used it up meanwhile", async () => {
    const place = new SlowPlace("half");
    const drafts = new Drafts();
    drafts.open(place);
    drafts.of("chat").keep(await drafts.of("chat").read());
    await drafts.of("chat").read();
    expect([place.writing, place.kept]).toEqual([null, []]);
  });
});

/** Each writing waits until it is let go on. */
class SlowPlace implements DraftPlace {
  readonly kept: string[] = [];
  writing: (() => void) | null = null;

  constructor(private readonly before: string) {}

  async draft(): Promise<string> {
    return this.before;
  }

  keepDraft(_: string, text: string): Promise<void> {
    return new Promise((resolve) => {
      this.writing = () => {
        this.kept.push(text);
        this.writing = null;
        resolve();
      };
    });
  }

  goOn(): void {
    this.writing?.();
  }
}
