/** Notes as they lie in a document, the shared one or one's own: read with care, changed by few ways. */
import { generateKeyBetween } from "fractional-indexing";
import * as Y from "yjs";
import { day } from "../format.ts";
import type { Id } from "../protocol.ts";
import { notes } from "../sharing/layout.ts";
import { flatten } from "./body.ts";

export const LONGEST_TITLE = 200;

/** Whose transactions can be taken back by `Removals`. */
const REMOVING = { name: "notes" };

export interface Note {
  readonly id: string;
  readonly title: string;
  readonly madeMs: number | null;
  readonly meeting: string | null;
  readonly order: string;
}

/** All notes, in order; entries of any other shape are left out. */
export function list(doc: Y.Doc): readonly Note[] {
  const found: Note[] = [];
  notes(doc).forEach((value: unknown, id) => {
    const note = read(id, value);
    if (note !== null) found.push(note);
  });
  return found.sort(inOrder);
}

/** One note, or null where it is gone or not a note. */
export function find(doc: Y.Doc, id: string): Note | null {
  return read(id, notes(doc).get(id));
}

function read(id: string, value: unknown): Note | null {
  if (!(value instanceof Y.Map)) return null;
  const title = value.get("title");
  const madeMs = value.get("made_ms");
  const meeting = value.get("meeting");
  const order = value.get("order");
  return {
    id,
    title: title instanceof Y.Text ? oneLine(wordsOf(title)) : "",
    // beyond this a date cannot be written
    madeMs: typeof madeMs === "number" && Math.abs(madeMs) <= 8.64e15 ? madeMs : null,
    meeting: typeof meeting === "string" ? meeting : null,
    order: typeof order === "string" ? order : "",
  };
}

/** A title stands in lines among other words: no breaks, and nothing that turns the direction of what follows. */
function oneLine(text: string): string {
  return text
    .replace(/\p{Cc}+|\s+/gu, " ")
    .replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g, "")
    .slice(0, LONGEST_TITLE);
}

/** The text alone: what somebody put in between as an object is left out. */
function wordsOf(text: Y.Text): string {
  const delta: readonly { insert?: unknown }[] = text.toDelta();
  return delta.map(({ insert }) => (typeof insert === "string" ? insert : "")).join("");
}

function inOrder(one: Note, other: Note): number {
  if (one.order !== other.order) return one.order < other.order ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}

/** What the editor and the readers take the text from; of any type, `readBody` tells whether it is a body. */
export function bodyIn(doc: Y.Doc, id: string): unknown {
  const value: unknown = notes(doc).get(id);
  return value instanceof Y.Map ? value.get("body") : undefined;
}

export function titleIn(doc: Y.Doc, id: string): Y.Text | null {
  const value: unknown = notes(doc).get(id);
  const title: unknown = value instanceof Y.Map ? value.get("title") : null;
  return title instanceof Y.Text ? title : null;
}

/** Makes a note, named by its date, above all others. */
export function create(
  doc: Y.Doc,
  given: { id: string; nowMs: number; meeting: Id | null; body?: Y.XmlFragment },
): void {
  const first = list(doc)[0]?.order;
  doc.transact(() => {
    const note = new Y.Map<unknown>();
    note.set("title", new Y.Text(day(given.nowMs)));
    note.set("made_ms", given.nowMs);
    note.set("meeting", given.meeting);
    note.set("order", before(first));
    note.set("body", given.body ?? new Y.XmlFragment());
    notes(doc).set(given.id, note);
  });
}

function before(first: string | undefined): string {
  try {
    return generateKeyBetween(null, first ?? null);
  } catch {
    // an order somebody made up
    return generateKeyBetween(null, null);
  }
}

/** Writes what was typed into the title as the smallest change, so that two can rename at once. */
export function retitle(doc: Y.Doc, id: string, wanted: string): void {
  const value: unknown = notes(doc).get(id);
  if (!(value instanceof Y.Map)) return;
  const next = oneLine(wanted);
  const title = titleIn(doc, id);
  if (title === null || title.length !== wordsOf(title).length) {
    value.set("title", new Y.Text(next));
    return;
  }
  const now = wordsOf(title);
  let start = 0;
  while (start < now.length && start < next.length && now[start] === next[start]) start += 1;
  let end = 0;
  while (end < now.length - start && end < next.length - start && now.at(-1 - end) === next.at(-1 - end)) end += 1;
  // never between the halves of a surrogate pair
  if (start > 0 && /[\uD800-\uDBFF]/.test(now[start - 1] ?? "")) start -= 1;
  if (end > 0 && /[\uDC00-\uDFFF]/.test(now.at(-end) ?? "")) end -= 1;
  doc.transact(() => {
    if (now.length - start - end > 0) title.delete(start, now.length - start - end);
    if (next.length - start - end > 0) title.insert(start, next.slice(start, next.length - end));
  });
}

/** Marks a note with the meeting it was written in, or with none. */
export function mark(doc: Y.Doc, id: string, meeting: Id | null): void {
  const value: unknown = notes(doc).get(id);
  if (value instanceof Y.Map) value.set("meeting", meeting);
}

/** Puts a body in the place of one that cannot be edited. */
export function replaceBody(doc: Y.Doc, id: string, body: Y.XmlFragment): void {
  const value: unknown = notes(doc).get(id);
  if (!(value instanceof Y.Map)) return;
  flatten(value.get("body"));
  value.set("body", body);
}

/** Deletes notes, and brings one's own deletions back. */
export class Removals {
  readonly #doc: Y.Doc;
  readonly #undo: Y.UndoManager;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
    this.#undo = new Y.UndoManager(notes(doc), { trackedOrigins: new Set([REMOVING]), captureTimeout: 0 });
  }

  remove(id: string): void {
    flatten(bodyIn(this.#doc, id));
    this.#undo.stopCapturing();
    this.#doc.transact(() => notes(this.#doc).delete(id), REMOVING);
  }

  /** Brings the last deleted note back. */
  bringBack(): void {
    this.#undo.undo();
  }

  /** From now on they are gone for good. */
  forget(): void {
    this.#undo.clear();
  }

  close(): void {
    this.#undo.destroy();
  }
}
