/**
 * The frames of the sharing socket, and of a journal read by HTTP: MessagePack arrays, their tag first, as
 * docs/protocol.md tells them. What the server says is checked before the page believes it, what the page says before it
 * leaves. A newer server may say more at an array's end.
 */
import { type Id, type Milliseconds, ProtocolError, type Seat } from "../protocol";
import { type Bounds, type Packed, pack, unpack } from "./msgpack";
import type { Journal } from "./types";

export const MAX_FRAME_BYTES = 56 * 1024;
export const MAX_BODY_BYTES = 48 * 1024;
/** Of one chat entry. */
export const MAX_CHAT_BYTES = 16 * 1024;
export const MAX_PASSING_BYTES = 16 * 1024;
/** Largest entry that goes by HTTP. */
export const MAX_ENTRY_BYTES = 4 * 1024 * 1024;
export const MAX_SNAPSHOT_BYTES = 16 * 1024 * 1024;

export type FromSharer =
  | { type: "append"; journal: Journal; local: Id; body: Uint8Array }
  | { type: "pass"; body: Uint8Array }
  | { type: "strike"; n: number };

/** How far a journal reaches; see server/domain/sharing.py. */
export interface Extent {
  readonly snapshot: Id | null;
  readonly upto: number;
  readonly head: number;
}

export interface Entry {
  readonly type: "entry";
  readonly journal: Journal;
  readonly n: number;
  readonly seat: Seat;
  readonly at_ms: Milliseconds;
  readonly local: Id;
  /** Null: too large for the socket, or struck out (then `size` is 0). */
  readonly body: Uint8Array | null;
  readonly size: number;
}

export interface Here {
  readonly type: "here";
  readonly you: Seat;
  readonly now_ms: Milliseconds;
  readonly partner: boolean;
  readonly document: Extent;
  readonly chat: Extent;
  readonly notes: Extent;
}

export interface Changed {
  readonly type: "changed";
  readonly journal: Journal;
  readonly snapshot: Id | null;
  readonly upto: number;
  readonly by: Seat | null;
  readonly confirmed: boolean;
  readonly again: boolean;
}

export type ToSharer =
  | Here
  | Entry
  | { readonly type: "stored"; journal: Journal; local: Id; n: number; at_ms: Milliseconds }
  | { readonly type: "durable"; journal: Journal; n: number }
  | { readonly type: "struck"; n: number; at_ms: Milliseconds }
  | { readonly type: "passed"; seat: Seat; body: Uint8Array }
  | { readonly type: "partner"; here: boolean }
  | { readonly type: "compact"; journal: Journal; upto: number }
  | Changed
  | { readonly type: "room"; journal: Journal; used: number; limit: number }
  | { readonly type: "files"; used: number; limit: number }
  | { readonly type: "browsers" }
  | { readonly type: "refused"; code: string; detail: string; local: Id | null }
  | { readonly type: "bye"; code: string };

/** What a journal read by HTTP is made of. */
export type JournalFrame =
  | Entry
  | { readonly type: "snapshot"; id: Id; upto: number; body: Uint8Array }
  | { readonly type: "end"; head: number };

type Check = (value: unknown, path: string) => unknown;
type Fields = readonly (readonly [name: string, check: Check])[];

const fail = (path: string): never => {
  throw new ProtocolError(path);
};
const pattern =
  (shape: RegExp): Check =>
  (value, path) =>
    typeof value === "string" && shape.test(value) ? value : fail(path);
const whole =
  (min: number): Check =>
  (value, path) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= min ? value : fail(path);
const octets =
  (min: number, max: number): Check =>
  (value, path) =>
    value instanceof Uint8Array && value.length >= min && value.length <= max ? value : fail(path);
const nullable =
  (check: Check): Check =>
  (value, path) =>
    value === null ? null : check(value, path);
const flag: Check = (value, path) => (typeof value === "boolean" ? value : fail(path));
const text: Check = (value, path) => (typeof value === "string" ? value : fail(path));

const id = pattern(/^[a-z2-7]{16}$/);
const code = pattern(/^[a-z0-9_]{1,64}$/);
const seat = pattern(/^(mentor|mentee)$/);
const journal = pattern(/^(document|chat|notes)$/);
const number = whole(0);
const body = octets(1, MAX_BODY_BYTES);

function fieldsOf(fields: Fields, values: readonly unknown[], path: string): Record<string, unknown> {
  if (values.length < fields.length) return fail(path);
  return Object.fromEntries(fields.map(([name, check], place) => [name, check(values[place], `${path}.${name}`)]));
}

const EXTENT: Fields = [
  ["snapshot", nullable(id)],
  ["upto", number],
  ["head", number],
];
const extent: Check = (value, path) => (Array.isArray(value) ? fieldsOf(EXTENT, value, path) : fail(path));

const FROM_SHARER: Record<FromSharer["type"], Fields> = {
  append: [
    ["journal", journal],
    ["local", id],
    ["body", body],
  ],
  pass: [["body", octets(1, MAX_PASSING_BYTES)]],
  strike: [["n", whole(1)]],
};

const ENTRY: Fields = [
  ["journal", journal],
  ["n", number],
  ["seat", seat],
  ["at_ms", number],
  ["local", id],
  ["body", nullable(octets(0, MAX_ENTRY_BYTES))],
  ["size", number],
];

const TO_SHARER: Record<ToSharer["type"], Fields> = {
  here: [
    ["you", seat],
    ["now_ms", number],
    ["partner", flag],
    ["document", extent],
    ["chat", extent],
    ["notes", extent],
  ],
  entry: ENTRY,
  stored: [
    ["journal", journal],
    ["local", id],
    ["n", number],
    ["at_ms", number],
  ],
  durable: [
    ["journal", journal],
    ["n", number],
  ],
  struck: [
    ["n", number],
    ["at_ms", number],
  ],
  passed: [
    ["seat", seat],
    ["body", octets(1, MAX_PASSING_BYTES)],
  ],
  partner: [["here", flag]],
  compact: [
    ["journal", journal],
    ["upto", number],
  ],
  changed: [
    ["journal", journal],
    ["snapshot", nullable(id)],
    ["upto", number],
    ["by", nullable(seat)],
    ["confirmed", flag],
    ["again", flag],
  ],
  room: [
    ["journal", journal],
    ["used", number],
    ["limit", number],
  ],
  files: [
    ["used", number],
    ["limit", number],
  ],
  browsers: [],
  refused: [
    ["code", code],
    ["detail", text],
    ["local", nullable(id)],
  ],
  bye: [["code", code]],
};

const JOURNAL: Record<JournalFrame["type"], Fields> = {
  entry: ENTRY,
  snapshot: [
    ["id", id],
    ["upto", number],
    ["body", octets(1, MAX_SNAPSHOT_BYTES)],
  ],
  end: [["head", number]],
};

/** Bounds, so that a frame cannot ask for more memory than the largest thing that may come. */
const small: Bounds = { items: 64, octets: MAX_FRAME_BYTES };
const many: Bounds = { items: MAX_FRAME_BYTES, octets: MAX_FRAME_BYTES };
const large: Bounds = { items: 64, octets: MAX_SNAPSHOT_BYTES };

function parsed(bounds: Bounds, frame: Uint8Array): unknown {
  try {
    return unpack(frame, bounds);
  } catch {
    return fail("frame");
  }
}

function checked(tables: Readonly<Record<string, Fields>>, array: unknown, closed: boolean): unknown {
  const [type, ...values] = Array.isArray(array) ? (array as unknown[]) : fail("frame");
  if (typeof type !== "string" || !Object.hasOwn(tables, type)) return fail("tag");
  const fields = tables[type] ?? fail("tag");
  if (closed && values.length !== fields.length) fail(type);
  return { type, ...fieldsOf(fields, values, type) };
}

/**
 * The messages of one frame of the socket, in order. In the place of each that the server is not allowed to say (or that
 * only a newer page knows) stands the error. Throws ProtocolError where the frame is none.
 */
export function decodeToSharer(frame: Uint8Array): (ToSharer | ProtocolError)[] {
  if (frame.length > MAX_FRAME_BYTES) fail("frame");
  const messages = parsed(many, frame);
  return Array.isArray(messages) ? messages.map(allowed) : fail("frame");
}

function allowed(array: unknown): ToSharer | ProtocolError {
  try {
    return checked(TO_SHARER, array, false) as ToSharer;
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

/** What the server would accept: used to check our own words, and by the vectors' tests. */
export function decodeFromSharer(frame: Uint8Array): FromSharer {
  if (frame.length > MAX_FRAME_BYTES) fail("frame");
  return checked(FROM_SHARER, parsed(small, frame), true) as FromSharer;
}

/** One frame of a journal's answer, without its length. */
export function decodeJournal(frame: Uint8Array): JournalFrame {
  return checked(JOURNAL, parsed(large, frame), false) as JournalFrame;
}

/** Throws ProtocolError before anything malformed leaves. */
export function encode(message: FromSharer): Uint8Array<ArrayBuffer> {
  const { type, ...given } = message;
  const fields = FROM_SHARER[type];
  const values = fields.map(([name, check]) => check((given as Record<string, unknown>)[name], `${type}.${name}`));
  return pack([type, ...values] as Packed[]);
}
