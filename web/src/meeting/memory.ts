/**
 * What a tab remembers over a reload: sessionStorage by room, so that two tabs of one browser can hold the two seats.
 * Never the password.
 */

import type { Chosen } from "../call/devices";
import type { Id, Seat } from "../protocol";

export interface TabMemory {
  seat?: Seat;
  /** The name this person last joined with. */
  name?: string;
  inMeeting?: boolean;
  muted?: boolean;
  cameraOff?: boolean;
  chosen?: Chosen;
  /** This seat's personal secret, to show the personal link again. */
  personal?: string;
  /** It has just been given out, and nobody has read yet what it is for. */
  personalUnread?: boolean;
  /** Since when this person has been in the meeting, by this computer's clock. */
  since?: number;
}

const place = (room: Id) => `visavis:${room}`;

export function remembered(room: Id, storage: Storage | null = tabStorage()): TabMemory {
  try {
    const found: unknown = JSON.parse(storage?.getItem(place(room)) ?? "{}");
    return typeof found === "object" && found !== null ? (found as TabMemory) : {};
  } catch {
    return {};
  }
}

export function remember(room: Id, change: TabMemory, storage: Storage | null = tabStorage()): void {
  try {
    storage?.setItem(place(room), JSON.stringify({ ...remembered(room, storage), ...change }));
  } catch {
    // A full or forbidden storage costs the comfort of coming straight back, nothing else.
  }
}

/** The seat was taken from this browser: what opens it again is not left lying here. */
export function forgetPersonal(room: Id, storage: Storage | null = tabStorage()): void {
  try {
    const { personal: _, ...rest } = remembered(room, storage);
    storage?.setItem(place(room), JSON.stringify(rest));
  } catch {
    // nothing is kept where nothing can be
  }
}

function tabStorage(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
