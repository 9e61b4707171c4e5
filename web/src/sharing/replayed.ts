/**
 * What the entries of a journal make, whatever snapshot stands for them: a page that began with the other's snapshot can
 * say in no other way whether that lacks something.
 */
import * as Y from "yjs";
import type { Seat } from "../protocol";
import { tryApply } from "./log";
import { type GivenUp, isNone, type Loss, lossOf, NO_LOSS, plus } from "./loss";
import type { JournalFrame } from "./protocol";

export interface Replayed {
  /** As it is at the end. */
  readonly now: Y.Doc;
  /** As it was before the other seat first deleted something; null: they deleted nothing. */
  readonly before: Uint8Array | null;
  /** What the other seat deleted. */
  readonly loss: Loss;
}

interface Step {
  readonly theirs: boolean;
  readonly update: Uint8Array | null;
}

/** Up to entry `upto`; null where not all entries are there. What cannot be read is passed over, as everybody does. */
export async function replayed(
  read: (each: (frame: JournalFrame) => Promise<void>) => Promise<unknown>,
  open: (body: Uint8Array) => Promise<Uint8Array> | Uint8Array,
  you: Seat,
  upto: number,
  givenUp?: GivenUp,
): Promise<Replayed | null> {
  const steps: Step[] = [];
  let reached = 0;
  let whole = true;
  await read(async (frame) => {
    if (frame.type === "end" || (frame.type === "entry" && frame.n > upto)) return;
    const update = frame.body && (await opened(frame.body, open));
    if (frame.type === "snapshot") reached = frame.upto;
    else whole &&= frame.n === ++reached;
    steps.push({ theirs: frame.type === "entry" && frame.seat !== you, update });
  });
  return whole && reached === upto ? applied(steps, givenUp) : null;
}

function applied(steps: readonly Step[], givenUp?: GivenUp): Replayed {
  const now = new Y.Doc();
  let loss: Loss = NO_LOSS;
  let first: number | null = null;
  let theirs = false;
  now.on("afterTransaction", (transaction: Y.Transaction) => {
    if (theirs) loss = plus(loss, lossOf(transaction, false, givenUp));
  });
  for (const [place, step] of steps.entries()) {
    theirs = step.theirs;
    if (step.update) tryApply(now, step.update);
    if (first === null && !isNone(loss)) first = place;
  }
  return { now, before: first === null ? null : stateOf(steps.slice(0, first)), loss };
}

function stateOf(steps: readonly Step[]): Uint8Array {
  const doc = new Y.Doc();
  for (const { update } of steps) if (update) tryApply(doc, update);
  const state = Y.encodeStateAsUpdate(doc);
  doc.destroy();
  return state;
}

async function opened(
  body: Uint8Array,
  open: (body: Uint8Array) => Promise<Uint8Array> | Uint8Array,
): Promise<Uint8Array | null> {
  try {
    const update = await open(body);
    Y.decodeUpdate(update);
    return update;
  } catch {
    return null;
  }
}
