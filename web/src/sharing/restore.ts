/**
 * Makes the shared document read as an earlier state of it did, by ordinary changes: what is equal is left alone, what
 * is missing is put back, what is new goes. Both see it, whatever is written meanwhile merges, and it can be undone.
 */
import * as Y from "yjs";
import * as layout from "./layout";
import { elementLoss, wordsLost } from "./written";

type Root = Y.Map<unknown>;

/** Every collection of the document. */
export function roots(doc: Y.Doc): Root[] {
  return [layout.pages(doc), layout.notes(doc), layout.topics(doc), layout.actions(doc), layout.agenda(doc)] as Root[];
}

/** `update` is the whole earlier state. With `keepNew` only what is missing comes back. Throws where it cannot be read;
 * the document is then as it was. */
export function goTo(doc: Y.Doc, update: Uint8Array, origin: unknown = null, keepNew = false): void {
  const then = new Y.Doc();
  try {
    Y.applyUpdate(then, update);
    const before = roots(then);
    doc.transact(() => {
      roots(doc).forEach((now, place) => {
        if (before[place]) mendMap(now, before[place], keepNew);
      });
    }, origin);
  } finally {
    then.destroy();
  }
}

/** A text that has become shorter by this much has lost something; other changes were made on purpose. */
const LOST_LETTERS = 100;
/** A title, or words on the board: less than this is a slip of the pen. */
const LOST_WORDS = 4;

function mendMap(now: Root, then: Root, keepNew: boolean): void {
  if (!keepNew) for (const key of [...now.keys()]) if (!then.has(key)) now.delete(key);
  for (const [key, value] of then) {
    const mine = now.get(key);
    if (mine instanceof Y.Map && value instanceof Y.Map) mendMap(mine as Root, value as Root, keepNew);
    else if (keepNew && mine !== undefined && !hasLost(key, value, mine)) continue;
    else if (!same(mine, value)) now.set(key, value instanceof Y.AbstractType ? value.clone() : value);
  }
}

function hasLost(key: string, then: unknown, now: unknown): boolean {
  if (then instanceof Y.AbstractType) return lettersOf(then) - lettersOf(now) >= LOST_LETTERS;
  const { shapes, letters } = elementLoss(then, now);
  return shapes > 0 || Math.max(letters, wordsLost(key, then, now)) >= LOST_WORDS;
}

/** Equal as people see it: texts with their formats, fragments with their elements, plain values field by field. */
export function same(one: unknown, other: unknown): boolean {
  if (one instanceof Y.AbstractType || other instanceof Y.AbstractType) {
    if (!(one instanceof Y.AbstractType && other instanceof Y.AbstractType)) return false;
    return one.constructor === other.constructor && sameValue(readable(one), readable(other));
  }
  return sameValue(one, other);
}

/** A shared type as plain values, with everything that shows. */
export function readable(type: unknown): unknown {
  if (type instanceof Y.XmlElement) {
    return { element: type.nodeName, attributes: type.getAttributes(), children: type.toArray().map(readable) };
  }
  if (type instanceof Y.XmlFragment) return type.toArray().map(readable);
  if (type instanceof Y.Text) return type.toDelta();
  if (type instanceof Y.Map) return Object.fromEntries([...type].map(([key, value]) => [key, readable(value)]));
  if (type instanceof Y.Array) return type.toArray().map(readable);
  return type;
}

export function sameValue(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (one instanceof Uint8Array || other instanceof Uint8Array) {
    return one instanceof Uint8Array && other instanceof Uint8Array && one.join() === other.join();
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const mine = Object.entries(one);
  const theirs = new Map(Object.entries(other));
  return (
    mine.length === theirs.size && mine.every(([key, value]) => theirs.has(key) && sameValue(value, theirs.get(key)))
  );
}

/** Letters in shared texts below a type. */
export function lettersOf(type: unknown): number {
  let letters = 0;
  const open: unknown[] = [type];
  while (open.length > 0) {
    const one = open.pop();
    if (one instanceof Y.Text) letters += one.length;
    else if (one instanceof Y.Map) open.push(...one.values());
    else if (one instanceof Y.XmlFragment || one instanceof Y.Array) open.push(...one.toArray());
  }
  return letters;
}
