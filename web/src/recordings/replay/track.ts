/**
 * The document of one run at any moment of it. Forwards the changes are applied as they came; backwards it begins anew
 * from the nearest state that was put down on the way. Pure: whatever the order of questions, the answers are the same.
 */
import * as Y from "yjs";
import * as layout from "../../sharing/layout.ts";

/** A state is put down after so many changes, but no more than so many times: it costs as much as a thousand changes. */
const EVERY = 200;
const MOST_STATES = 16;
/** All states together; beyond, every second one is given up and they come half as often. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Which note and which page of the board were changed last. */
export interface Touched {
  readonly note: string | null;
  readonly page: string | null;
}

interface State {
  readonly count: number;
  readonly update: Uint8Array;
  readonly touched: Touched;
}

export class Track {
  #doc: Y.Doc;
  #count = 0;
  #touched: Touched = { note: null, page: null };
  #every: number;
  #states: State[];

  constructor(
    base: Uint8Array,
    private readonly updates: readonly Uint8Array[],
    every = Math.max(EVERY, Math.ceil(updates.length / MOST_STATES)),
    private readonly most = MOST_BYTES,
  ) {
    this.#every = every;
    this.#states = [{ count: 0, update: base, touched: this.#touched }];
    this.#doc = docOf(base);
  }

  get touched(): Touched {
    return this.#touched;
  }

  /** How many changes the document has now. */
  get count(): number {
    return this.#count;
  }

  /** The document after so many changes. It changes with the next question, and may be another one then. */
  at(count: number): Y.Doc {
    const wanted = Math.min(Math.max(0, count), this.updates.length);
    const from = this.#states.findLast((state) => state.count <= wanted);
    // from a state that lies ahead it is shorter than through all that lies between
    if (from !== undefined && (wanted < this.#count || from.count > this.#count + this.#every)) this.#beginAt(from);
    while (this.#count < wanted) this.#step();
    return this.#doc;
  }

  close(): void {
    this.#doc.destroy();
  }

  #beginAt(state: State): void {
    this.#doc.destroy();
    this.#doc = docOf(state.update);
    this.#count = state.count;
    this.#touched = state.touched;
  }

  #step(): void {
    const update = this.updates[this.#count];
    const look = (transaction: Y.Transaction) => {
      this.#touched = touchedBy(transaction, this.#doc, this.#touched);
    };
    this.#doc.once("afterTransaction", look);
    if (update !== undefined) apply(this.#doc, update);
    this.#doc.off("afterTransaction", look);
    if (isStuck(this.#doc)) this.#doc = mended(this.#doc);
    this.#count += 1;
    const last = this.#states.at(-1);
    if (this.#count % this.#every === 0 && last !== undefined && last.count < this.#count) this.#putDown();
  }

  #putDown(): void {
    const update = Y.encodeStateAsUpdate(this.#doc);
    this.#states.push({ count: this.#count, update, touched: this.#touched });
    const bytes = this.#states.reduce((sum, state) => sum + state.update.byteLength, 0);
    if (bytes <= this.most) return;
    this.#every *= 2;
    this.#states = this.#states.filter(({ count }) => count % this.#every === 0);
  }
}

function docOf(update: Uint8Array): Y.Doc {
  const doc = emptyDoc(true);
  apply(doc, update);
  return isStuck(doc) ? mended(doc) : doc;
}

/** With its collections named: changes tell of them as they are named at that moment. */
function emptyDoc(gc: boolean): Y.Doc {
  const doc = new Y.Doc({ gc });
  layout.notes(doc);
  layout.pages(doc);
  return doc;
}

/** Something nested too deeply was deleted: collecting it overflowed the stack, and no later change would be told. */
function isStuck(doc: Y.Doc): boolean {
  return doc._transactionCleanups.length > 0;
}

/** The same, and nothing is collected from now on. */
function mended(doc: Y.Doc): Y.Doc {
  const whole = emptyDoc(false);
  apply(whole, Y.encodeStateAsUpdate(doc));
  doc.destroy();
  return whole;
}

/** A change that cannot be read is passed over, as the browsers did when it came. */
function apply(doc: Y.Doc, update: Uint8Array): void {
  try {
    Y.applyUpdate(doc, update);
  } catch {
    // whoever wrote it wrote no change
  }
}

function touchedBy(transaction: Y.Transaction, doc: Y.Doc, before: Touched): Touched {
  let { note, page } = before;
  const [notes, pages]: unknown[] = [layout.notes(doc), layout.pages(doc)];
  for (const [type, keys] of transaction.changed) {
    const [root, key] = rootOf(type as Y.AbstractType<unknown>, keys);
    if (root === notes) note = key ?? note;
    else if (root === pages) page = key ?? page;
  }
  return { note, page };
}

/** Far deeper than anybody writes. */
const DEEPEST = 1000;

/** The collection a change lies in, and the id of the item in it. */
function rootOf(changed: Y.AbstractType<unknown>, keys: ReadonlySet<string | null>): [unknown, string | null] {
  let type: Y.AbstractType<unknown> | null = changed;
  let key: string | null = [...keys].findLast((one) => one !== null) ?? null;
  for (let depth = 0; type?._item && depth < DEEPEST; depth += 1) {
    key = type._item.parentSub ?? key;
    type = type._item.parent as Y.AbstractType<unknown> | null;
  }
  return [type, key];
}
