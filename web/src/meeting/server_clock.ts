/** The server's clock as this page knows it: the offset from the answer that travelled fastest. */

export class ServerClock {
  #offset = 0;
  #best = Number.POSITIVE_INFINITY;

  constructor(private readonly local: () => number = () => Date.now()) {}

  /** `roundTripMs` is unknown for messages nobody asked for: they count as slow ones. */
  heard(nowMs: number, roundTripMs = 400): void {
    // Old samples grow stale: two clocks drift, and a laptop's leaps after sleep.
    this.#best += 5;
    const offset = nowMs + Math.min(roundTripMs, 2000) / 2 - this.local();
    const leapt = Math.abs(offset - this.#offset) > 2000;
    if (roundTripMs > this.#best && !leapt) return;
    this.#best = roundTripMs;
    this.#offset = offset;
  }

  now(): number {
    return this.local() + this.#offset;
  }
}
