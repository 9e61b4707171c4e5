/**
 * What a recording keeps of board, notes and topics begins with the document as one browser has it: given here for each
 * run, by the mentor's page at once, by the mentee's after a while. The server takes the first.
 */
import { computed, effect, type ReadonlySignal } from "@preact/signals";
import type { Id, RoomView, Seat } from "../protocol";
import type { Sharing, Work } from "../sharing/types";
import { until } from "../sharing/until";

/** How long the mentee's page waits: one of the two is enough. */
const SECOND_AFTER_MS = 3000;
const AGAIN_AFTER_MS = 2000;
const TRIES = 5;

export interface Keeping {
  readonly room: Id;
  readonly you: Seat;
  readonly view: ReadonlySignal<RoomView | null>;
  readonly sharing: ReadonlySignal<Sharing | null>;
  /** Answers the status; replaced in tests, as `wait` is. */
  readonly post?: (path: string, body: Uint8Array<ArrayBuffer>) => Promise<number>;
  readonly wait?: (ms: number) => Promise<void>;
}

/** Gives the document to each run that begins, as soon as it is here. Answers how to stop. */
export function keepWithRecordings(keeping: Keeping): () => void {
  const run = computed(() => runOf(keeping.view.value));
  let given: string | null = null;
  const stop = effect(() => {
    const [wanted, sharing] = [run.value, keeping.sharing.value];
    if (wanted === null || sharing === null || wanted === given) return;
    given = wanted;
    void give(keeping, sharing, wanted, () => given === wanted && run.value === wanted);
  });
  return () => {
    given = null;
    stop();
  };
}

/** The run that is being recorded, as its address. */
function runOf(view: RoomView | null): string | null {
  if (view === null) return null;
  const { state, recording, run } = view.recording;
  const runs = state === "starting" || state === "recording";
  return runs && recording !== null ? `recordings/${recording}/runs/${run}` : null;
}

/** `still` reads signals: whether this run is the one to be given. */
async function give(keeping: Keeping, sharing: Sharing, run: string, still: () => boolean): Promise<void> {
  const { room, you, post = postOctets, wait = sleep } = keeping;
  if (you === "mentee") await wait(SECOND_AFTER_MS);
  for (let tries = 0; tries < TRIES && still(); tries += 1) {
    const work = await ready(sharing, still).catch(() => null);
    if (!still()) return;
    const path = `/api/rooms/${room}/${run}/shared?seat=${you}`;
    const status = work ? await post(path, await freshCopy(work.doc)).catch(() => 0) : 0;
    // taken; or the other was quicker, or it is over: there is nothing left to do
    if (status >= 200 && status < 500) return;
    await wait(AGAIN_AFTER_MS);
  }
}

/** The documents, fetched where nobody has looked at them yet, with all that was in them. */
async function ready(sharing: Sharing, still: () => boolean): Promise<Work> {
  const work = await sharing.openWork();
  await until(() => work.ready.value, still);
  return work;
}

/** The whole document without what was deleted from it. */
async function freshCopy(doc: Work["doc"]): Promise<Uint8Array<ArrayBuffer>> {
  const Y = await import("yjs");
  const copy = new Y.Doc();
  try {
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
    return new Uint8Array(Y.encodeStateAsUpdate(copy));
  } finally {
    copy.destroy();
  }
}

async function postOctets(path: string, body: Uint8Array<ArrayBuffer>): Promise<number> {
  const headers = { "Content-Type": "application/octet-stream" };
  const answer = await fetch(path, { method: "POST", body, headers, credentials: "same-origin", cache: "no-store" });
  return answer.status;
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
