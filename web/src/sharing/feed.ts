/**
 * The order of one journal's entries: which are here, which are missing, and what is read by HTTP for that. Every entry
 * is given on once a connection, whether it came by the socket, by reading, or was written here. Only what the server
 * holds durable counts as had after a lost line: a server that fell may give its number to another entry.
 */
import { computed, signal } from "@preact/signals";
import { ApiError } from "../api.ts";
import { backoff } from "../meeting/socket";
import type { Entry, Extent, JournalFrame } from "./protocol";
import type { Journal } from "./types";

export interface FeedPorts {
  read(journal: Journal, after: number, each: (frame: JournalFrame) => Promise<void>): Promise<number>;
  /** In order of coming; may come again after a lost line. */
  entry(entry: Entry): Promise<void> | void;
  /** Stands for all entries up to `upto`. */
  snapshot(id: string, upto: number, body: Uint8Array): Promise<void> | void;
  /** Everything that was there when the line came is here now. */
  caughtUp(): void;
  failed(error: unknown): void;
  random(): number;
}

/** What `durable` names is mostly on its way: reading at once would fetch it twice. */
const GRACE_MS = 400;

export class Feed {
  readonly #reached = signal(0);
  readonly #durable = signal(0);
  /** The last one that was announced, also where it must still be fetched. */
  readonly #announced = signal(0);
  readonly #caughtUp = signal(false);
  readonly #complete = computed(
    () => this.#caughtUp.value && this.reached >= Math.max(this.#durable.value, this.#announced.value),
  );
  #ahead = new Set<number>();
  #reading = false;
  /** What is being read is out of date. */
  #anew = false;
  /** What is being read was asked for before this line. */
  #late = false;
  #online = false;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #chain: Promise<void> = Promise.resolve();

  constructor(
    private readonly journal: Journal,
    private readonly ports: FeedPorts,
    /** Entries change: after a lost line the server is asked also where nothing new has come. */
    private readonly changing = false,
  ) {}

  /** All up to here came; what lies beyond it came too early. Read as a signal, as the next two are. */
  get reached(): number {
    return this.#reached.value;
  }

  /** All up to here is durable on the server, and here. */
  get sure(): number {
    return Math.min(this.reached, this.#durable.value);
  }

  /** Nothing that is known of is still to come. */
  get complete(): boolean {
    return this.#complete.value;
  }

  here(extent: Extent): void {
    this.#online = true;
    this.#ahead.clear();
    // A smaller head than before: the server came back from an older state, and its numbers begin anew from there.
    this.#reached.value = Math.min(this.sure, extent.head);
    this.#durable.value = extent.head;
    this.#announced.value = 0;
    this.#caughtUp.value = false;
    this.#tries = 0;
    this.#late = this.changing && this.#reading;
    void this.#read(this.reached);
  }

  down(): void {
    this.#online = false;
    clearTimeout(this.#timer);
  }

  /** Reads from the beginning: somebody went back to an earlier state. */
  again(): void {
    this.#reached.value = 0;
    this.#ahead.clear();
    this.#caughtUp.value = false;
    this.#anew = this.#reading;
    void this.#read(0);
  }

  live(entry: Entry): void {
    if (entry.n <= this.reached || this.#ahead.has(entry.n)) return;
    this.#announced.value = Math.max(this.#announced.value, entry.n);
    // Too large for the socket: it is read once it is durable.
    if (entry.body === null && entry.size > 0) return;
    this.mark(entry.n);
    void this.#give(() => this.ports.entry(entry));
  }

  /** An entry of one's own has this number. */
  mark(n: number): void {
    if (n > this.reached) this.#ahead.add(n);
    while (this.#ahead.delete(this.reached + 1)) this.#reached.value += 1;
  }

  durable(n: number): void {
    this.#durable.value = Math.max(this.#durable.value, n);
    if (this.reached < this.#durable.value) this.#readLater(GRACE_MS);
  }

  close(): void {
    this.down();
  }

  /** Everything that came until now was given on. */
  settled(): Promise<void> {
    return this.#chain;
  }

  #give(job: () => Promise<void> | void): Promise<void> {
    this.#chain = this.#chain.then(job).catch((error: unknown) => console.warn("an entry was not taken", error));
    return this.#chain;
  }

  #readLater(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#online) return;
    this.#timer = setTimeout(() => {
      if (!this.#caughtUp.value || this.reached < this.#durable.value) void this.#read(this.sure);
    }, ms);
  }

  async #read(after: number): Promise<void> {
    if (this.#reading) return;
    const changed = this.changing && after > 0 && !this.#caughtUp.value;
    if (after >= this.#durable.value && !changed) {
      this.#arrived();
      return;
    }
    this.#reading = true;
    try {
      const head = await this.ports.read(this.journal, after, (frame) => this.#take(frame));
      this.#durable.value = Math.max(this.#durable.value, head);
      this.#tries = 0;
    } catch (error) {
      // Compacted while it was read: begun anew.
      const moved = error instanceof ApiError && error.code === "journal_changed";
      if (!moved) this.ports.failed(error);
      this.#tries += 1;
    } finally {
      this.#reading = false;
    }
    if (!this.#online) return;
    if (this.#anew) this.again();
    else if (this.#tries > 0) this.#readLater(backoff(this.#tries - 1, this.ports.random()));
    else if (this.#late) {
      this.#late = false;
      void this.#read(this.reached);
    } else if (this.reached < this.#durable.value) this.#readLater(GRACE_MS);
    else this.#arrived();
  }

  #arrived(): void {
    void this.#give(() => {
      if (this.#caughtUp.value) return;
      this.#caughtUp.value = true;
      this.ports.caughtUp();
    });
  }

  #take(frame: JournalFrame): Promise<void> {
    if (frame.type === "entry") {
      this.mark(frame.n);
      return this.#give(() => this.ports.entry(frame));
    }
    if (frame.type === "snapshot") {
      this.#reached.value = Math.max(this.reached, frame.upto);
      for (const n of [...this.#ahead]) if (n <= frame.upto) this.#ahead.delete(n);
      this.mark(this.reached);
      return this.#give(() => this.ports.snapshot(frame.id, frame.upto, frame.body));
    }
    return Promise.resolve();
  }
}
