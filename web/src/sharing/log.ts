/**
 * A document's log as the server holds it, in memory: a base and the updates after it. From it comes every snapshot this
 * browser makes, and with it the other's are compared: never with the document on the screen, which may be ahead.
 */
import * as Y from "yjs";
import type { Id } from "../protocol";
import { wellShaped } from "./compare";

const NONE: ReadonlySet<number> = new Set();
const MOST_TAKEN_OUT = 16;

/** A document that forgets what was deleted, like all that is kept. */
function docOf(update: Uint8Array | null): Y.Doc {
  const doc = new Y.Doc();
  if (update) Y.applyUpdate(doc, update);
  return doc;
}

export class DocumentLog {
  #base: Uint8Array | null = null;
  #entries = new Map<number, Uint8Array>();
  /** Entries that cannot be applied: every browser passes over the same ones. */
  readonly bad = new Set<number>();
  /** The snapshot it stands on, if that is one of the server's. */
  baseId: Id | null = null;
  upto = 0;

  add(n: number, update: Uint8Array): void {
    if (n > this.upto) this.#entries.set(n, update);
  }

  rebase(id: Id | null, upto: number, update: Uint8Array | null): void {
    this.#base = update;
    this.baseId = id;
    this.upto = upto;
    for (const n of this.#entries.keys()) if (n <= upto) this.#drop(n);
  }

  /** Entries beyond this number were never durable. */
  cut(durable: number): void {
    for (const n of this.#entries.keys()) if (n > durable) this.#drop(n);
  }

  /** Folds what was confirmed into the base, so that memory stays bounded. */
  fold(upto: number): void {
    if (upto <= this.upto) return;
    const doc = this.state(upto);
    if (!doc) return;
    const update = Y.encodeStateAsUpdate(doc);
    doc.destroy();
    this.rebase(null, upto, update);
  }

  /** The document after entry `upto`; null where entries are missing here. */
  state(upto: number, without: ReadonlySet<number> = NONE): Y.Doc | null {
    if (upto < this.upto) return null;
    for (let n = this.upto + 1; n <= upto; n += 1) if (!this.#entries.has(n)) return null;
    const doc = docOf(this.#base);
    for (let n = this.upto + 1; n <= upto; n += 1) {
      const update = this.#entries.get(n);
      if (update && !this.bad.has(n) && !without.has(n)) tryApply(doc, update);
    }
    return doc;
  }

  /** Whether an update can be applied after what is here: what fails may also be a view that listens to the document. */
  takes(n: number, update: Uint8Array): boolean {
    const doc = this.state(n - 1) ?? docOf(this.#base);
    const good = tryApply(doc, update);
    doc.destroy();
    return good;
  }

  /** The state at `upto` without the entries that make it such that pages cannot show it; null: the base itself does,
   * or there are too many of them. */
  lastGood(upto: number): Uint8Array | null {
    const without = new Set<number>();
    while (without.size < MOST_TAKEN_OUT) {
      const good = this.#shown(upto, without);
      if (good) return good;
      let high = upto;
      for (let low = this.upto; low < high; ) {
        const middle = Math.floor((low + high) / 2);
        if (this.#shown(middle, without)) low = middle + 1;
        else high = middle;
      }
      if (high === this.upto) return null;
      without.add(high);
    }
    return null;
  }

  #shown(upto: number, without: ReadonlySet<number>): Uint8Array | null {
    const doc = this.state(upto, without);
    const update = doc && wellShaped(doc) ? Y.encodeStateAsUpdate(doc) : null;
    doc?.destroy();
    return update;
  }

  #drop(n: number): void {
    this.#entries.delete(n);
    this.bad.delete(n);
  }
}

export function tryApply(doc: Y.Doc, update: Uint8Array, origin?: unknown): boolean {
  try {
    Y.applyUpdate(doc, update, origin);
    return true;
  } catch {
    return false;
  }
}
