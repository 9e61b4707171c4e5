import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as Y from "yjs";
import { DocJournal } from "../../src/sharing/doc_journal";
import { Forgetting } from "../../src/sharing/forgetting";
import { topics } from "../../src/sharing/layout";
import { NO_LOSS } from "../../src/sharing/loss";
import type { Waiting } from "../../src/sharing/outbox";
import type { SnapshotAbout } from "../../src/sharing/requests";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const WORD = { ...NO_LOSS, letters: 9 };
const LETTER = { ...NO_LOSS, letters: 1 };
const UNSENT = Number.POSITIVE_INFINITY;

const about = (id: string, upto: number, more: Partial<SnapshotAbout> = {}): SnapshotAbout => ({
  id,
  upto,
  by: "mentor",
  made_ms: 0,
  meeting: null,
  meeting_ms: null,
  confirmed: false,
  forgets: true,
  drops: [],
  bytes: 1,
  restorable: false,
  ...more,
});

function made() {
  const ports = { run: vi.fn(), mark: vi.fn(), undone: vi.fn() };
  return { it: new Forgetting(ports), ...ports };
}

const none = async () => [];

describe("when it is asked for", () => {
  test("some seconds after a word, a minute after a letter, sooner when somebody is done", () => {
    const { it, run, mark } = made();
    it.hasten();
    it.lost(NO_LOSS, UNSENT);
    vi.advanceTimersByTime(300_000);
    expect([run.mock.calls.length, mark.mock.calls.length]).toEqual([0, 0]);
    it.lost(LETTER, UNSENT);
    expect(mark.mock.calls).toEqual([[true]]);
    vi.advanceTimersByTime(59_000);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(run).toHaveBeenCalledTimes(1);
    it.lost(WORD, UNSENT);
    vi.advanceTimersByTime(15_000);
    expect(run).toHaveBeenCalledTimes(2);
    it.lost(WORD, UNSENT);
    it.hasten();
    vi.advanceTimersByTime(4000);
    expect(run).toHaveBeenCalledTimes(3);
    expect(mark).toHaveBeenCalledTimes(1);
  });

  test("while somebody goes on deleting, in the end all the same", () => {
    const { it, run } = made();
    for (let second = 0; second < 119; second += 1) {
      it.lost(WORD, UNSENT);
      vi.advanceTimersByTime(1000);
    }
    expect(run).not.toHaveBeenCalled();
    it.lost(WORD, UNSENT);
    vi.advanceTimersByTime(1000);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test("as an earlier page left it", () => {
    const { it, run } = made();
    it.recall();
    vi.advanceTimersByTime(4000);
    expect(run).toHaveBeenCalledTimes(1);
  });
});

describe("what is there already", () => {
  const covers = async (it: Forgetting, all: readonly SnapshotAbout[], sure: number, holding: readonly string[] = []) =>
    (await it.isCovered(all, sure, async () => holding)).covered;

  test("of one's own deletions only a snapshot of all there is", async () => {
    const { it } = made();
    it.lost(WORD, UNSENT);
    expect(await covers(it, [], 7)).toBe(false);
    expect(await covers(it, [about("a", 6)], 7)).toBe(false);
    expect(await covers(it, [about("a", 7)], 7)).toBe(true);
  });

  test("of those of another page one of as much", async () => {
    const { it } = made();
    it.lost(WORD, 5);
    expect(await covers(it, [about("a", 4)], 7)).toBe(false);
    expect(await covers(it, [about("a", 5)], 7)).toBe(true);
  });

  test("and none that leaves an earlier state that holds them", async () => {
    const { it } = made();
    it.lost(WORD, 5);
    const base = about("base", 2, { confirmed: true, meeting: "former" });
    expect(await covers(it, [base, about("a", 5)], 5, ["base"])).toBe(false);
    expect(await covers(it, [base, about("a", 5, { drops: ["base"] })], 5, ["base"])).toBe(true);
    expect(await covers(it, [base, about("a", 5, { meeting: "former" })], 5, ["base"])).toBe(true);
    expect(await covers(it, [base, about("a", 5, { confirmed: true })], 5, ["base"])).toBe(false);
  });

  test("of a letter no earlier state is asked, of what an earlier page lost each", async () => {
    const asked = vi.fn(none);
    const { it } = made();
    it.lost(LETTER, 5);
    await it.isCovered([about("a", 5)], 5, asked);
    expect(asked).not.toHaveBeenCalled();
    const after = made();
    after.it.recall();
    expect((await after.it.isCovered([], 5, asked)).covered).toBe(true);
    expect(asked).toHaveBeenCalledTimes(1);
  });
});

describe("until it is agreed to", () => {
  const posted = () => {
    const all = made();
    all.it.lost(WORD, UNSENT);
    all.it.done({ id: "a", upto: 7 }, all.it.begin());
    return all;
  };

  test("it stays marked, and is not asked for again", () => {
    const { it, mark, run } = posted();
    vi.advanceTimersByTime(300_000);
    expect(run).not.toHaveBeenCalled();
    it.look([about("a", 7)]);
    expect([it.waits.value, mark.mock.calls]).toEqual([true, [[true]]]);
    it.look([about("a", 7, { confirmed: true })]);
    expect([it.waits.value, mark.mock.calls]).toEqual([false, [[true], [false]]]);
  });

  test("another that took its place stands for it", () => {
    const { it, mark } = posted();
    it.look([about("b", 9, { by: "mentee" })]);
    expect(it.waits.value).toBe(true);
    it.look([about("b", 9, { confirmed: true })]);
    expect([it.waits.value, mark.mock.calls.at(-1)]).toEqual([false, [false]]);
  });

  test("what was lost meanwhile is asked for later", () => {
    const { it, mark, run } = made();
    it.lost(WORD, UNSENT);
    const before = it.begin();
    it.lost(WORD, UNSENT);
    it.done({ id: "a", upto: 7 }, before);
    it.look([about("a", 7, { confirmed: true })]);
    expect([it.wanted, mark.mock.calls]).toEqual([true, [[true]]]);
    vi.advanceTimersByTime(15_000);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test("undone it is told, and tried again when the writer wants it, or deletes once more", () => {
    for (const begin of ["hasten", "lost"] as const) {
      const { it, mark, run, undone } = posted();
      it.look([about("base", 2, { confirmed: true })]);
      expect(undone).toHaveBeenCalledTimes(1);
      it.resume();
      vi.advanceTimersByTime(300_000);
      expect(run).not.toHaveBeenCalled();
      expect(mark.mock.calls.at(-1)).toEqual([true]);
      if (begin === "hasten") it.hasten();
      else it.lost(WORD, UNSENT);
      vi.advanceTimersByTime(15_000);
      expect(run).toHaveBeenCalledTimes(1);
    }
  });
});

test("a server that came back from an older copy gets nothing of what was deleted since", async () => {
  const out: Waiting[] = [];
  const same = (bytes: Uint8Array) => bytes;
  const ports = { seal: same, open: same, damaged: vi.fn(), stuck: vi.fn() };
  const doc = new Y.Doc();
  const it = new DocJournal("document", doc, "mentee", { ...ports, outgoing: (one) => void out.push(one) });
  const undo = new Y.UndoManager(topics(doc));
  const title = new Y.Text("hazelnut");
  doc.transact(() => topics(doc).set("t", new Y.Map<unknown>([["title", title]])));
  undo.stopCapturing();
  title.delete(0, 5);
  await vi.advanceTimersByTimeAsync(40);
  const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
  expect(text(Y.encodeStateAsUpdate(doc))).toContain("hazel");
  it.here({ snapshot: null, upto: 0, head: 1 }, 5);
  expect(it.caughtUp(1)).toBe(true);
  await it.flush();
  expect(out).toHaveLength(2);
  expect(text(out[1]?.body as Uint8Array)).not.toContain("hazel");
  expect(text(out[1]?.body as Uint8Array)).toContain("nut");
  expect(it.caughtUp(1)).toBe(false);
  it.close();
});
