/**
 * What a chat entry says, as UTF-8 JSON: `{text?, files?, meeting?}` for a message, `{reaction: {to, emoji, off?}}` for a
 * reaction. The server never reads it, so whatever the other browser sent is checked here, field by field.
 */
import type { Id } from "../protocol";
import { cleanFileName, cleanText } from "./clean.ts";

export const MAX_BODY_BYTES = 16 * 1024;
export const MAX_FILE_BYTES = 10 * 1024 * 1024;
export const MAX_FILES = 10;
const MAX_SIDE = 20_000;

/** Signs of the catalogue's words `chat.emoji.<name>`. */
export const EMOJI = {
  "👍": "thumbs_up",
  "❤️": "heart",
  "😊": "smile",
  "🎉": "party",
  "🤔": "thinking",
  "👀": "eyes",
} as const;
export type Emoji = keyof typeof EMOJI;
export const EMOJIS = Object.keys(EMOJI) as readonly Emoji[];

export interface FileNote {
  readonly blob: Id;
  readonly name: string;
  readonly mime: string;
  readonly bytes: number;
  /** Only for pictures that were made anew before they were stored. */
  readonly image: { readonly width: number; readonly height: number } | null;
}

export interface Said {
  readonly kind: "message";
  readonly text: string;
  readonly files: readonly FileNote[];
  /** The meeting it was written in. */
  readonly meeting: Id | null;
}

export interface Reacted {
  readonly kind: "reaction";
  /** The number of the message it is to. */
  readonly to: number;
  /** Null: a sign this page does not know. */
  readonly emoji: Emoji | null;
  /** Takes the same reaction back. */
  readonly off: boolean;
}

/** Null: it cannot be read. */
export type Content = Said | Reacted | null;

const read = new WeakMap<Uint8Array, { content: Content }>();

/** The content of a body, cleaned for showing. Each body is read once. */
export function contentOf(body: Uint8Array): Content {
  let known = read.get(body);
  if (known === undefined) {
    known = { content: parse(body) };
    read.set(body, known);
  }
  return known.content;
}

/** The UTF-8 of a message; longer than MAX_BODY_BYTES means that it may not be sent. */
export function messageBody(said: { text: string; files?: readonly FileNote[]; meeting: Id | null }): Uint8Array {
  const { text, files = [], meeting } = said;
  return utf8({
    ...(text === "" ? {} : { text }),
    ...(files.length === 0 ? {} : { files: files.map(({ image, ...file }) => (image ? { ...file, image } : file)) }),
    ...(meeting === null ? {} : { meeting }),
  });
}

export function reactionBody(to: number, emoji: Emoji, off: boolean): Uint8Array {
  return utf8({ reaction: { to, emoji, ...(off ? { off } : {}) } });
}

function utf8(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function parse(body: Uint8Array): Content {
  if (body.byteLength > MAX_BODY_BYTES) return null;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  if (Object.hasOwn(value, "reaction")) return reactionOf(value.reaction);
  const { text = "", files = [], meeting = null } = own(value);
  if (typeof text !== "string" || !Array.isArray(files) || files.length > MAX_FILES) return null;
  const notes = files.map(fileOf);
  if (!notes.every((note) => note !== null)) return null;
  const clean = cleanText(text);
  if (clean === "" && notes.length === 0) return null;
  return { kind: "message", text: clean, files: notes, meeting: isId(meeting) ? meeting : null };
}

function reactionOf(value: unknown): Reacted | null {
  if (!isObject(value)) return null;
  const { to, emoji, off = false } = own(value);
  if (!isCount(to, Number.MAX_SAFE_INTEGER) || to < 1 || typeof emoji !== "string" || typeof off !== "boolean") {
    return null;
  }
  return { kind: "reaction", to, emoji: isEmoji(emoji) ? emoji : null, off };
}

function fileOf(value: unknown): FileNote | null {
  if (!isObject(value)) return null;
  const { blob, name, mime, bytes, image = null } = own(value);
  if (!isId(blob) || typeof name !== "string" || typeof mime !== "string") return null;
  if (!isCount(bytes, MAX_FILE_BYTES)) return null;
  const size = image === null ? null : sizeOf(image);
  if (image !== null && size === null) return null;
  const plain = /^[a-z0-9][a-z0-9.+-]{0,60}\/[a-z0-9][a-z0-9.+-]{0,80}$/i.test(mime);
  return { blob, name: cleanFileName(name), mime: plain ? mime : "application/octet-stream", bytes, image: size };
}

function sizeOf(value: unknown): { width: number; height: number } | null {
  if (!isObject(value)) return null;
  const { width, height } = own(value);
  if (!isCount(width, MAX_SIDE) || !isCount(height, MAX_SIDE) || width < 1 || height < 1) return null;
  return { width, height };
}

/** The object's own fields alone: a name such as "constructor" must not find what every object has. */
function own(value: object): Record<string, unknown> {
  return Object.assign(Object.create(null), value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is Id {
  return typeof value === "string" && /^[a-z2-7]{16}$/.test(value);
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= most;
}

function isEmoji(value: string): value is Emoji {
  return Object.hasOwn(EMOJI, value);
}
