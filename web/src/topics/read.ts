/**
 * Topics, goals and actions as the shared document holds them, each field checked: what came from the other browser may
 * be of any shape, and one item that is not understood must not take the others along.
 *
 * Beside what layout.ts names: `changed_ms` of a topic (when its words or its place last changed) and `meeting` of both
 * (the meeting it was made in, or null).
 */
import * as Y from "yjs";
import type { Id, Seat } from "../protocol";
import { actions, PLACES, type Place, SEATS, topics } from "../sharing/layout.ts";
import { byOrder, isOrder } from "./order.ts";

/** From here on the person is told how many fit. */
export const FILLING = 400;
/** What one may add, and what is read: more, so that two who add the last one at once both keep theirs. */
export const LIMITS = { items: 500, read: 1000, title: 300, text: 500, note: 10_000 } as const;
const READ_TEXT = 2000;
const READ_NOTE = 50_000;
const LAST_MS = 8_640_000_000_000_000; // the last moment a Date can hold

export interface Topic {
  readonly id: Id;
  readonly title: string;
  readonly by: Seat;
  readonly madeMs: number;
  readonly changedMs: number;
  readonly doneMs: number | null;
  readonly place: Place;
  readonly order: string;
  readonly meeting: Id | null;
  readonly note: Y.Text;
}

export type Kind = "goal" | "action";
export const KINDS: readonly Kind[] = ["goal", "action"];

export interface Action {
  readonly id: Id;
  readonly kind: Kind;
  readonly text: string;
  /** Null: both. */
  readonly owner: Seat | null;
  /** "YYYY-MM-DD", a real day; or null. */
  readonly due: string | null;
  readonly madeMs: number;
  readonly doneMs: number | null;
  readonly order: string;
  readonly meeting: Id | null;
}

export function readTopics(doc: Y.Doc): Topic[] {
  return readAll(topics(doc), readTopic);
}

export function readActions(doc: Y.Doc): Action[] {
  return readAll(actions(doc), readAction);
}

function readAll<T extends { id: Id; order: string; madeMs: number }>(
  items: Y.Map<Y.Map<unknown>>,
  read: (id: Id, item: Y.Map<unknown>) => T | null,
): T[] {
  const found: T[] = [];
  for (const [id, item] of items) {
    const one = isId(id) && item instanceof Y.Map ? read(id, item) : null;
    if (one !== null) found.push(one);
  }
  if (found.length > LIMITS.read) found.sort((a, b) => a.madeMs - b.madeMs || byOrder(a, b)).length = LIMITS.read;
  return found.sort(byOrder);
}

function readTopic(id: Id, item: Y.Map<unknown>): Topic | null {
  const title = wordsOf(item.get("title"));
  const by = SEATS.find((seat) => seat === item.get("by"));
  const place = PLACES.find((one) => one === item.get("place"));
  const order = item.get("order");
  const madeMs = item.get("made_ms");
  const doneMs = item.get("done_ms");
  const changedMs = item.get("changed_ms");
  const note = item.get("note");
  if (title === null || !by || !place || !isOrder(order) || !isMoment(madeMs)) return null;
  if (!isMomentOrNull(doneMs) || !isNote(note)) return null;
  const changed = isMoment(changedMs) ? changedMs : madeMs;
  return {
    id,
    title,
    by,
    place,
    order,
    madeMs,
    doneMs,
    changedMs: changed,
    meeting: idOrNull(item.get("meeting")),
    note,
  };
}

function readAction(id: Id, item: Y.Map<unknown>): Action | null {
  const kind = KINDS.find((one) => one === item.get("kind"));
  const text = wordsOf(item.get("text"));
  const owner = item.get("owner");
  const due = item.get("due");
  const order = item.get("order");
  const madeMs = item.get("made_ms");
  const doneMs = item.get("done_ms");
  if (!kind || text === null || !isOrder(order) || !isMoment(madeMs) || !isMomentOrNull(doneMs)) return null;
  if (owner !== null && owner !== "mentor" && owner !== "mentee") return null;
  if (due !== null && !isDay(due)) return null;
  return { id, kind, text, owner, due, order, madeMs, doneMs, meeting: idOrNull(item.get("meeting")) };
}

/** One line of words, or null: white space of any kind made one blank each, so that no item grows tall by line breaks. */
export function wordsOf(value: unknown): string | null {
  if (typeof value !== "string" || value.length > READ_TEXT) return null;
  const words = value.replace(/\s+/g, " ").trim();
  return words === "" ? null : words;
}

/** A note as plain text. What is not text counts as one character, so that places in the text and in the note agree. */
export function noteText(note: Y.Text): string {
  const parts: { insert?: unknown }[] = note.toDelta();
  return parts.map(({ insert }) => (typeof insert === "string" ? insert : "\ufffc")).join("");
}

export function isId(value: unknown): value is Id {
  return typeof value === "string" && /^[a-z2-7]{16}$/.test(value);
}

export function isMoment(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= LAST_MS;
}

/** A day that exists: "2026-02-29" does not. */
export function isDay(value: unknown): value is string {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

function isMomentOrNull(value: unknown): value is number | null {
  return value === null || isMoment(value);
}

function idOrNull(value: unknown): Id | null {
  return isId(value) ? value : null;
}

function isNote(value: unknown): value is Y.Text {
  return value instanceof Y.Text && !(value instanceof Y.XmlText) && value.length <= READ_NOTE;
}
