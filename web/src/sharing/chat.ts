/** The chat's entries in the order of the server, those that wait last. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Id, Seat } from "../protocol";
import type { Waiting } from "./outbox";
import type { Entry } from "./protocol";
import type { ChatEntry } from "./types";

export class ChatStream {
  readonly #shown = signal<readonly ChatEntry[]>([]);
  readonly entries: ReadonlySignal<readonly ChatEntry[]> = this.#shown;
  #stored = new Map<number, ChatEntry>();
  #waiting: ChatEntry[] = [];
  /** Struck before they came: what is being read may be from a moment before that. */
  readonly #struckEarly = new Set<number>();
  #painting = false;

  constructor(private readonly you: Seat) {}

  wait({ local, body }: Waiting, atMs: number): void {
    if (this.#waiting.some((entry) => entry.local === local)) return;
    this.#waiting.push({ n: 0, seat: this.you, atMs, local, body, stored: false });
    this.#show();
  }

  entry({ n, seat, at_ms: atMs, local, body }: Entry): void {
    this.#keep({ n, seat, atMs, local, body, stored: true });
    this.#settle(seat, local);
    this.#showSoon();
  }

  stored({ local, body }: Waiting, n: number, atMs: number): void {
    if (!this.#stored.has(n)) this.#keep({ n, seat: this.you, atMs, local, body, stored: true });
    this.#settle(this.you, local);
    this.#showSoon();
  }

  takeBack(local: Id): void {
    this.#waiting = this.#waiting.filter((entry) => entry.local !== local);
    this.#show();
  }

  struck(n: number): void {
    const entry = this.#stored.get(n);
    if (entry) this.#stored.set(n, { ...entry, body: null });
    else this.#struckEarly.add(n);
    this.#showSoon();
  }

  /** Whether this entry is here, and not struck. */
  stands(n: number): boolean {
    return (this.#stored.get(n)?.body ?? null) !== null;
  }

  /** What was struck stays so, whatever else is on its way. */
  #keep(entry: ChatEntry): void {
    const before = this.#stored.get(entry.n);
    const struck = this.#struckEarly.delete(entry.n) || (before?.local === entry.local && before.body === null);
    this.#stored.set(entry.n, struck ? { ...entry, body: null } : entry);
  }

  #settle(seat: Seat, local: string): void {
    if (seat === this.you) this.#waiting = this.#waiting.filter((entry) => entry.local !== local);
  }

  /** Thousands of entries that are read at once are drawn once. */
  #showSoon(): void {
    if (this.#painting) return;
    this.#painting = true;
    setTimeout(() => this.#show(), 0);
  }

  #show(): void {
    this.#painting = false;
    const stored = [...this.#stored.values()].sort((one, other) => one.n - other.n);
    this.#shown.value = [...stored, ...this.#waiting];
  }
}
