/** The chat as it is read: messages with their reactions, and the lines between them. */
import type { Id, Seat } from "../protocol";
import type { ChatEntry } from "../sharing/types";
import { contentOf, EMOJIS, type Emoji, type FileNote, type Reacted } from "./body.ts";

export interface Reaction {
  readonly emoji: Emoji;
  readonly seats: readonly Seat[];
}

export interface Message {
  readonly kind: "message";
  /** Stays the same from waiting to stored. */
  readonly key: string;
  readonly n: number;
  readonly seat: Seat;
  readonly atMs: number;
  readonly stored: boolean;
  readonly text: string;
  readonly files: readonly FileNote[];
  readonly reactions: readonly Reaction[];
}

/** A message that was deleted, or some in a row that cannot be read. */
export interface Gap {
  readonly kind: "deleted" | "unreadable";
  readonly key: string;
  readonly n: number;
  readonly seat: Seat;
  readonly atMs: number;
  readonly count: number;
}

export interface Separator {
  readonly kind: "day" | "meeting" | "between" | "new";
  readonly key: string;
  readonly atMs: number;
}

export type Item = Message | Gap | Separator;

/** Items in order. `newAfter`: the last number that was read when the chat was opened; where the partner has written
 * after it, a line says so. */
export function thread(entries: readonly ChatEntry[], you: Seat, newAfter: number | null = null): Item[] {
  const reactions = reactionsTo(entries);
  const items: Item[] = [];
  let day: readonly [from: number, to: number] = [0, 0];
  let meeting: Id | null = null;
  let marked = newAfter === null || newAfter === 0;
  for (const entry of entries) {
    const said = entry.body === null ? null : contentOf(entry.body);
    if (said?.kind === "reaction") continue;
    const { n, seat, atMs, stored } = entry;
    const key = entry.local;
    if (atMs < day[0] || atMs >= day[1]) {
      items.push({ kind: "day", key: `day-${key}`, atMs });
      day = dayAround(atMs);
    }
    // where only its number stands, it belongs to whatever was around it
    const where: Id | null = said === null ? meeting : said.meeting;
    if (where !== meeting) {
      items.push({ kind: where === null ? "between" : "meeting", key: `meeting-${key}`, atMs });
      meeting = where;
    }
    if (!marked && seat !== you && n > (newAfter ?? 0)) {
      items.push({ kind: "new", key: "new", atMs });
      marked = true;
    }
    if (said !== null) {
      const { text, files } = said;
      items.push({ kind: "message", key, n, seat, atMs, stored, text, files, reactions: shown(reactions.get(n)) });
    } else addGap(items, { kind: entry.body === null ? "deleted" : "unreadable", key, n, seat, atMs, count: 1 });
  }
  return items;
}

/** Whether the two belong under one name and time: same writer, within five minutes. */
export function goesOn(before: Item | undefined, item: Item): boolean {
  if (before?.kind !== "message" || item.kind !== "message") return false;
  return before.seat === item.seat && item.atMs - before.atMs < 300_000;
}

/** Whether an entry is something to be read, and not a reaction or something deleted. */
export function isReadable(entry: ChatEntry): boolean {
  return entry.body !== null && contentOf(entry.body)?.kind !== "reaction";
}

/** The reader's own day; 23 or 25 hours where the clock is changed. */
function dayAround(ms: number): readonly [from: number, to: number] {
  const start = new Date(ms);
  start.setHours(0, 0, 0, 0);
  const end = new Date(start);
  end.setDate(end.getDate() + 1);
  return [start.getTime(), end.getTime()];
}

/** A hundred unreadable entries are one line. */
function addGap(items: Item[], gap: Gap): void {
  const last = items.at(-1);
  if (gap.kind === "unreadable" && last?.kind === "unreadable" && last.seat === gap.seat) {
    items[items.length - 1] = { ...last, count: last.count + 1 };
  } else items.push(gap);
}

/** By message: sign and seat, the later word of each seat counting. So no flood can make more than twelve. */
type Marks = Map<Emoji, Set<Seat>>;

function reactionsTo(entries: readonly ChatEntry[]): Map<number, Marks> {
  const to = new Map<number, Marks>();
  for (const { body, seat } of entries) {
    const content = body === null ? null : contentOf(body);
    if (content?.kind === "reaction" && content.emoji !== null) note(to, seat, content, content.emoji);
  }
  return to;
}

function note(to: Map<number, Marks>, seat: Seat, reaction: Reacted, emoji: Emoji): void {
  const marks: Marks = to.get(reaction.to) ?? new Map();
  const seats = marks.get(emoji) ?? new Set();
  if (reaction.off) seats.delete(seat);
  else seats.add(seat);
  marks.set(emoji, seats);
  to.set(reaction.to, marks);
}

function shown(marks: Marks | undefined): Reaction[] {
  if (marks === undefined) return [];
  return EMOJIS.flatMap((emoji) => {
    const seats = [...(marks.get(emoji) ?? [])];
    return seats.length === 0 ? [] : [{ emoji, seats }];
  });
}
