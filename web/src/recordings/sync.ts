/** Keeping several media elements at one place. Pure: times and places come in, decisions go out. */

/** Beyond this an element is nudged: the ear and lip-reading notice about a tenth of a second. */
export const NUDGE_MS = 80;
/** A nudge ends when the element is this near; without the gap between the two it would flutter. */
export const SETTLED_MS = 20;
/** Beyond this a nudge would take too long: the element jumps. */
export const SEEK_MS = 300;
/** How much faster or slower a nudged element runs; too little to be heard. */
export const NUDGE = 0.06;
/** While paused the picture is set exactly, within a frame. */
export const STILL_MS = 40;

export type Correction =
  | { readonly kind: "rate"; readonly rate: number; readonly nudging: boolean }
  | { readonly kind: "seek"; readonly to: number };

export interface Moving {
  /** Where the element should be and where it is. */
  readonly wanted: number;
  readonly actual: number;
  /** The speed chosen by the listener. */
  readonly speed: number;
  readonly nudging: boolean;
}

/** What to do with an element that is playing. */
export function correct({ wanted, actual, speed, nudging }: Moving): Correction {
  const drift = actual - wanted;
  const distance = Math.abs(drift);
  if (distance > SEEK_MS) return { kind: "seek", to: wanted };
  if (distance > (nudging ? SETTLED_MS : NUDGE_MS)) {
    return { kind: "rate", rate: speed * (drift > 0 ? 1 - NUDGE : 1 + NUDGE), nudging: true };
  }
  return { kind: "rate", rate: speed, nudging: false };
}

/** Where a paused element must jump to, or null if it shows the right frame. */
export function still(wanted: number, actual: number): number | null {
  return Math.abs(actual - wanted) > STILL_MS ? wanted : null;
}

/** The one clock all elements follow. It stands while anything needed is still loading, so nobody runs ahead. */
export class Clock {
  #at = 0;
  #since: number | null = null;
  #speed = 1;

  place(now: number): number {
    return this.#since === null ? this.#at : this.#at + (now - this.#since) * this.#speed;
  }

  get running(): boolean {
    return this.#since !== null;
  }

  get speed(): number {
    return this.#speed;
  }

  run(now: number): void {
    this.#since ??= now;
    this.#at = this.place(now);
    this.#since = now;
  }

  hold(now: number): void {
    this.#at = this.place(now);
    this.#since = null;
  }

  jump(to: number, now: number): void {
    this.#at = to;
    if (this.#since !== null) this.#since = now;
  }

  setSpeed(speed: number, now: number): void {
    this.#at = this.place(now);
    if (this.#since !== null) this.#since = now;
    this.#speed = speed;
  }
}
