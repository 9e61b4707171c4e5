/**
 * What a recording keeps of board, notes and topics begins with the document as one browser has it: given here for each
 * run, by the mentor's page at once, by the mentee's after a while. The server takes the first, and adds what its journal
 * has beyond it. What waits here to be sent comes later, as a change.
 */
import { computed, effect, type ReadonlySignal } from "@preact/signals";
import type { Id, RoomView, Seat } from "../protocol";
import type { Sharing, Stored } from "../sharing/types";
import { until } from "../sharing/until";

/** How long the mentee's page waits: one of the two is enough. */
const SECOND_AFTER_MS = 3000;
const AGAIN_AFTER_MS = 2000;
const TRIES = 5;
/** A page that may lack something lets the other go first: what the server would add tells also what was written and
 * taken away again meanwhile. */
const GIVING_WAY = 2;
/** The journal was tidied up beyond what this page knows of: it will have read that by the next time. */
const OUT_OF_DATE = new Set(["document_old", "journal_changed"]);

export interface Keeping {
  readonly room: Id;
  readonly you: Seat;
  readonly view: ReadonlySignal<RoomView | null>;
  readonly sharing: ReadonlySignal<Sharing | null>;
  /** Replaced in tests, as `wait` is. */
  readonly post?: (path: string, body: Uint8Array<ArrayBuffer>) => Promise<Answer>;
  readonly wait?: (ms: number) => Promise<void>;
}

export interface Answer {
  readonly status: number;
  /** Of a refusal. */
  readonly code?: string;
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
    const stored = await storedOf(sharing, still).catch(() => null);
    if (!still()) return;
    if (stored && (!stored.behind || tries >= GIVING_WAY)) {
      const path = `/api/rooms/${room}/${run}/shared?seat=${you}&upto=${stored.upto}`;
      const answer = await post(path, new Uint8Array(stored.update)).catch(() => ({ status: 0 }));
      if (isOver(answer)) return;
    }
    await wait(AGAIN_AFTER_MS);
  }
}

/** Taken; or the other was quicker, or nothing is recorded any more: there is nothing left to do. */
function isOver({ status, code = "" }: Answer): boolean {
  return status >= 200 && status < 500 && !OUT_OF_DATE.has(code);
}

/** The document, fetched where nobody has looked at it yet, with all that was in it. */
async function storedOf(sharing: Sharing, still: () => boolean): Promise<Stored | null> {
  const work = await sharing.openWork();
  await until(() => work.ready.value, still);
  return await work.asStored();
}

async function postOctets(path: string, body: Uint8Array<ArrayBuffer>): Promise<Answer> {
  const headers = { "Content-Type": "application/octet-stream" };
  const answer = await fetch(path, { method: "POST", body, headers, credentials: "same-origin", cache: "no-store" });
  const problem: unknown = answer.ok ? null : await answer.json().catch(() => null);
  const code = typeof problem === "object" && problem !== null && "code" in problem ? String(problem.code) : "";
  return { status: answer.status, code };
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
