/**
 * What a recording keeps of what the two made together, frame by frame; docs/recording-format.md, section 6. The server
 * wrote the frames, the browsers wrote what is in them: a frame that is not what it should be is passed over.
 */
import { decode } from "@msgpack/msgpack";
import type { Seat } from "../types.ts";

export interface Begin {
  readonly tag: "begin";
  readonly atMs: number;
  readonly seat: Seat;
  /** One Yjs update that makes the whole document. */
  readonly document: Uint8Array;
  /** The last entry of the journal that is in it; null: an older part, which does not say. */
  readonly upto: number | null;
}

export interface Written {
  readonly tag: "written";
  readonly atMs: number;
  readonly journal: "document" | "chat";
  readonly n: number;
  readonly seat: Seat;
  readonly body: Uint8Array;
}

export interface Struck {
  readonly tag: "struck";
  readonly atMs: number;
  readonly n: number;
}

export interface Happened {
  readonly tag: "happened";
  readonly atMs: number;
  readonly about: string;
  readonly seat: Seat | null;
  readonly what: string;
  readonly minutes: number | null;
}

/** More came at once than could be kept: of the rest of the run nothing is. */
export interface Cut {
  readonly tag: "cut";
  readonly atMs: number;
}

export type Frame = Begin | Written | Struck | Happened | Cut;

const HEAD_BYTES = 4;

/** The frames of a part; what follows the last whole one is left out. */
export function readFrames(part: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  let at = 0;
  while (at + HEAD_BYTES <= part.byteLength) {
    const end = at + HEAD_BYTES + view.getUint32(at);
    if (end > part.byteLength) break;
    const frame = readFrame(part.subarray(at + HEAD_BYTES, end));
    if (frame !== null) frames.push(frame);
    at = end;
  }
  return frames;
}

function readFrame(bytes: Uint8Array): Frame | null {
  let told: unknown;
  try {
    told = decode(bytes);
  } catch {
    return null;
  }
  if (!Array.isArray(told)) return null;
  const [tag, ...fields] = told as unknown[];
  if (tag === "begin") return begin(fields);
  if (tag === "written") return written(fields);
  if (tag === "struck") return struck(fields);
  if (tag === "cut") return cut(fields);
  return tag === "happened" ? happened(fields) : null;
}

function begin([version, , atMs, seat, document, upto]: unknown[]): Begin | null {
  if (version !== 1 || !isMoment(atMs) || !isSeat(seat) || !(document instanceof Uint8Array)) return null;
  return { tag: "begin", atMs, seat, document, upto: isMoment(upto) ? upto : null };
}

function written([atMs, journal, n, seat, body]: unknown[]): Written | null {
  if (journal !== "document" && journal !== "chat") return null;
  if (!isMoment(atMs) || !isMoment(n) || !isSeat(seat) || !(body instanceof Uint8Array)) return null;
  return { tag: "written", atMs, journal, n, seat, body };
}

function struck([atMs, n]: unknown[]): Struck | null {
  return isMoment(atMs) && isMoment(n) ? { tag: "struck", atMs, n } : null;
}

function happened([atMs, about, seat, what, minutes]: unknown[]): Happened | null {
  if (!isMoment(atMs) || typeof about !== "string" || typeof what !== "string") return null;
  if (seat !== null && !isSeat(seat)) return null;
  return { tag: "happened", atMs, about, seat, what, minutes: isMoment(minutes) ? minutes : null };
}

function cut([atMs]: unknown[]): Cut | null {
  return isMoment(atMs) ? { tag: "cut", atMs } : null;
}

function isSeat(given: unknown): given is Seat {
  return given === "mentor" || given === "mentee";
}

function isMoment(given: unknown): given is number {
  return typeof given === "number" && Number.isSafeInteger(given) && given >= 0;
}
