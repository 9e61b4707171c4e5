/** The join page as a value: what it knows, and what each answer of the server does to it. Pure. */
import type { Seat } from "../protocol";
import { otherSeat } from "../protocol";
import type { Personal } from "./fragment";
import type { Held, Me } from "./requests";

export type Step =
  | { kind: "form" }
  | { kind: "sending" }
  /** The seat is held by another device: is it the same person? */
  | { kind: "taken"; seat: Seat; otherFree: boolean; partnerHere: boolean }
  | { kind: "full"; partnerHere: boolean }
  /** The partner has been asked on their screen. */
  | { kind: "asking"; seat: Seat }
  | { kind: "refused"; seat: Seat }
  | { kind: "lapsed"; seat: Seat }
  /** The seat is theirs, and the agenda is to be seen before they enter. */
  | { kind: "agenda" };

export interface JoinState {
  seat: Seat | null;
  name: string;
  password: string;
  step: Step;
  /** Code of what is wrong with the password, the seat or the name; words are made by the view. */
  wrong: { name?: boolean; seat?: boolean; password?: string };
  /** Any other failure, in the server's code. */
  failure: unknown;
  /** Until when no try is taken (this computer's clock, ms). */
  waitUntil: number | null;
}

export type JoinEvent =
  | { type: "seat"; seat: Seat }
  | { type: "name"; name: string }
  | { type: "password"; password: string }
  | { type: "sending" }
  | { type: "incomplete"; name: boolean; seat: boolean; password: boolean }
  | { type: "failed"; code: string; failure: unknown; now: number; details: Readonly<Record<string, unknown>> }
  | { type: "agenda" }
  | { type: "asking"; seat: Seat }
  | { type: "device"; state: "refused" | "lapsed"; seat: Seat }
  | { type: "back" };

export function holds(me: Me, seat: Seat | null): boolean {
  return seat !== null && me.seats.some((it) => it.seat === seat);
}

export function heldOf(me: Me, seat: Seat | null): Held | null {
  return me.seats.find((it) => it.seat === seat) ?? null;
}

/** Whether joining in this seat needs the password typed. */
export function needsPassword(me: Me, seat: Seat | null, personal: Personal | null): boolean {
  if (holds(me, seat)) return false;
  return personal === null || personal.seat !== seat;
}

/** The seat to begin with: the personal link's, the tab's own, one this browser holds and no other window of it sits in,
 * else the seat beside the one that is open in another window. A seat that is only awaited, or taken on another device,
 * is still this person's. */
export function firstSeat(me: Me, personal: Personal | null, remembered: Seat | undefined): Seat | null {
  if (personal) return personal.seat;
  if (remembered && holds(me, remembered)) return remembered;
  const free = me.seats.find((it) => !it.live) ?? me.seats.find((it) => !it.window);
  if (free) return free.seat;
  const [open] = me.seats;
  return open && me.seats.length === 1 ? otherSeat(open.seat) : (open?.seat ?? null);
}

export function begin(me: Me, personal: Personal | null, remembered: { seat?: Seat; name?: string }): JoinState {
  const seat = firstSeat(me, personal, remembered.seat);
  const name = me.seats.find((it) => it.seat === seat)?.name ?? (seat === remembered.seat ? remembered.name : "") ?? "";
  return { seat, name, password: "", step: { kind: "form" }, wrong: {}, failure: null, waitUntil: null };
}

export function next(state: JoinState, event: JoinEvent, me: Me): JoinState {
  switch (event.type) {
    case "seat": {
      const known = me.seats.find((it) => it.seat === event.seat)?.name;
      const before = me.seats.find((it) => it.seat === state.seat)?.name;
      // A name somebody typed stays; a name that belongs to the other seat does not come along.
      const name = known ?? (state.name === before ? "" : state.name);
      return { ...state, seat: event.seat, name, step: { kind: "form" }, wrong: {}, failure: null };
    }
    case "name":
      return { ...state, name: event.name, wrong: { ...state.wrong, name: false } };
    case "password": {
      const { password: _, ...wrong } = state.wrong;
      return { ...state, password: event.password, wrong, failure: null };
    }
    case "sending":
      return { ...state, step: { kind: "sending" }, wrong: {}, failure: null };
    case "incomplete":
      return {
        ...state,
        wrong: {
          name: event.name,
          seat: event.seat,
          ...(event.password ? { password: "password_missing" } : {}),
        },
      };
    case "failed":
      return failed(state, event);
    case "agenda":
      return { ...state, step: { kind: "agenda" }, failure: null };
    case "asking":
      return { ...state, step: { kind: "asking", seat: event.seat }, failure: null };
    case "device":
      return { ...state, step: { kind: event.state, seat: event.seat } };
    case "back":
      return { ...state, step: { kind: "form" }, failure: null };
  }
}

function failed(state: JoinState, event: Extract<JoinEvent, { type: "failed" }>): JoinState {
  const form: JoinState = { ...state, step: { kind: "form" } };
  const partnerHere = event.details.partner_here === true;
  switch (event.code) {
    case "wrong_password":
      return { ...form, wrong: { password: "wrong_password" } };
    case "too_many_tries": {
      const seconds = Number(event.details.retry_after_s);
      const wait = Number.isFinite(seconds) && seconds > 0 ? seconds : 30;
      return { ...form, waitUntil: event.now + wait * 1000 };
    }
    case "seat_taken": {
      if (state.seat === null) return { ...form, failure: event.failure };
      const otherFree = event.details.other_free === true;
      return { ...state, step: { kind: "taken", seat: state.seat, otherFree, partnerHere } };
    }
    case "room_full":
      return { ...state, step: { kind: "full", partnerHere } };
    default:
      return { ...form, failure: event.failure };
  }
}
