/** The chat: what was said, in the server's order, and what of one's own is taken back. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type Id, newId, type Seat } from "../protocol";
import { ChatStream } from "./chat";
import { Feed, type FeedPorts } from "./feed";
import type { Waiting } from "./outbox";
import { type Entry, MAX_CHAT_BYTES } from "./protocol";
import type { ChatEntry } from "./types";

export interface TalkPorts extends Pick<FeedPorts, "read" | "failed" | "random"> {
  /** False: the line is down. */
  strike(n: number): boolean;
  notStruck(): void;
}

export class Talk {
  readonly #stream: ChatStream;
  readonly entries: ReadonlySignal<readonly ChatEntry[]>;
  readonly #ready = signal(false);
  /** Everything the server had when this page came is here. */
  readonly ready: ReadonlySignal<boolean> = this.#ready;
  readonly feed: Feed;
  /** Asked of the server, and not answered yet. */
  readonly #striking = new Set<number>();
  /** Messages that were to be sent and then not; some were on their way. */
  readonly #takenBack = new Set<Id>();

  constructor(
    private readonly you: Seat,
    private readonly ports: TalkPorts,
  ) {
    this.#stream = new ChatStream(you);
    this.entries = this.#stream.entries;
    const more = {
      entry: (entry: Entry) => this.#came(entry),
      snapshot: () => undefined,
      caughtUp: () => {
        this.#ready.value = true;
        this.#strikeAgain();
      },
    };
    this.feed = new Feed("chat", { ...ports, ...more }, true);
  }

  /** What one says; shown at once, and to be sent. */
  say(body: Uint8Array): Waiting {
    if (body.length === 0 || body.length > MAX_CHAT_BYTES) throw new RangeError("a message has 1 to 16384 octets");
    const entry: Waiting = { journal: "chat", local: newId(), body };
    this.wait(entry);
    return entry;
  }

  wait(entry: Waiting): void {
    this.#stream.wait(entry, Date.now());
  }

  /** One's own has its number now. */
  stored(entry: Waiting, n: number, atMs: number): void {
    this.#stream.stored(entry, n, atMs);
    this.feed.mark(n);
    this.#strikeTakenBack(entry.local, n);
  }

  strike(n: number): void {
    if (this.ports.strike(n)) this.#striking.add(n);
    else this.notStruck();
  }

  struck(n: number): void {
    this.#striking.delete(n);
    this.#stream.struck(n);
  }

  notStruck(): void {
    this.#striking.clear();
    this.ports.notStruck();
  }

  /** Before it was stored; where it was on its way it is struck. */
  takeBack(local: Id): void {
    this.#takenBack.add(local);
    this.#stream.takeBack(local);
  }

  isTakenBack(local: Id): boolean {
    return this.#takenBack.has(local);
  }

  #came(entry: Entry): void {
    this.#stream.entry(entry);
    if (entry.seat === this.you && entry.body) this.#strikeTakenBack(entry.local, entry.n);
  }

  /** A line that was dead already when it was said on it has swallowed it. */
  #strikeAgain(): void {
    for (const n of this.#striking) {
      if (this.#stream.stands(n)) this.strike(n);
      else this.#striking.delete(n);
    }
  }

  #strikeTakenBack(local: Id, n: number): void {
    if (this.#takenBack.delete(local)) this.strike(n);
  }
}
