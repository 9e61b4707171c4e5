/** What `/api/rooms/{room}/recordings` answers. */

export type Seat = "mentor" | "mentee";

export interface Downloaded {
  readonly seat: Seat | null;
  readonly name: string | null;
  readonly at_ms: number;
}

/** Something the pair is told; words by `code`. */
export interface Notice {
  readonly code: string;
  readonly at_ms?: number;
  readonly [value: string]: unknown;
}

export interface Recording {
  readonly id: string;
  readonly started_ms: number;
  readonly length_ms: number;
  readonly due_ms: number | null;
  readonly state: "kept" | "recording" | "deleted";
  readonly interrupted: boolean;
  readonly bytes: number;
  /** Whether it was made while the room allowed copies. */
  readonly may_download: boolean;
  readonly downloads: readonly Downloaded[];
  readonly erased: { readonly by: string | null; readonly at_ms: number; readonly cause?: string } | null;
}

export interface Listing {
  readonly title: string;
  /** The seat this browser holds, if any. */
  readonly you: Seat | null;
  readonly retention_days: number;
  readonly downloads: boolean;
  readonly notices: readonly Notice[];
  readonly recordings: readonly Recording[];
}

/** A stretch between start (or going on) and stop (or pause); offsets lie on the recording's own axis, which leaves
 * the pauses out. */
export interface Run {
  readonly run: number;
  readonly offset_ms: number;
  readonly length_ms: number;
  /** When it began, by the server's clock. */
  readonly started_ms: number;
}

/** What the two made together in one run. */
export interface SharedPart {
  readonly id: string;
  readonly run: number;
  readonly bytes: number;
  readonly interrupted: boolean;
}

/** One sealed file: one seat's media in one run. */
export interface Part {
  readonly id: string;
  readonly seat: Seat;
  readonly run: number;
  readonly offset_ms: number;
  readonly length_ms: number;
  readonly bytes: number;
  readonly video: boolean;
  readonly interrupted: boolean;
}

export interface Manifest {
  readonly id: string;
  readonly started_ms: number;
  readonly length_ms: number;
  readonly due_ms: number;
  readonly names: Partial<Record<Seat, string>>;
  readonly runs: readonly Run[];
  readonly parts: readonly Part[];
  /** At most one a run. */
  readonly shared: readonly SharedPart[];
}

export const SEATS: readonly Seat[] = ["mentor", "mentee"];

export function partUrl(room: string, recording: string, part: string): string {
  return `/api/rooms/${room}/recordings/${recording}/parts/${part}`;
}
