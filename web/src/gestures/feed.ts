/** What floats over the two pictures now, and what is said of it aloud. Nothing of it is kept. */
import { signal } from "@preact/signals";
import type { GestureFrom, GestureKind, Seat } from "../protocol";

export interface Floating {
  readonly id: number;
  readonly seat: Seat;
  readonly kind: GestureKind;
}

/** What one has shown since the last word about it, each kind once. */
export interface Said {
  readonly seat: Seat;
  readonly kinds: readonly GestureKind[];
}

export const FLOATS_MS = 2400;
/** A screen reader hears of gestures at most once in so long. */
export const SPEAKS_EVERY_MS = 5000;
/** More than these over one picture would hide the face. */
const AT_ONCE = 4;

export class GestureFeed {
  readonly floating = signal<readonly Floating[]>([]);
  /** The words to say now; a new list each time. */
  readonly said = signal<readonly Said[]>([]);

  #number = 0;
  #unsaid: Floating[] = [];
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #speaking = false;

  show({ seat, kind }: Pick<GestureFrom, "seat" | "kind">): void {
    this.#number += 1;
    const sign: Floating = { id: this.#number, seat, kind };
    const others = this.floating.value.filter((it) => it.seat !== seat);
    const own = this.floating.value.filter((it) => it.seat === seat);
    this.floating.value = [...others, ...own.slice(1 - AT_ONCE), sign];
    this.#later(FLOATS_MS, () => {
      this.floating.value = this.floating.value.filter((it) => it !== sign);
    });
    this.#unsaid.push(sign);
    if (!this.#speaking) this.#speak();
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#unsaid = [];
    this.#speaking = false;
    this.floating.value = [];
  }

  #speak(): void {
    const unsaid = this.#unsaid;
    this.#unsaid = [];
    this.#speaking = unsaid.length > 0;
    if (!this.#speaking) return;
    const seats = [...new Set(unsaid.map((it) => it.seat))];
    this.said.value = seats.map((seat) => ({
      seat,
      kinds: [...new Set(unsaid.filter((it) => it.seat === seat).map((it) => it.kind))],
    }));
    this.#later(SPEAKS_EVERY_MS, () => this.#speak());
  }

  #later(milliseconds: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, milliseconds);
    this.#timers.add(timer);
  }
}
