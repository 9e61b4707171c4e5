/** Each run of a recording is given the document it begins with, by one browser or the other. */
import { signal } from "@preact/signals";
import { describe, expect, test, vi } from "vitest";
import type { RoomView } from "../../src/protocol";
import type { Sharing, Stored } from "../../src/sharing/types";
import { type Answer, keepWithRecordings } from "../../src/together/keep.ts";

const ROOM = "roomroomroomroom";
const RECORDING = "aaaaaaaaaaaaaaaa";

function view(state: string, run = 1): RoomView {
  return { recording: { state, recording: RECORDING, run } } as unknown as RoomView;
}

/** A page whose time passes when the test says so. */
function page(you: "mentor" | "mentee", answers: readonly (number | Answer)[] = []) {
  const ready = signal(true);
  const stored = vi.fn(
    async (): Promise<Stored | null> => ({ update: new Uint8Array([1, 2]), upto: 7, behind: false }),
  );
  const openWork = vi.fn(async () => ({ ready, asStored: stored }));
  const sharing = signal<Sharing | null>({ openWork } as unknown as Sharing);
  const seen = signal<RoomView | null>(null);
  const posted: { path: string; body: Uint8Array }[] = [];
  const waits: { ms: number; done: () => void }[] = [];
  const stop = keepWithRecordings({
    room: ROOM,
    you,
    view: seen,
    sharing,
    post: async (path, body) => {
      posted.push({ path, body });
      const answer = answers[posted.length - 1] ?? 200;
      if (answer === 0) throw new TypeError("no line");
      return typeof answer === "number" ? { status: answer } : answer;
    },
    wait: (ms) => new Promise((done) => waits.push({ ms, done })),
  });
  return { openWork, ready, stored, seen, posted, waits, stop };
}

/** Everything that can go on without time passing has gone on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setTimeout(done, 0));
}

describe("keeping with a recording", () => {
  test("the mentor gives the document as it is stored once a run, also of the next one", async () => {
    const { seen, posted, openWork } = page("mentor");
    for (const state of ["off", "countdown"]) seen.value = view(state);
    await settle();
    expect(openWork).not.toHaveBeenCalled(); // without a recording nothing is fetched for one
    for (const state of ["off", "countdown", "starting", "recording", "recording"]) seen.value = view(state);
    await settle();
    const path = `/api/rooms/${ROOM}/recordings/${RECORDING}/runs/1/shared?seat=mentor&upto=7`;
    expect(posted).toEqual([{ path, body: new Uint8Array([1, 2]) }]);
    seen.value = view("paused", 1);
    seen.value = view("starting", 2);
    await settle();
    expect(posted.at(-1)?.path).toContain("/runs/2/");
  });

  test("nothing is given before everything is here", async () => {
    const { seen, posted, ready } = page("mentor");
    ready.value = false;
    seen.value = view("recording");
    await settle();
    expect(posted).toEqual([]);
    ready.value = true;
    await settle();
    expect(posted).toHaveLength(1);
  });

  test("the mentee waits, and gives nothing when it is over by then", async () => {
    const { seen, posted, waits } = page("mentee");
    seen.value = view("starting");
    await settle();
    expect([posted.length, waits.map(({ ms }) => ms)]).toEqual([0, [3000]]);
    waits.pop()?.done();
    await settle();
    expect(posted).toHaveLength(1);
    seen.value = view("starting", 2);
    await settle();
    seen.value = view("stopped", 2);
    waits.pop()?.done();
    await settle();
    expect(posted).toHaveLength(1);
  });

  test("what did not arrive is given again; a refusal is taken", async () => {
    const { seen, posted, waits } = page("mentor", [0, 503, 409]);
    seen.value = view("starting");
    for (let tries = 0; tries < 5; tries += 1) {
      await settle();
      waits.pop()?.done();
    }
    expect([posted.length, waits.length]).toEqual([3, 0]);
  });

  test("what was tidied up beyond it is read, and given again", async () => {
    const { seen, posted, waits, stored } = page("mentor", [
      { status: 409, code: "document_old" },
      { status: 409, code: "journal_changed" },
      { status: 409, code: "shared_begun" },
    ]);
    for (const upto of [1, 2, 3]) {
      stored.mockResolvedValueOnce({ update: new Uint8Array([upto]), upto, behind: false });
    }
    seen.value = view("starting");
    for (let tries = 0; tries < 5; tries += 1) {
      await settle();
      waits.pop()?.done();
    }
    expect(posted.map(({ body }) => [...body])).toEqual([[1], [2], [3]]);
    expect(waits).toEqual([]);
  });

  test("a page that may lack something lets the other go first, and gives what it has when nobody did", async () => {
    const { seen, posted, waits, stored } = page("mentor");
    const behind = { update: new Uint8Array([1]), upto: 1, behind: true };
    stored.mockResolvedValueOnce(behind).mockResolvedValueOnce(null).mockResolvedValueOnce(behind);
    seen.value = view("starting");
    for (const given of [0, 0, 1]) {
      await settle();
      expect(posted).toHaveLength(given);
      waits.pop()?.done();
    }
    expect([posted[0]?.path.endsWith("&upto=1"), waits.length]).toEqual([true, 0]);
  });

  test("documents whose code did not come are fetched again", async () => {
    const { seen, posted, waits, openWork } = page("mentor");
    openWork.mockRejectedValueOnce(new TypeError("no line"));
    seen.value = view("starting");
    await settle();
    expect([posted.length, waits.length]).toEqual([0, 1]);
    waits.pop()?.done();
    await settle();
    expect(posted).toHaveLength(1);
  });

  test("nothing more once the page is left", async () => {
    const { seen, posted, waits, stop } = page("mentee");
    seen.value = view("starting");
    await settle();
    stop();
    waits.pop()?.done();
    await settle();
    expect(posted).toEqual([]);
  });
});
