/** Search over all that the two wrote, in the browser: pure, and in slices so that ten thousand messages never hold up
 * the page. Case and accents do not matter, every word of the query must occur. */

import type { Seat } from "../protocol.ts";
import { fold, foldPlaces } from "./fold.ts";

export const KINDS = ["note", "private", "topic", "action", "message", "board"] as const;
export type Kind = (typeof KINDS)[number];

/** One thing that can be found. Never changed: a changed text is another item, and what was folded is kept by item. */
export interface Item {
  readonly kind: Kind;
  /** The note's, topic's, action's or board page's id; of a message its number. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly atMs: number | null;
  readonly seat: Seat | null;
}

/** A stretch of text; `hit` where a word of the query stands. */
export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

export interface Found {
  readonly item: Item;
  readonly score: number;
  readonly title: readonly Piece[];
  readonly snippet: readonly Piece[];
}

export interface Results {
  /** The best, at most `limit`. */
  readonly found: readonly Found[];
  readonly total: number;
}

export interface Options {
  readonly limit?: number;
  /** Called between slices; a search that nobody waits for any more rejects with its reason. */
  readonly pause?: () => Promise<void>;
  readonly signal?: AbortSignal;
  /** Milliseconds between two pauses, and the clock they are told by. */
  readonly slice?: number;
  readonly now?: () => number;
}

const LOOK_AT_CLOCK = 50;
const MOST_WORDS = 8;
const LONGEST_WORD = 64;
/** Characters shown of the text around the first hit. */
const SHOWN = 140;

interface Folded {
  readonly title: string;
  readonly text: string;
}

const foldedItems = new WeakMap<Item, Folded>();

function foldedOf(item: Item): Folded {
  let folded = foldedItems.get(item);
  if (folded === undefined) {
    folded = { title: fold(item.title), text: fold(item.text) };
    foldedItems.set(item, folded);
  }
  return folded;
}

/** The words of a query as they are looked for. */
export function wordsOf(query: string): readonly string[] {
  const words = fold(query)
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => word.slice(0, LONGEST_WORD));
  return [...new Set(words)].slice(0, MOST_WORDS);
}

/** All items that hold every word of the query, best first. */
export async function search(items: readonly Item[], query: string, options: Options = {}): Promise<Results> {
  const { limit = 50, slice = 8, now = () => performance.now(), pause, signal } = options;
  const words = wordsOf(query);
  if (words.length === 0) return { found: [], total: 0 };
  const phrase = words.length > 1 ? fold(query).trim().replace(/\s+/g, " ") : null;
  const hits: { item: Item; score: number }[] = [];
  let began = now();
  for (let at = 0; at < items.length; at += 1) {
    if (at % LOOK_AT_CLOCK === LOOK_AT_CLOCK - 1 && now() - began >= slice) {
      await pause?.();
      signal?.throwIfAborted();
      began = now();
    }
    const item = items[at] as Item;
    const score = scoreOf(foldedOf(item), words, phrase);
    if (score > 0) hits.push({ item, score });
  }
  hits.sort((one, other) => other.score - one.score || (other.item.atMs ?? 0) - (one.item.atMs ?? 0));
  return { found: hits.slice(0, limit).map((hit) => shown(hit.item, hit.score, words)), total: hits.length };
}

/** 0: some word is missing. A title weighs more than a text, a word's beginning more than its middle. */
function scoreOf(folded: Folded, words: readonly string[], phrase: string | null): number {
  let score = 0;
  for (const word of words) {
    const inTitle = standing(folded.title, word) * 3;
    const inText = standing(folded.text, word);
    if (inTitle === 0 && inText === 0) return 0;
    score += inTitle + inText;
  }
  if (phrase !== null && (folded.title.includes(phrase) || folded.text.includes(phrase))) score += 4;
  return score;
}

/** 0 nowhere, 1 inside a word, 2 where a word begins, 3 as a whole word. */
function standing(text: string, word: string): number {
  let best = 0;
  // hundreds of hits in the middle of words change nothing
  for (let at = text.indexOf(word), looks = 0; at >= 0 && looks < 20; at = text.indexOf(word, at + 1), looks += 1) {
    const begins = at === 0 || !LETTER.test(text[at - 1] ?? "");
    const ends = !LETTER.test(text[at + word.length] ?? "");
    best = Math.max(best, begins ? (ends ? 3 : 2) : 1);
    if (best === 3) break;
  }
  return best;
}

const LETTER = /[\p{L}\p{N}]/u;

function shown(item: Item, score: number, words: readonly string[]): Found {
  return { item, score, title: pieces(item.title, words), snippet: snippet(item.text, words) };
}

/** `text` cut at the words. Marks lie on whole letters of the text as it was written. */
export function pieces(text: string, words: readonly string[]): readonly Piece[] {
  const { folded, places } = foldPlaces(text);
  const spans = hitsIn(folded, words).map(([from, to]) => {
    // the end is where the next letter begins: one letter may be two when folded
    let end = to;
    while (end < places.length - 1 && places[end] === places[to - 1]) end += 1;
    return [places[from] ?? 0, places[end] ?? text.length] as const;
  });
  const cut: Piece[] = [];
  let at = 0;
  for (const [from, to] of spans) {
    if (to <= at) continue;
    if (from > at) cut.push({ text: text.slice(at, from), hit: false });
    cut.push({ text: text.slice(Math.max(from, at), to), hit: true });
    at = to;
  }
  if (at < text.length) cut.push({ text: text.slice(at), hit: false });
  return cut;
}

/** Where words stand in a folded text, in order, overlapping ones made one. */
function hitsIn(folded: string, words: readonly string[]): [number, number][] {
  const spans: [number, number][] = [];
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
      spans.push([at, at + word.length]);
    }
  }
  spans.sort((one, other) => one[0] - other[0]);
  const merged: [number, number][] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last !== undefined && span[0] <= last[1]) last[1] = Math.max(last[1], span[1]);
    else merged.push(span);
  }
  return merged;
}

/** The part of a text around its first hit, on one line; its beginning where only the title was hit. */
export function snippet(text: string, words: readonly string[]): readonly Piece[] {
  const first = firstHit(text, words);
  let from = Math.max(0, first - SHOWN / 3);
  if (from > 0) from = text.indexOf(" ", from) + 1 || from;
  if (from > first) from = first;
  let to = Math.min(text.length, from + SHOWN);
  if (to < text.length) {
    const space = text.lastIndexOf(" ", to);
    if (space > first + LONGEST_WORD / 2) to = space;
  }
  const part = text.slice(from, to).replace(/\s+/g, " ").trim();
  const cut = pieces(part, words);
  const before = from > 0 ? [{ text: "… ", hit: false }] : [];
  const after = to < text.length ? [{ text: " …", hit: false }] : [];
  return [...before, ...cut, ...after];
}

/** Roughly where the first word stands: places in the folded text are those of the text but for a few letters. */
function firstHit(text: string, words: readonly string[]): number {
  const { folded, places } = foldPlaces(text.slice(0, 20_000));
  const found = words.map((word) => folded.indexOf(word)).filter((at) => at >= 0);
  return found.length === 0 ? 0 : (places[Math.min(...found)] ?? 0);
}
