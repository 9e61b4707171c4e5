/** The chat after a lost line: what was struck meanwhile, and what was still on its way when it was. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Entry, JournalFrame } from "../../src/sharing/protocol";
import { Talk } from "../../src/sharing/talk";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const said = (n: number, words: string | null): Entry => {
  const body = words === null ? null : new TextEncoder().encode(words);
  const local = `said${n}`.padEnd(16, "a");
  return { type: "entry", journal: "chat", n, seat: "mentor", at_ms: n, local, body, size: body?.length ?? 0 };
};
const extent = (head: number) => ({ snapshot: null, upto: 0, head });

/** A page of the mentee's; the test answers its readings, one after the other. */
function page() {
  const reads: { after: number; give(...entries: Entry[]): Promise<void>; end(head: number): void; fail(): void }[] =
    [];
  const talk = new Talk("mentee", {
    read: (_, after, each) =>
      new Promise((end, failed) => {
        const give = async (...entries: Entry[]) => {
          for (const entry of entries) await each(entry as JournalFrame);
        };
        reads.push({ after, give, end, fail: () => failed(new Error("cut off")) });
      }),
    failed: () => undefined,
    random: () => 0,
    strike: () => true,
    notStruck: () => undefined,
  });
  return {
    talk,
    reads,
    bodies: async () => {
      await vi.advanceTimersByTimeAsync(10);
      return talk.entries.value.map(({ body }) => body && new TextDecoder().decode(body));
    },
    last: () => reads.at(-1) as (typeof reads)[number],
  };
}

test("is asked for although nothing new has come, and what was struck goes", async () => {
  const { talk, reads, last, bodies } = page();
  talk.feed.here(extent(2));
  await last().give(said(1, "hazelnut"), said(2, "walnut"));
  last().end(2);
  expect(await bodies()).toEqual(["hazelnut", "walnut"]);
  talk.feed.down();
  talk.feed.here(extent(2));
  expect(reads.map(({ after }) => after)).toEqual([0, 2]);
  await last().give(said(1, null));
  last().end(2);
  expect(await bodies()).toEqual([null, "walnut"]);
  expect(talk.feed.complete).toBe(true);
});

test("also where the line came back while the first reading went on", async () => {
  const { talk, reads, last, bodies } = page();
  talk.feed.here(extent(2));
  await last().give(said(1, "hazelnut"));
  talk.feed.down();
  talk.feed.here(extent(2));
  expect(reads).toHaveLength(1);
  await last().give(said(2, "walnut"));
  last().end(2);
  await vi.advanceTimersByTimeAsync(10);
  expect(talk.ready.value).toBe(false);
  expect(reads.map(({ after }) => after)).toEqual([0, 2]);
  await last().give(said(1, null));
  last().end(2);
  expect(await bodies()).toEqual([null, "walnut"]);
  expect(talk.ready.value).toBe(true);
});

test("is asked for once more where that failed", async () => {
  const { talk, reads, last, bodies } = page();
  talk.feed.here(extent(1));
  await last().give(said(1, "hazelnut"));
  last().end(1);
  await bodies();
  talk.feed.here(extent(1));
  last().fail();
  await vi.advanceTimersByTimeAsync(5000);
  expect(reads.map(({ after }) => after)).toEqual([0, 1, 1]);
});

test("what is struck while it is being read does not come back with what is read", async () => {
  const { talk, last, bodies } = page();
  talk.feed.here(extent(2));
  await last().give(said(2, "walnut"));
  talk.struck(1);
  talk.struck(2);
  await last().give(said(1, "hazelnut"), said(2, "walnut"));
  last().end(2);
  expect(await bodies()).toEqual([null, null]);
});
