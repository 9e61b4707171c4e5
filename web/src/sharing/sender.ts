/**
 * Sends what waits in the outbox, in order and at the server's pace: a few at a time, each until it is stored. What is
 * too large for the socket goes by HTTP. After a long time without a line the changes of a document go as one.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { ApiError } from "../api.ts";
import type { Id } from "../protocol";
import type { Waiting } from "./outbox";
import { type FromSharer, MAX_BODY_BYTES, MAX_ENTRY_BYTES } from "./protocol";
import type { Journal } from "./types";

export interface SenderPorts {
  send(message: FromSharer): boolean;
  append(journal: Journal, local: Id, body: Uint8Array): Promise<{ n: number; at_ms: number }>;
  stored(entry: Waiting, n: number, atMs: number): void;
  /** Told once a cause; the entry stays here and is tried again where that can help. */
  troubled(code: string, journal: Journal): void;
  /** The server gives no answer. */
  silent(): void;
  /** Makes one entry of many, where that is possible, and keeps it in their place. */
  merged(journal: Journal, entries: readonly Waiting[]): Promise<Waiting | null>;
}

/** Well below what the server takes in one burst. */
const AT_ONCE = 32;
const MERGE_FROM = 24;
/** More together would become an entry that the server does not take. */
const MERGE_BYTES = MAX_ENTRY_BYTES / 2;
const PATIENCE_MS = 12_000;
const AGAIN_MS = 2000;

export class Sender {
  readonly #unsent = signal(0);
  readonly unsent: ReadonlySignal<number> = this.#unsent;
  #queue: Waiting[] = [];
  /** Local names of those on their way, and since when. */
  #away = new Map<Id, number>();
  #known = new Set<Id>();
  /** Said at least once, whether it arrived or not. */
  #said = new Set<Id>();
  /** Journals that take nothing at the moment. */
  #held = new Map<Journal, ReturnType<typeof setTimeout> | null>();
  #connected = false;
  #busy = false;
  #watch: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ports: SenderPorts) {}

  /** The same entry again (from another page's outbox) is taken once. */
  add(entry: Waiting): void {
    if (this.#known.has(entry.local)) return;
    this.#known.add(entry.local);
    this.#queue.push(entry);
    this.#count();
    this.#pump();
  }

  /** Sent already, or waiting to be. */
  knows(local: Id): boolean {
    return this.#known.has(local);
  }

  /** Reads `unsent`, so that whoever waits for it hears of it. */
  waiting(journal: Journal): readonly Waiting[] {
    if (this.#unsent.value === 0) return [];
    return this.#queue.filter((entry) => entry.journal === journal);
  }

  /** The line is there (again): everything that was not answered goes once more. */
  async connected(): Promise<void> {
    this.#away.clear();
    await this.#merge();
    this.#connected = true;
    this.#pump();
  }

  /** It goes out no more. True: it never did. */
  takeBack(local: Id): boolean {
    if (!this.#away.has(local)) this.#queue = this.#queue.filter((entry) => entry.local !== local);
    this.#count();
    return !this.#said.has(local);
  }

  disconnected(): void {
    this.#connected = false;
    this.#away.clear();
    clearTimeout(this.#watch);
  }

  stored(local: Id, n: number, atMs: number): void {
    this.#away.delete(local);
    const entry = this.#queue.find((one) => one.local === local);
    if (!entry) return;
    this.#queue = this.#queue.filter((one) => one !== entry);
    this.#count();
    this.ports.stored(entry, n, atMs);
    this.#pump();
  }

  /** The server refused it: it waits here, and its journal with it. */
  refused(code: string, local: Id): void {
    const entry = this.#queue.find((one) => one.local === local);
    this.#away.delete(local);
    if (entry) this.#hold(entry.journal, code);
  }

  /** There is room again. */
  release(journal: Journal): void {
    const timer = this.#held.get(journal);
    if (timer) clearTimeout(timer);
    if (this.#held.delete(journal)) this.#pump();
  }

  close(): void {
    this.disconnected();
    for (const timer of this.#held.values()) if (timer) clearTimeout(timer);
  }

  #hold(journal: Journal, code: string): void {
    if (code !== "flooding") this.ports.troubled(code, journal);
    const before = this.#held.get(journal);
    if (before) clearTimeout(before);
    const after = code === "flooding" ? AGAIN_MS : AGAIN_MS * 5;
    this.#held.set(
      journal,
      setTimeout(() => this.release(journal), after),
    );
  }

  #count(): void {
    this.#unsent.value = this.#queue.length;
  }

  #pump(): void {
    if (!this.#connected || this.#busy) return;
    for (const entry of this.#queue) {
      if (this.#away.size >= AT_ONCE) break;
      if (this.#away.has(entry.local) || this.#held.has(entry.journal)) continue;
      if (entry.body.length > MAX_BODY_BYTES) {
        void this.#byHttp(entry);
        break;
      }
      const { journal, local, body } = entry;
      if (!this.ports.send({ type: "append", journal, local, body })) break;
      this.#away.set(local, performance.now());
      if (journal === "chat") this.#said.add(local);
    }
    this.#watchLater();
  }

  async #byHttp(entry: Waiting): Promise<void> {
    if (entry.body.length > MAX_ENTRY_BYTES) {
      this.#hold(entry.journal, "too_large");
      return;
    }
    this.#busy = true;
    try {
      const { n, at_ms: atMs } = await this.ports.append(entry.journal, entry.local, entry.body);
      this.#busy = false;
      this.stored(entry.local, n, atMs);
    } catch (error) {
      this.#busy = false;
      // Offline: the line's own coming back begins anew.
      if (error instanceof ApiError && error.code !== "offline") this.#hold(entry.journal, error.code);
      else this.#hold(entry.journal, "flooding");
    }
    this.#pump();
  }

  #watchLater(): void {
    clearTimeout(this.#watch);
    if (this.#away.size === 0) return;
    const oldest = Math.min(...this.#away.values());
    this.#watch = setTimeout(
      () => {
        if (this.#away.size > 0 && performance.now() - Math.min(...this.#away.values()) >= PATIENCE_MS) {
          this.ports.silent();
        } else this.#watchLater();
      },
      Math.max(50, oldest + PATIENCE_MS - performance.now()),
    );
  }

  async #merge(): Promise<void> {
    for (const journal of ["document", "notes"] as const) {
      const many = first(this.waiting(journal), MERGE_BYTES);
      if (many.length < MERGE_FROM) continue;
      const one = await this.ports.merged(journal, many);
      if (!one) continue;
      const gone = new Set(many);
      this.#known.add(one.local);
      this.#queue = [one, ...this.#queue.filter((entry) => !gone.has(entry))];
      this.#count();
    }
  }
}

/** The first entries, so many as are within a size together. */
function first(entries: readonly Waiting[], most: number): readonly Waiting[] {
  let size = 0;
  const end = entries.findIndex(({ body }) => {
    size += body.length;
    return size > most;
  });
  return end < 0 ? entries : entries.slice(0, end);
}
