/** One run's part, put on the recording's own axis: what it begins with, and what came when. Times in milliseconds. */
import type { ChatEntry } from "../../sharing/types.ts";
import type { Run, Seat } from "../types.ts";
import type { Frame, Happened, Written } from "./frames.ts";

/** A change of the document. */
export interface Change {
  readonly at: number;
  readonly seat: Seat;
  readonly update: Uint8Array;
  /** The document the run begins with has it already. */
  readonly early: boolean;
  /** It was written before the run began. */
  readonly before: boolean;
}

/** A chat entry, a deletion, or something that happened. */
export type Line = { readonly at: number } & (
  | { readonly kind: "entry"; readonly entry: ChatEntry }
  | { readonly kind: "struck"; readonly n: number }
  | { readonly kind: "happened"; readonly happened: Happened }
);

export interface Kept {
  readonly document: Uint8Array;
  /** In order, as the lines are. */
  readonly changes: readonly Change[];
  readonly lines: readonly Line[];
  /** From here on nothing was kept any more; null: it was to the end. */
  readonly cutAt: number | null;
}

/** Null: nothing was kept of this run. */
export function stretchOf(run: Run, frames: readonly Frame[]): Kept | null {
  const begin = frames.find((frame) => frame.tag === "begin");
  if (begin === undefined) return null;
  const end = run.offset_ms + Math.max(0, run.length_ms);
  const place = (atMs: number) => Math.min(Math.max(run.offset_ms, run.offset_ms + atMs - run.started_ms), end);
  const changes: Change[] = [];
  const lines: Line[] = [];
  const known = new Set<number>();
  let cutAt: number | null = null;
  for (const frame of frames) {
    if (frame.tag === "begin") continue;
    if (frame.tag === "cut") {
      cutAt ??= place(frame.atMs);
      continue;
    }
    const list = frame.tag === "written" && frame.journal === "document" ? changes : lines;
    // what the file says in order stays in order
    const at = Math.max(list.at(-1)?.at ?? 0, place(frame.atMs));
    if (frame.tag === "struck") lines.push({ at, kind: "struck", n: frame.n });
    else if (frame.tag === "happened") lines.push({ at, kind: "happened", happened: frame });
    else if (frame.journal === "document") {
      const early = begin.upto === null ? frame.atMs < begin.atMs : frame.n <= begin.upto;
      changes.push({ at, seat: frame.seat, update: frame.body, early, before: frame.atMs < run.started_ms });
    } else if (!known.has(frame.n)) {
      known.add(frame.n);
      lines.push({ at, kind: "entry", entry: entryOf(frame) });
    }
  }
  return { document: begin.document, changes, lines, cutAt };
}

function entryOf({ n, seat, atMs, body }: Written): ChatEntry {
  return { n, seat, atMs, local: `n${n}`, body, stored: true };
}

/** How many of them lie at `at` or before. */
export function countUntil(sorted: readonly { readonly at: number }[], at: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
