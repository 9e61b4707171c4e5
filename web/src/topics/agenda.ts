/**
 * The agenda of the next meeting: that it was sent, and what has changed since.
 *
 * It is the open topics of "now"; sending only says that they are ready to be read. So the map holds, beside `sent_ms` and
 * `sent_by`: `seen`, the `sent_ms` of the agenda the other has acknowledged; `sent_after`, the meeting that was the last one held when it was
 * sent; and `meeting`, `began_ms`, `before_ms`: the last meeting in which both were there, since when, and when the one before
 * that began; noted in the meeting by whoever has the topics open, else by whoever looks at them next.
 *
 * An agenda stands until the meeting in which it was used is over: while no meeting has been held since it was sent, and during
 * the one that is held then. After that it counts as not sent, and the next one begins; nothing needs to be cleared.
 * Meetings are told apart by their ids and not by the clocks of two computers.
 */
import type * as Y from "yjs";
import type { Id, Seat } from "../protocol";
import { agenda, SEATS } from "../sharing/layout.ts";
import type { Met } from "./met.ts";
import { isId, isMoment, type Topic } from "./read.ts";

export interface Agenda {
  /** Null: not sent, or used up. */
  readonly sent: { readonly ms: number; readonly by: Seat; readonly seen: boolean } | null;
  /** When the last meeting began before which an open item counts as "from last time"; null before the first. */
  readonly lastBeganMs: number | null;
}

/** @param meeting the meeting one is in; null before and between */
export function readAgenda(doc: Y.Doc, meeting: Id | null): Agenda {
  const map = agenda(doc);
  const held = idOf(map, "meeting");
  const ms = map.get("sent_ms");
  const by = SEATS.find((seat) => seat === map.get("sent_by"));
  const stands = held === idOf(map, "sent_after") || (meeting !== null && held === meeting);
  const during = meeting !== null && held === meeting;
  return {
    sent: isMoment(ms) && by && stands ? { ms, by, seen: map.get("seen") === ms } : null,
    lastBeganMs: momentOf(map, during ? "before_ms" : "began_ms"),
  };
}

/** @param newest when the newest change of a topic was made, so that none made before the sending counts as made after */
export function sendAgenda(doc: Y.Doc, by: Seat, now: number, newest: number): void {
  const map = agenda(doc);
  map.set("sent_ms", Math.max(now, newest));
  map.set("sent_by", by);
  map.set("sent_after", idOf(map, "meeting"));
}

export function acknowledgeAgenda(doc: Y.Doc): void {
  const map = agenda(doc);
  const sent = map.get("sent_ms");
  if (isMoment(sent) && map.get("seen") !== sent) map.set("seen", sent);
}

/** To be called when both are in `meeting` with the topics open; does nothing the second time. */
export function holdMeeting(doc: Y.Doc, meeting: Id, now: number): void {
  const map = agenda(doc);
  if (idOf(map, "meeting") === meeting) return;
  map.set("before_ms", momentOf(map, "began_ms"));
  map.set("began_ms", now);
  map.set("meeting", meeting);
}

/** To be called for the last meeting both were in, where one is in none: nobody may have opened the topics in it. An agenda
 * sent since then is for the next one, and stands. */
export function heldBefore(doc: Y.Doc, { meeting, ms }: Met): void {
  const map = agenda(doc);
  const last = idOf(map, "meeting");
  if (last === meeting || (momentOf(map, "began_ms") ?? 0) >= ms) return;
  const isNext = idOf(map, "sent_after") === last && (momentOf(map, "sent_ms") ?? 0) > ms;
  holdMeeting(doc, meeting, ms);
  if (isNext) map.set("sent_after", meeting);
}

/** A moment that counts as after the sending, also where this computer's clock is behind the sender's. */
export function afterSending(doc: Y.Doc, now: number): number {
  const sent = agenda(doc).get("sent_ms");
  // a sending far in the future is a lie, or a broken clock: not worth pushing every later moment there
  return isMoment(sent) && sent >= now && sent - now < 86_400_000 ? sent + 1 : now;
}

/** Whether a topic already counts as changed (or nobody asks): typing then need not stamp every letter. */
export function changedSinceSent(doc: Y.Doc, topic: Y.Map<unknown>): boolean {
  const sent = momentOf(agenda(doc), "sent_ms");
  const changed = momentOf(topic, "changed_ms");
  return sent === null || (changed !== null && changed > sent);
}

export type Since = "new" | "changed" | null;

/** What happened to a topic since the agenda was sent. */
export function sinceSent(topic: Topic, { sent }: Agenda): Since {
  if (sent === null) return null;
  if (topic.madeMs > sent.ms) return "new";
  return topic.changedMs > sent.ms ? "changed" : null;
}

/** Whether an open item was there in an earlier meeting already. What was made between the meetings was not. */
export function fromLastTime(
  item: { meeting: Id | null; madeMs: number },
  agenda: Agenda,
  meeting: Id | null,
): boolean {
  if (item.meeting !== null) return item.meeting !== meeting;
  return agenda.lastBeganMs !== null && item.madeMs < agenda.lastBeganMs;
}

function idOf(map: Y.Map<unknown>, key: string): Id | null {
  const value = map.get(key);
  return isId(value) ? value : null;
}

function momentOf(map: Y.Map<unknown>, key: string): number | null {
  const value = map.get(key);
  return isMoment(value) ? value : null;
}
