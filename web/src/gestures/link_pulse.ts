/**
 * Whether the line lives, told from what really arrives: so that silence is not taken for a broken line, nor a broken
 * line for silence. Fed with each look at the call's statistics, about once a second.
 */
import { signal } from "@preact/signals";
import type { Quality } from "../call/stats";

/** `alive`: the partner's media arrives (or they send none, and the connection stands). `stalled`: it should arrive and
 * does not. `still`: there is no connection to speak of. */
export type Pulse = "alive" | "stalled" | "still";

export const STALLS_MS = 2000;
export const SILENT_MS = 20_000;
/** Root mean square of full scale, about -40 dB: above a quiet room, below a low voice. */
const AUDIBLE = 0.01;

export interface Line {
  readonly connected: boolean;
  /** The partner's microphone or camera is on: packets must come. */
  readonly expected: boolean;
}

export class LinkPulse {
  readonly pulse = signal<Pulse>("still");
  /** Neither has made a sound for a while, and the line is fine. */
  readonly silent = signal(false);

  #expectedSince: number | null = null;
  #soundAt: number | null = null;

  /** `now` in milliseconds of any steady clock. */
  feel(quality: Quality, { connected, expected }: Line, now: number = performance.now()): void {
    this.#expectedSince = connected && expected ? (this.#expectedSince ?? now) : null;
    // What has just been switched on gets the same patience as what has just stopped.
    const starved = this.#expectedSince === null ? 0 : Math.min(quality.starvedMs, now - this.#expectedSince);
    this.pulse.value = connected ? (starved > STALLS_MS ? "stalled" : "alive") : "still";
    this.silent.value = this.#quiet(quality, now) && this.pulse.peek() === "alive";
  }

  #quiet({ heard, said }: Quality, now: number): boolean {
    const unknown = heard === null && said === null;
    if (unknown || (heard ?? 0) > AUDIBLE || (said ?? 0) > AUDIBLE || this.pulse.peek() === "still")
      this.#soundAt = now;
    this.#soundAt ??= now;
    return now - this.#soundAt >= SILENT_MS;
  }
}
