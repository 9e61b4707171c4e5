/**
 * A Yjs document and its journal: changes made here go out in small batches, changes of others come in by number. What
 * comes may be hostile: it can spoil neither the page nor the order of what follows.
 */
import * as Y from "yjs";
import { type Id, newId, type Seat } from "../protocol";
import { isWaiting, wellShaped } from "./compare";
import type { Written } from "./ground";
import { DocumentLog } from "./log";
import type { Waiting } from "./outbox";
import type { Entry, Extent } from "./protocol";

/** Where a change came from; anything else is one's own, made in this page. */
export const FROM_OTHER = Symbol("from the other seat");
export const FROM_SELF = Symbol("from oneself, by another page or an earlier one");

export interface DocPorts {
  /** Bodies as they travel; the same bytes where the journal holds updates in clear. */
  seal(update: Uint8Array): Promise<Uint8Array> | Uint8Array;
  open(body: Uint8Array): Promise<Uint8Array> | Uint8Array;
  outgoing(entry: Waiting): void;
  /** An entry is broken, never completes, or the document cannot be shown any more (`shape`); null: all is well. */
  damaged(how: "entry" | "waiting" | "shape" | null): void;
  /** What was written could not be sealed, so that it goes nowhere; false: now it did. */
  stuck(stuck: boolean): void;
}

const GATHER_MS = 30;
const SEAL_AGAIN_MS = 2000;
const LOOK_MS = 1500;
const WAITING_MS = 6000;

export class DocJournal {
  readonly log = new DocumentLog();
  #pending: Uint8Array[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #look: ReturnType<typeof setTimeout> | undefined;
  #late: ReturnType<typeof setTimeout> | undefined;
  /** Came by the socket and are not durable: a server that falls loses them, and then this browser says them again. */
  #hovering = new Map<number, { local: Id; update: Uint8Array }>();
  #lost: { local: Id; update: Uint8Array }[] = [];
  #sealing: Promise<unknown> = Promise.resolve();
  #stuck = false;
  #whole = false;
  #closed = false;

  constructor(
    readonly journal: Written,
    readonly doc: Y.Doc,
    private readonly you: Seat,
    private readonly ports: DocPorts,
  ) {
    doc.on("update", this.#written);
  }

  // --- out ----------------------------------------------------------------------------------------------------------

  /** Sends what was gathered now: the page is being hidden or closed. */
  flush(): Promise<unknown> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const updates = this.#pending;
    this.#pending = [];
    if (updates.length > 0) this.#out(updates.length === 1 && updates[0] ? updates[0] : Y.mergeUpdates(updates));
    return this.#sealing;
  }

  get gathering(): boolean {
    return this.#pending.length > 0;
  }

  /** From the outbox: written before, perhaps not even in this page. */
  async resume(entry: Waiting): Promise<void> {
    Y.applyUpdate(this.doc, await this.ports.open(entry.body), FROM_SELF);
  }

  /** Many entries that were not sent yet, as one. */
  async merged(entries: readonly Waiting[]): Promise<Waiting> {
    const updates = await Promise.all(entries.map(({ body }) => this.ports.open(body)));
    return { journal: this.journal, local: newId(), body: await this.ports.seal(Y.mergeUpdates(updates)) };
  }

  #written = (update: Uint8Array, origin: unknown): void => {
    if (origin === FROM_OTHER || origin === FROM_SELF) return;
    this.#pending.push(update);
    // A hidden page may be put away at any moment, and its timers are slow.
    if (isHidden()) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS);
  };

  #out(update: Uint8Array): void {
    this.#sealing = this.#sealing.then(() => this.#sealed(update));
  }

  /** What cannot be sealed now goes first with what is gathered next, or by itself a little later. */
  async #sealed(update: Uint8Array): Promise<void> {
    try {
      const body = await this.ports.seal(update);
      this.ports.outgoing({ journal: this.journal, local: newId(), body });
      if (this.#stuck) this.ports.stuck(false);
      this.#stuck = false;
    } catch (error) {
      console.warn("what was written could not be sealed", error);
      this.#stuck = true;
      this.ports.stuck(true);
      this.#pending.unshift(update);
      if (!this.#closed) this.#timer ??= setTimeout(() => void this.flush(), SEAL_AGAIN_MS);
    }
  }

  // --- in -----------------------------------------------------------------------------------------------------------

  /** The line is there. `sure`: what this browser took for durable before. */
  here(extent: Extent, sure: number): void {
    const kept = Math.min(sure, extent.head);
    // Restored from an older copy, the server lacks what it once had: it gets the whole document, once.
    this.#whole ||= extent.head < sure;
    for (const [n, entry] of this.#hovering) if (n > kept) this.#lost.push(entry);
    this.#hovering.clear();
    this.log.cut(kept);
  }

  durable(n: number): void {
    for (const before of [...this.#hovering.keys()]) if (before <= n) this.#hovering.delete(before);
  }

  async entry(entry: Entry, sure: number): Promise<void> {
    this.#lost = this.#lost.filter(({ local }) => local !== entry.local);
    const update = entry.body && (await this.#opened(entry.body));
    if (!update) {
      this.log.add(entry.n, new Uint8Array([0, 0]));
      this.#spoiled(entry.n);
      return;
    }
    this.log.add(entry.n, update);
    if (entry.n > sure) this.#hovering.set(entry.n, { local: entry.local, update });
    this.#apply(entry.n, update, entry.seat === this.you ? FROM_SELF : FROM_OTHER);
  }

  /** One's own entry has its number now. */
  async stored(entry: Waiting, n: number): Promise<void> {
    const update = await this.#opened(entry.body);
    if (update) this.log.add(n, update);
  }

  async snapshot(id: Id, upto: number, body: Uint8Array): Promise<void> {
    const update = await this.#opened(body);
    this.log.rebase(id, upto, update);
    if (!update) this.ports.damaged("entry");
    else this.#apply(upto, update, FROM_OTHER, false);
  }

  /** All that the server has was read, up to this entry: what it lost is said again. True: it came back from an older
   * copy. */
  caughtUp(reached: number): boolean {
    const whole = this.#whole;
    if (whole) this.#out(collected(this.doc));
    else if (this.#lost.length > 0) this.#sayAgain(reached);
    this.#whole = false;
    this.#lost = [];
    this.#lookLater();
    return whole;
  }

  /** Not what the server has in another form: it may have been deleted since, and forgotten for good. */
  #sayAgain(reached: number): void {
    const stored = this.log.state(reached);
    const known = stored && Y.encodeStateVector(stored);
    stored?.destroy();
    for (const { update } of this.#lost) {
      const missing = known ? Y.diffUpdate(update, known) : update;
      const { structs, ds } = Y.decodeUpdate(missing);
      if (structs.length > 0 || ds.clients.size > 0) this.#out(missing);
    }
  }

  /** A snapshot of all up to this entry was confirmed; what was broken before it is gone. */
  settled(upto: number): void {
    this.log.fold(upto);
    this.#lookLater();
  }

  /** Somebody went back to an earlier state: everything is read anew. What this document has beyond it stays. */
  again(): void {
    this.log.rebase(null, 0, null);
    this.log.cut(0);
    this.#hovering.clear();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#look);
    clearTimeout(this.#late);
    this.doc.off("update", this.#written);
  }

  async #opened(body: Uint8Array): Promise<Uint8Array | null> {
    try {
      const update = await this.ports.open(body);
      Y.decodeUpdate(update);
      return update;
    } catch {
      return null;
    }
  }

  #apply(n: number, update: Uint8Array, origin: symbol, entry = true): void {
    try {
      Y.applyUpdate(this.doc, update, origin);
    } catch (error) {
      if (entry ? this.log.takes(n, update) : true) console.warn("a view failed on a change", error);
      else this.#spoiled(n);
    }
    this.#lookLater();
  }

  #spoiled(n: number): void {
    this.log.bad.add(n);
    this.ports.damaged("entry");
  }

  // --- health -------------------------------------------------------------------------------------------------------

  /** What was broken is out of the journal: what this document still waits for never comes. */
  healed(): void {
    this.doc.store.pendingStructs = this.doc.store.pendingDs = null;
    this.look();
  }

  #lookLater(): void {
    this.#look ??= setTimeout(() => this.look(), LOOK_MS);
  }

  /** Looks whether the document can still be shown, and whether it waits for changes that never come. */
  look(): boolean {
    clearTimeout(this.#look);
    this.#look = undefined;
    if (!wellShaped(this.doc)) {
      this.ports.damaged("shape");
      return false;
    }
    if (!isWaiting(this.doc)) {
      clearTimeout(this.#late);
      this.#late = undefined;
      if (this.log.bad.size === 0) this.ports.damaged(null);
    } else
      this.#late ??= setTimeout(() => {
        this.#late = undefined;
        if (isWaiting(this.doc)) this.ports.damaged("waiting");
      }, WAITING_MS);
    return true;
  }
}

const isHidden = () => typeof document !== "undefined" && document.visibilityState === "hidden";

/** The whole document without what was deleted from it, which the document itself keeps as long as it can be undone. */
function collected(doc: Y.Doc): Uint8Array {
  const fresh = new Y.Doc();
  Y.applyUpdate(fresh, Y.encodeStateAsUpdate(doc));
  const update = Y.encodeStateAsUpdate(fresh);
  fresh.destroy();
  return update;
}
