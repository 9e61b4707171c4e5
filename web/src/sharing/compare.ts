/** What one state of the document has that another lacks: for confirming snapshots, and for what must be forgotten. */
import * as Y from "yjs";
import { readable, roots, sameValue } from "./restore";
import { WRITTEN } from "./written";

/** Nothing missing, nothing more, nothing changed. */
export function sameState(one: Y.Doc, other: Y.Doc): boolean {
  return Y.equalSnapshots(Y.snapshot(one), Y.snapshot(other)) && sameContent(one, other);
}

function sameContent(one: Y.Doc, other: Y.Doc): boolean {
  const theirs = roots(other);
  return roots(one).every((root, place) => sameValue(readable(root), readable(theirs[place])));
}

/** Deleted runs of text shorter than this are slips of the pen: no earlier state is given up for them. */
export const RUN = 4;

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
