/** What one state of the document has that another lacks: for confirming snapshots, and for what must be forgotten. */
import * as Y from "yjs";
import { lettersOf, readable, roots, sameValue } from "./restore";

/** Nothing missing, nothing more, nothing changed. */
export function sameState(one: Y.Doc, other: Y.Doc): boolean {
  return Y.equalSnapshots(Y.snapshot(one), Y.snapshot(other)) && sameContent(one, other);
}

/** Everything of `before` is in `now` too, or was deleted there; and reads the same. */
export function nothingLost(before: Y.Doc, now: Y.Doc): boolean {
  const both = new Y.Doc();
  Y.applyUpdate(both, Y.encodeStateAsUpdate(before));
  Y.applyUpdate(both, Y.encodeStateAsUpdate(now));
  const kept = sameState(both, now);
  both.destroy();
  return kept;
}

function sameContent(one: Y.Doc, other: Y.Doc): boolean {
  const theirs = roots(other);
  return roots(one).every((root, place) => sameValue(readable(root), readable(theirs[place])));
}

/** Deleted runs of text shorter than this are slips of the pen: no earlier state is given up for them. */
const RUN = 4;
/** Where plain values (not shared texts) hold what people wrote. */
const WRITTEN = new Set(["title", "text", "originalText", "name", "label"]);

/** Whether an earlier state still holds text that was deleted since. */
export function holdsDeleted(before: Y.Doc, now: Y.Doc): boolean {
  const deleted = Y.snapshot(now).ds;
  for (const structs of before.store.clients.values()) {
    let run = 0;
    for (const item of structs) {
      if (!(item instanceof Y.Item) || item.deleted || !(item.content instanceof Y.ContentString)) continue;
      for (let at = 0; at < item.length; at += 1) {
        run = Y.isDeleted(deleted, Y.createID(item.id.client, item.id.clock + at)) ? run + 1 : 0;
        if (run >= RUN) return true;
      }
    }
  }
  const still = written(now);
  const all = [...still].join("\n");
  return [...written(before)].some((words) => words.length >= RUN && !still.has(words) && !all.includes(words));
}

/** What people wrote into plain values. */
function written(doc: Y.Doc): Set<string> {
  const found = new Set<string>();
  const open: unknown[] = roots(doc).map(readable);
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === "string" && WRITTEN.has(key)) found.add(inner);
      else open.push(inner);
    }
  }
  return found;
}

/** How much a person would miss: whole pages, notes, topics and goals, and letters. */
export interface Loss {
  readonly whole: number;
  readonly letters: number;
}

export const isMuch = ({ whole, letters }: Loss): boolean => whole > 0 || letters > 500;

/** What `before` has and `now` has not any more. */
export function lossBetween(before: Y.Doc, now: Y.Doc): Loss {
  const theirs = roots(now);
  let whole = 0;
  let letters = 0;
  roots(before).forEach((root, place) => {
    for (const [key, item] of root) {
      if (!(item instanceof Y.Map)) continue;
      const left = theirs[place]?.get(key);
      if (left === undefined) whole += 1;
      else letters += Math.max(0, lettersOf(item) - lettersOf(left));
    }
  });
  return { whole, letters };
}

/** What a transaction deleted, while its content is still there: to be called before it is collected. */
export function lossOf(transaction: Y.Transaction): Loss {
  const collections = new Set<unknown>(roots(transaction.doc));
  let whole = 0;
  let letters = 0;
  Y.iterateDeletedStructs(transaction, transaction.deleteSet, (item) => {
    if (!(item instanceof Y.Item)) return;
    if (item.content instanceof Y.ContentString) letters += item.length;
    const gone = item.parent instanceof Y.Map && item.parentSub !== null && !item.parent.has(item.parentSub);
    if (gone && collections.has(item.parent) && item.content instanceof Y.ContentType) whole += 1;
  });
  return { whole, letters };
}

const DEEPEST = 64;
const MOST_ITEMS = 400_000;

/** Whether the document is one that pages can show: not too deep, not of too many parts. */
export function wellShaped(doc: Y.Doc): boolean {
  let items = 0;
  for (const structs of doc.store.clients.values()) items += structs.length;
  if (items > MOST_ITEMS) return false;
  let level: unknown[] = roots(doc);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return false;
    level = level.flatMap((type) => {
      if (type instanceof Y.Map) return [...type.values()];
      if (type instanceof Y.XmlFragment || type instanceof Y.Array) return type.toArray();
      return [];
    });
  }
  return true;
}

/** The document waits for changes that never came. */
export const isWaiting = (doc: Y.Doc): boolean => doc.store.pendingStructs !== null || doc.store.pendingDs !== null;
