/**
 * Sends what waits in the outbox, in order and at the server's pace: a few at a time, each until it is stored. What is
 * too large for the socket goes by HTTP. After a long time without a line the changes of a document go as one.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { ApiError } from "../api.ts";
import type { Id } from "../protocol";
import type { Waiting } from "./outbox";
import type { Refusal } from "./overflow";
import { type FromSharer, MAX_BODY_BYTES, MAX_ENTRY_BYTES } from "./protocol";
import type { Journal } from "./types";

export interface SenderPorts {
  send(message: FromSharer): boolean;
  append(journal: Journal, local: Id, body: Uint8Array): Promise<{ n: number; at_ms: number }>;
  stored(entry: Waiting, n: number, atMs: number): void;
  /** The server refused something; it stays here and is tried again where that can help. */
  troubled(code: string, journal: Journal): void;
  /** `refused` do not fit, and something more has come or was refused: perhaps something can be done about it. */
  stuck(code: Refusal, journal: Journal, refused: ReadonlySet<Id>): void;
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
const REFUSED_MS = 10_000;
/** What takes long to send is not sent in vain so often. */
const LARGE_REFUSED_MS = 60_000;

/** A journal of which something was refused. What was written after that waits with it, but for what is `free`: in a
 * document it builds on it for the most part (see `standing` in fitting.ts), and the chat is in order. */
interface Hold {
  readonly code: string;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly refused: ReadonlySet<Id>;
  free: ReadonlySet<Id>;
}

const NONE: ReadonlySet<Id> = new Set();
const isStuck = (code: string): code is Refusal => code === "journal_full" || code === "too_large";

export class Sender {
  readonly #unsent = signal(0);
  readonly unsent: ReadonlySignal<number> = this.#unsent;
  #queue: Waiting[] = [];
  /** Local names of those on their way, and since when. */
  #away = new Map<Id, number>();
  #known = new Set<Id>();
  /** Said at least once, whether it arrived or not. */
  #said = new Set<Id>();
  #held = new Map<Journal, Hold>();
  /** Told of once: trying them again tells nothing new. */
  readonly #tooLarge = new Set<Id>();
  readonly #keptBack = new Map<Journal, ReadonlySet<Id>>();
  readonly #slow = new Set<Journal>();
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
    this.#tellStuck(entry.journal);
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
    for (const journal of [...this.#held.keys()]) this.release(journal);
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
    if (entry) this.#hold(entry, code);
  }

  /** There is room again. */
  release(journal: Journal): void {
    clearTimeout(this.#held.get(journal)?.timer);
    if (this.#held.delete(journal)) this.#pump();
  }

  /** A journal that is nearly full is sent to one entry at a time: what follows one that is refused would otherwise be
   * on its way already, fit where that did not, and stay without what it builds on. */
  slow(journal: Journal, slowly: boolean): void {
    if (slowly) this.#slow.add(journal);
    else this.#slow.delete(journal);
    this.#pump();
  }

  /** Something of it was refused, and it waits for better times. */
  holds(journal: Journal): boolean {
    return this.#held.has(journal);
  }

  /** These do not build on what was refused. */
  allow(journal: Journal, locals: readonly Id[]): void {
    const hold = this.#held.get(journal);
    if (hold) hold.free = new Set(locals);
    this.#pump();
  }

  /** These alone of a journal are on their way by another road. */
  keepBack(journal: Journal, entries: readonly Waiting[]): void {
    this.#keptBack.set(journal, new Set(entries.map(({ local }) => local)));
    this.#pump();
  }

  /** In place of these goes one that says the same, or nothing: they are stored. */
  replace(entries: readonly Waiting[], one: Waiting | null): void {
    const gone = new Set(entries.map(({ local }) => local));
    for (const local of gone) this.#away.delete(local);
    if (one) this.#known.add(one.local);
    this.#queue = [...(one ? [one] : []), ...this.#queue.filter(({ local }) => !gone.has(local))];
    this.#count();
  }

  close(): void {
    this.disconnected();
    for (const { timer } of this.#held.values()) clearTimeout(timer);
    this.#held.clear();
  }

  #hold({ journal, local, body }: Waiting, code: string): void {
    const before = this.#held.get(journal);
    clearTimeout(before?.timer);
    const slow = body.length > MAX_BODY_BYTES ? LARGE_REFUSED_MS : REFUSED_MS;
    const timer = setTimeout(() => this.release(journal), code === "flooding" ? AGAIN_MS : slow);
    const refused = new Set(before?.refused).add(local);
    this.#held.set(journal, { code, timer, refused, free: before?.free ?? NONE });
    if (code !== "flooding" && !(code === "too_large" && this.#tooLarge.has(local))) this.ports.troubled(code, journal);
    if (code === "too_large") this.#tooLarge.add(local);
    this.#tellStuck(journal);
  }

  #tellStuck(journal: Journal): void {
    const hold = this.#held.get(journal);
    if (hold && isStuck(hold.code)) this.ports.stuck(hold.code, journal, hold.refused);
  }

  #count(): void {
    this.#unsent.value = this.#queue.length;
  }

  #pump(): void {
    if (!this.#connected || this.#busy) return;
    for (const entry of this.#queue) {
      if (this.#away.size >= AT_ONCE) break;
      if (this.#away.has(entry.local) || !this.#mayGo(entry)) continue;
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

  #mayGo({ journal, local }: Waiting): boolean {
    if (this.#keptBack.get(journal)?.has(local)) return false;
    if (this.#slow.has(journal) && this.#queue.some((one) => one.journal === journal && this.#away.has(one.local))) {
      return false;
    }
    const hold = this.#held.get(journal);
    return !hold || (hold.free.has(local) && !hold.refused.has(local));
  }

  async #byHttp(entry: Waiting): Promise<void> {
    if (entry.body.length > MAX_ENTRY_BYTES) {
      this.#hold(entry, "too_large");
      this.#pump();
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
      if (error instanceof ApiError && error.code !== "offline") this.#hold(entry, error.code);
      else this.#hold(entry, "flooding");
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
      this.replace(many, one);
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
