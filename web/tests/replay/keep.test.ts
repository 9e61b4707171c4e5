/** Each run of a recording is given the document it begins with, by one browser or the other. */
import { signal } from "@preact/signals";
import { describe, expect, test, vi } from "vitest";
import * as Y from "yjs";
import type { RoomView } from "../../src/protocol";
import type { Sharing } from "../../src/sharing/types";
import { keepWithRecordings } from "../../src/together/keep.ts";

const ROOM = "roomroomroomroom";
const RECORDING = "aaaaaaaaaaaaaaaa";

function view(state: string, run = 1): RoomView {
  return { recording: { state, recording: RECORDING, run } } as unknown as RoomView;
}

/** A page whose time passes when the test says so. */
function page(you: "mentor" | "mentee", statuses: readonly number[] = []) {
  const doc = new Y.Doc();
  const text = doc.getText("text");
  text.insert(0, "deleted and kept");
  text.delete(0, 12);
  const ready = signal(true);
  const openWork = vi.fn(async () => ({ doc, ready }));
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
      const status = statuses[posted.length - 1] ?? 200;
      if (status === 0) throw new TypeError("no line");
      return status;
    },
    wait: (ms) => new Promise((done) => waits.push({ ms, done })),
  });
  return { openWork, ready, sharing, seen, posted, waits, stop };
}

/** Everything that can go on without time passing has gone on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setTimeout(done, 0));
}

describe("keeping with a recording", () => {
  test("the mentor gives a fresh copy once a run, also of the next one", async () => {
    const { seen, posted, openWork } = page("mentor");
    for (const state of ["off", "countdown"]) seen.value = view(state);
    await settle();
    expect(openWork).not.toHaveBeenCalled(); // without a recording nothing is fetched for one
    for (const state of ["off", "countdown", "starting", "recording", "recording"]) seen.value = view(state);
    await settle();
    expect(posted.map(({ path }) => path)).toEqual([
      `/api/rooms/${ROOM}/recordings/${RECORDING}/runs/1/shared?seat=mentor`,
    ]);
    const copy = new Y.Doc();
    Y.applyUpdate(copy, posted[0]?.body ?? new Uint8Array());
    expect(copy.getText("text").toString()).toBe("kept");
    expect(new TextDecoder().decode(posted[0]?.body)).not.toContain("deleted");
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
