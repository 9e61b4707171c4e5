/**
 * The last meeting this browser was in while both were there. Kept in the browser, since in a meeting the document is only
 * fetched by whoever opens something of it: the mark in the agenda is made with the next look at it.
 */
import type { Id } from "../protocol";

export interface Met {
  readonly meeting: Id;
  /** When both were first seen there, by this browser's clock. */
  readonly ms: number;
}

type Keeps = Pick<Storage, "getItem" | "setItem">;
const placeOf = (room: Id) => `visavis:${room}:met`;

export function rememberMet(room: Id, met: Met, storage: Keeps | null = browserStorage()): void {
  if (lastMet(room, storage)?.meeting === met.meeting) return;
  try {
    storage?.setItem(placeOf(room), JSON.stringify(met));
  } catch {
    // a full or forbidden storage: the other's browser may have made the mark
  }
}

export function lastMet(room: Id, storage: Keeps | null = browserStorage()): Met | null {
  try {
    const { meeting, ms } = JSON.parse(storage?.getItem(placeOf(room)) ?? "{}");
    const good = typeof meeting === "string" && /^[a-z2-7]{16}$/.test(meeting) && Number.isSafeInteger(ms) && ms > 0;
    return good ? { meeting, ms } : null;
  } catch {
    return null;
  }
}

function browserStorage(): Keeps | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
