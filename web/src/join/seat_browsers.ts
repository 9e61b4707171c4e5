/** The browsers that hold one's seat, as the server tells them, and what can be done about them. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { ask } from "../api.ts";
import type { Id, Milliseconds, Seat } from "../protocol";

/** Made the room; the password while the seat was free; the personal link; the partner's word alone. */
export type How = "creator" | "claim" | "link" | "approval";

export interface Holder {
  readonly id: Id;
  readonly how: How;
  readonly since_ms: Milliseconds;
  /** When it last joined. */
  readonly used_ms: Milliseconds;
  /** A page of it is open now. */
  readonly here: boolean;
  readonly this: boolean;
}

/** A browser the partner has let in, of which nobody has said yet that it was known. */
export interface Vouched {
  readonly browser: Id;
  readonly at_ms: Milliseconds;
  readonly holds: boolean;
}

export interface Told {
  readonly browsers: readonly Holder[];
  readonly vouched: readonly Vouched[];
  /** This browser has the partner's word alone: it is told of itself only, and can do nothing about the others. */
  readonly link_wanted: boolean;
}

export class SeatBrowsers {
  readonly told = signal<Told | null>(null);
  #asked = 0;

  constructor(
    readonly room: Id,
    readonly seat: Seat,
  ) {}

  /** What was told before stays where the answer does not come. Throws ApiError. */
  async refresh(): Promise<void> {
    this.#asked += 1;
    const number = this.#asked;
    const told = await ask<Told>(this.#at(""));
    if (number === this.#asked) this.told.value = told;
  }

  /** The same where nobody waits for it. */
  look(): void {
    this.refresh().catch((error: unknown) => console.warn("the seat's browsers were not told", error));
  }

  /** One of the others, or all of them (null); how many it was. Throws ApiError. */
  async takeFrom(browser: Id | null): Promise<number> {
    const { browsers_out } = await ask<{ browsers_out: number }>(this.#at("/out"), { body: { browser } });
    this.look();
    return browsers_out;
  }

  /** The person has been told of it, and has nothing against it. Throws ApiError. */
  async know(browser: Id): Promise<void> {
    await ask(this.#at("/known"), { body: { browsers: [browser] } });
    await this.refresh();
  }

  #at(more: string): string {
    return `/api/rooms/${this.room}/browsers${more}?seat=${this.seat}`;
  }
}

/** Asked when the page comes, and again whenever its line hears that something has changed. */
export function useBrowsers(room: Id, seat: Seat, changed?: ReadonlySignal<number>): SeatBrowsers;
/** Null: no seat, and nothing to ask. */
export function useBrowsers(room: Id, seat: Seat | null): SeatBrowsers | null;
export function useBrowsers(room: Id, seat: Seat | null, changed?: ReadonlySignal<number>): SeatBrowsers | null {
  const browsers = useMemo(() => (seat ? new SeatBrowsers(room, seat) : null), [room, seat]);
  useEffect(() => browsers?.look(), [browsers]);
  useEffect(
    () =>
      changed?.subscribe((times) => {
        if (times > 0) browsers?.look();
      }),
    [browsers, changed],
  );
  return browsers;
}
