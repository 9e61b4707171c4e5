/** "NAME is typing": a passing word, never stored, that ends by itself when no more of it comes. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Sharing } from "../sharing/types";

const EVERY_MS = 3000;
const ENDS_AFTER_MS = 7000;

export class Typing {
  /** Whether the partner is typing. */
  readonly partner: ReadonlySignal<boolean>;
  readonly #partner = signal(false);
  readonly #sharing: Sharing;
  readonly #ends: (() => void)[];
  #told: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sharing: Sharing) {
    this.#sharing = sharing;
    this.partner = this.#partner;
    this.#ends = [
      sharing.onPass("typing", (data, seat) => {
        if (seat !== sharing.you && isTyping(data)) this.#set(data.on);
      }),
      sharing.partnerHere.subscribe((here) => {
        if (!here) this.#set(false);
      }),
    ];
  }

  /** Called with every change of the field; tells the partner at most every three seconds. */
  typed(empty: boolean): void {
    if (empty) {
      this.stopped();
      return;
    }
    const now = performance.now();
    if (this.#told !== null && now - this.#told < EVERY_MS) return;
    this.#told = now;
    this.#sharing.pass("typing", { on: true });
  }

  /** Sent, emptied or left. */
  stopped(): void {
    if (this.#told === null) return;
    this.#told = null;
    this.#sharing.pass("typing", { on: false });
  }

  /** The partner's message has come: that is what was typed. */
  arrived(): void {
    this.#set(false);
  }

  close(): void {
    this.stopped();
    clearTimeout(this.#timer);
    for (const end of this.#ends) end();
  }

  #set(on: boolean): void {
    clearTimeout(this.#timer);
    this.#partner.value = on;
    if (on) this.#timer = setTimeout(() => this.#set(false), ENDS_AFTER_MS);
  }
}

function isTyping(data: unknown): data is { on: boolean } {
  return typeof data === "object" && data !== null && typeof (data as { on?: unknown }).on === "boolean";
}
