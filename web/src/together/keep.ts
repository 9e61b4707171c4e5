/**
 * What a recording keeps of board, notes and topics begins with the document as one browser has it: given here for each
 * run, by the mentor's page at once, by the mentee's after a while. The server takes the first.
 */
import { computed, effect, type ReadonlySignal } from "@preact/signals";
import type { Id, RoomView, Seat } from "../protocol";
import type { Sharing } from "../sharing/types";

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
  const doc = computed(() => {
    const sharing = keeping.sharing.value;
    return sharing?.ready.value ? sharing.doc : null;
  });
  let given: string | null = null;
  const stop = effect(() => {
    const [wanted, here] = [run.value, doc.value];
    if (wanted === null || here === null || wanted === given) return;
    given = wanted;
    void give(keeping, wanted, () => given === wanted && run.peek() === wanted);
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

async function give(keeping: Keeping, run: string, still: () => boolean): Promise<void> {
  const { room, you, sharing, post = postOctets, wait = sleep } = keeping;
  if (you === "mentee") await wait(SECOND_AFTER_MS);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const doc = sharing.peek()?.doc;
    if (!still() || doc === undefined) return;
    const status = await post(`/api/rooms/${room}/${run}/shared?seat=${you}`, await freshCopy(doc)).catch(() => 0);
    // taken; or the other was quicker, or it is over: there is nothing left to do
    if (status >= 200 && status < 500) return;
    await wait(AGAIN_AFTER_MS);
  }
}

/** The whole document without what was deleted from it. */
async function freshCopy(doc: Sharing["doc"]): Promise<Uint8Array<ArrayBuffer>> {
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
