/** The join page's requests, typed. */
import { ApiError, ask } from "../api.ts";
import type { Id, Seat } from "../protocol";
import { openWindows } from "./windows";

export interface Me {
  /** The password has been proven here within twelve hours. */
  session: boolean;
  seats: Held[];
  /** Who sits where, as far as they have given a name; told with the title. */
  names?: Record<Seat, string>;
  title: string | null;
}

/** A seat this browser holds the cookie of. */
export interface Held {
  seat: Seat;
  name: string;
  /** A page is in it now, in whatever browser; one that has just crashed may still count. */
  live: boolean;
  /** A page was in it until a moment ago, and may come back. */
  awaited?: boolean;
  /** It is live in another window of this very browser. */
  window?: boolean;
}

export interface JoinWords {
  seat: Seat;
  name: string;
  password?: string;
  seat_secret?: string;
  request?: Id;
  request_secret?: string;
  key: { id: Id; spki: string };
}

export interface Joined {
  seat: Seat;
  name: string;
  /** The seat's personal secret; told once, when the seat is claimed. */
  personal: string | null;
  title: string;
}

export interface DeviceTicket {
  request: Id;
  secret: string;
  until_ms: number;
}

export type DeviceState = "waiting" | "allowed" | "refused" | "lapsed";

const at = (room: Id, rest: string) => `/api/rooms/${room}/${rest}`;

export async function askMe(room: Id): Promise<Me> {
  const [me, open] = await Promise.all([ask<Me>(at(room, "me")), openWindows(room)]);
  const seats = me.seats.map((it) => ({ ...it, window: it.live && (open === null || open.has(it.seat)) }));
  return { ...me, seats };
}
export const sendJoin = (room: Id, body: JoinWords) => ask<Joined>(at(room, "join"), { body });

export const askForDevice = (room: Id, body: { seat: Seat; name: string; password?: string }) =>
  ask<DeviceTicket>(at(room, "device-requests"), { body });

/** Waits until the partner has answered (the server holds each request for up to 20 s). */
export async function deviceAnswered(room: Id, ticket: DeviceTicket, signal: AbortSignal): Promise<DeviceState> {
  for (;;) {
    try {
      const { state } = await ask<{ state: DeviceState }>(at(room, `device-requests/${ticket.request}`), {
        headers: { "X-Request-Secret": ticket.secret },
        signal,
      });
      if (state !== "waiting") return state;
    } catch (failure) {
      if (signal.aborted) throw failure;
      if (!(failure instanceof ApiError) || failure.code !== "offline") throw failure;
    }
    // A server that answers "waiting" at once is not asked in a tight circle.
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

export const shortenRetention = (room: Id, days: number) => ask<unknown>(at(room, "retention"), { body: { days } });
export const unlock = (room: Id, password: string) => ask<unknown>(at(room, "unlock"), { body: { password } });
/** `othersOut`: the seat is taken from this person's other browsers too. */
export const ownPassword = (room: Id, seat: Seat, password: string, othersOut: boolean) =>
  ask<unknown>(at(room, `password?seat=${seat}`), { body: { password, others_out: othersOut } });
export const newPersonalSecret = (room: Id, seat: Seat, withoutNotes: boolean) =>
  ask<{ personal: string }>(at(room, `personal-link?seat=${seat}`), {
    body: withoutNotes ? { without_notes: true } : {},
  });
export const offeredPassword = () => ask<{ password: string }>("/api/password");
