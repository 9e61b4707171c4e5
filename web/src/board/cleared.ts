/**
 * Pages the partner has just cleared, with what stood on them: undo is for one's own steps only, so whoever saw it vanish
 * is told and can put it back. Kept as long as the board lies open here; for those who come later see confirming.ts.
 */
import type * as Y from "yjs";
import type { Id } from "../protocol";
import { FROM_SELF } from "../sharing/doc_journal";
import { BOUNDS, cleanElement } from "./clean";
import { elementsOf } from "./pages";

export interface Cleared {
  readonly page: Id;
  /** As they stood in the document: of any shape. */
  readonly elements: ReadonlyMap<string, unknown>;
}

/** Of a change to the pages: those it has left empty. Somebody's undo of a single thing of their own is not clearing. */
export function clearedBy(events: readonly Y.YEvent<never>[], { doc, local, origin }: Y.Transaction): Cleared[] {
  if (local || origin === FROM_SELF) return [];
  const found: Cleared[] = [];
  for (const event of events) {
    const [page, key] = event.path;
    if (event.path.length !== 2 || key !== "elements" || typeof page !== "string") continue;
    const left = elementsOf(doc, page);
    if (left === null || left.keys().next().done === false) continue;
    const gone = [...event.changes.keys].filter(([, { action }]) => action === "delete");
    const isOwn = gone.some(([id]) => writer(event, id) === doc.clientID);
    if (gone.length < 2 && !isOwn) continue;
    found.push({ page, elements: new Map(gone.map(([id, { oldValue }]) => [id, oldValue])) });
  }
  return found;
}

/** Whose page load wrote the last value under a key. */
function writer(event: Y.YEvent<never>, key: string): number | undefined {
  return (event.target as Y.AbstractType<unknown>)._map.get(key)?.id.client;
}

/** Somebody has put something of it back. */
export function isBack(doc: Y.Doc, { page, elements }: Cleared): boolean {
  const now = elementsOf(doc, page);
  return now === null || [...elements.keys()].some((id) => now.has(id));
}

export function putBack(doc: Y.Doc, { page, elements }: Cleared): void {
  const now = elementsOf(doc, page);
  if (now === null) return;
  doc.transact(() => {
    let room = BOUNDS.elements - now.size;
    for (const [id, given] of elements) {
      const element = cleanElement(given);
      if (element === null || element.id !== id || now.has(id) || room-- <= 0) continue;
      now.set(id, element);
    }
  });
}
