/** The recording's own axis: which part of which seat is heard and seen at a moment. Pure. Times in milliseconds. */

import { type Manifest, type Part, SEATS, type Seat } from "./types.ts";

export interface Axis {
  readonly length: number;
  /** Each seat's parts in order of time. */
  readonly lanes: Readonly<Record<Seat, readonly Part[]>>;
  /** Where a pause was: the borders between runs. */
  readonly pauses: readonly number[];
}

export function axis(manifest: Manifest): Axis {
  const lane = (seat: Seat) =>
    manifest.parts
      .filter((part) => part.seat === seat && part.length_ms > 0)
      .sort((one, other) => one.offset_ms - other.offset_ms);
  const lanes = { mentor: lane("mentor"), mentee: lane("mentee") };
  const ends = SEATS.flatMap((seat) => lanes[seat].map(end));
  const runs = [...manifest.runs].sort((one, other) => one.run - other.run);
  return {
    length: Math.max(manifest.length_ms, ...ends, 0),
    lanes,
    pauses: runs.slice(1).map((run) => run.offset_ms),
  };
}

export function end(part: Part): number {
  return part.offset_ms + part.length_ms;
}

/** The part that runs at `at`, the later one where two overlap; null in a hole. */
export function partAt(lane: readonly Part[], at: number): Part | null {
  let found: Part | null = null;
  for (const part of lane) {
    if (part.offset_ms > at) break;
    if (at < end(part)) found = part;
  }
  return found;
}

/** The part that begins next within `ahead`, to be loaded in time. */
export function partSoon(lane: readonly Part[], at: number, ahead: number): Part | null {
  return lane.find((part) => part.offset_ms > at && part.offset_ms <= at + ahead) ?? null;
}

export function clamp(at: number, length: number): number {
  return Math.min(Math.max(0, at), length);
}
