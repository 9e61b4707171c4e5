/**
 * When the documents are needed, and what is known of them before: their code and contents come once a page wants to
 * show them, the server asks for something only they can do, or something of theirs lies here unsent. What they would
 * have heard meanwhile need not be kept: they read it.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { backoff } from "../meeting/socket";
import type { Documents } from "./documents";
import type { Said, Written } from "./ground";
import type { Waiting } from "./outbox";
import type { Extent } from "./protocol";

export interface LatePorts {
  /** Fetches the code and makes them. */
  make(): Promise<Documents>;
  /** Whether there is a snapshot of the other seat's that this one must confirm. */
  unconfirmed(): Promise<boolean>;
  /** The code could not be fetched; false: now it is here. */
  missing(missing: boolean): void;
  random(): number;
}

export class LateDocuments {
  readonly #here = signal<Documents | null>(null);
  readonly here: ReadonlySignal<Documents | null> = this.#here;
  readonly #extents = signal<Readonly<Record<Written, Extent>> | null>(null);
  /** How far the journals reach by now; null while the line is down. */
  readonly extents: ReadonlySignal<Readonly<Record<Written, Extent>> | null> = this.#extents;
  #fetching: Promise<Documents> | null = null;
  /** A compaction the server asked for. */
  #asked: Said | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wanted = false;
  #tries = 0;
  #closed = false;

  constructor(private readonly ports: LatePorts) {}

  // --- fetching -----------------------------------------------------------------------------------------------------

  /** For a page that shows them; throws where the code does not come. */
  open(): Promise<Documents> {
    const here = this.#here.peek();
    if (here) return Promise.resolve(here);
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  /** For what must be done although nobody looks: tried until it is here. */
  want(): void {
    if (this.#closed || this.#here.peek()) return;
    this.#wanted = true;
    clearTimeout(this.#timer);
    this.open().catch((error: unknown) => {
      console.warn("the documents did not come", error);
      this.#tries += 1;
      if (this.#closed) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.want(), backoff(this.#tries, this.ports.random()));
    });
  }

  async #fetch(): Promise<Documents> {
    try {
      const made = await this.ports.make();
      if (this.#closed) {
        made.close();
        return made;
      }
      this.#here.value = made;
      this.#tries = 0;
      this.ports.missing(false);
      void made.begin();
      if (this.#asked) made.heard(this.#asked);
      this.#asked = null;
      return made;
    } catch (error) {
      if (!this.#closed) this.ports.missing(true);
      throw error;
    }
  }

  // --- the line -----------------------------------------------------------------------------------------------------

  arrived(extents: Readonly<Record<Written, Extent>>): void {
    this.#extents.value = extents;
    const here = this.#here.peek();
    if (here) here.here();
    else if (this.#wanted) this.want();
    else if (extents.document.snapshot !== null) void this.#lookForSnapshot();
  }

  down(): void {
    this.#extents.value = null;
    this.#here.peek()?.down();
  }

  heard(said: Said): void {
    if (said.type === "durable") this.#reached(said.journal as Written, said.n);
    const here = this.#here.peek();
    if (here) here.heard(said);
    else if (said.type === "compact") {
      this.#asked = said;
      this.want();
    } else if (said.type === "changed" && said.journal === "document" && said.snapshot !== null && !said.confirmed) {
      void this.#lookForSnapshot();
    }
  }

  /** One's own entry is durable. */
  stored(entry: Waiting, n: number): void {
    this.#reached(entry.journal as Written, n);
    this.#here.peek()?.stored(entry, n);
  }

  /** Compared and confirmed, or told of, although nobody looks: until then what it replaces is kept twice. */
  async #lookForSnapshot(): Promise<void> {
    try {
      if (await this.ports.unconfirmed()) this.want();
    } catch (error) {
      // The next line looks again.
      console.warn("snapshots were not listed", error);
    }
  }

  #reached(journal: Written, n: number): void {
    const extents = this.#extents.peek();
    if (!extents || n <= extents[journal].head) return;
    this.#extents.value = { ...extents, [journal]: { ...extents[journal], head: n } };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#here.peek()?.close();
  }
}
