/**
 * The messages of a meeting's WebSocket, as docs/protocol.md tells them.
 *
 * Both directions are checked while they cross: what the server says before the page believes it, and what the page
 * says before it is sent, so that a mistake shows here and not as somebody's lost call. Unknown fields from the server
 * are let through (a newer server may say more); our own messages may hold nothing else.
 */

import {
  defaulted,
  type Fields,
  fail,
  flag,
  list,
  nullable,
  oneOf,
  optional,
  pair,
  record,
  text,
  whole,
} from "./schema";

export { ProtocolError } from "./schema";

/** 80 random bits, lower-case base32 (RFC 4648 section 6). */
export type Id = string;
/** Milliseconds; as a moment, since the Unix epoch, UTC. */
export type Milliseconds = number;

export type Seat = "mentor" | "mentee";
export type Device = "on" | "off" | "none";
export type Presence = "absent" | "here" | "line_lost";
export type Choice = "keep" | "erase";
export type GestureKind = "thumbs_up" | "smile" | "nod" | "applause" | "heart";
export type RecordingState = "off" | "waiting" | "countdown" | "starting" | "recording" | "paused" | "stopped";

export interface Description {
  type: "offer" | "answer" | "rollback";
  sdp?: string;
}

export interface Candidate {
  candidate: string;
  sdpMid?: string | null;
  sdpMLineIndex?: number | null;
  usernameFragment?: string | null;
}

export type FromBrowser =
  | { type: "hello"; page: Id; microphone: Device; camera: Device }
  | { type: "signal"; page: Id; description?: Description | null; candidate?: Candidate | null }
  | { type: "media"; microphone: Device; camera: Device }
  | { type: "break_propose"; minutes: number }
  | { type: "break_answer"; agree: boolean }
  | { type: "break_back" }
  | { type: "break_more"; minutes: number }
  | { type: "gesture"; kind: GestureKind }
  | { type: "thinking"; on: boolean }
  | { type: "quiet_propose"; minutes: number }
  | { type: "quiet_answer"; agree: boolean }
  | { type: "quiet_end" }
  | { type: "consent_ask"; language: string; time_zone: string }
  | { type: "consent_yes"; nonce: Id; words_hash: string; key: Id; signature: string }
  | { type: "consent_no"; nonce: Id; words_hash: string; key: Id; signature: string }
  | { type: "consent_withdraw"; nonce?: Id | null; key?: Id | null; signature?: string }
  | { type: "countdown_stop" }
  | { type: "go_on" }
  | { type: "outcome"; recording: Id; choice: Choice }
  | { type: "leg_offer"; recording: Id; run: number; sdp: string; video: boolean }
  | { type: "leg_closed"; recording: Id; run: number }
  | { type: "pulse"; n: number }
  | { type: "device_answer"; request: Id; allow: boolean }
  | { type: "leave" };

export interface SeatView {
  claimed: boolean;
  name: string;
  presence: Presence;
  page: Id | null;
  microphone: Device;
  camera: Device;
  /** "I'm thinking" is on. */
  thinking: boolean;
}

export interface BreakView {
  state: "proposed" | "running" | "over";
  by: Seat;
  minutes: number;
  until_ms: Milliseconds | null;
  back: Seat[];
}

export interface QuietView {
  state: "proposed" | "running";
  by: Seat;
  minutes: number;
  until_ms: Milliseconds;
}

export interface RecordingView {
  state: RecordingState;
  allowed: Seat[];
  declined: boolean;
  recording: Id | null;
  run: number;
  until_ms: Milliseconds | null;
  started_ms: Milliseconds | null;
  recorded_ms: Milliseconds;
  saved_ms: Milliseconds;
  due_ms: Milliseconds | null;
  reason: string | null;
  /** Whose doing it was; null where it was nobody's. */
  reason_by?: Seat | null;
  /** Both browsers' legs are shut: only then may a screen say "paused" or "stopped". */
  quiet?: boolean;
  go_on: Seat[];
  choice: "pending" | "kept" | "erased" | null;
  choice_by: Seat | null;
}

export interface RoomView {
  title: string;
  seats: Record<Seat, SeatView>;
  pause: BreakView | null;
  recording: RecordingView;
  retention_days: number;
  downloads: boolean;
  may_record: boolean;
  may_not_record: string | null;
  notices: string[];
  /** Quiet time; null when there is none. */
  quiet: QuietView | null;
}

export interface IceServer {
  urls: string[];
  username?: string | null;
  credential?: string | null;
}

export interface Welcome {
  type: "welcome";
  you: Seat;
  meeting: Id;
  now_ms: Milliseconds;
  ice_servers: IceServer[];
  room: RoomView;
}

export interface ConsentWords {
  type: "consent_words";
  recording: Id;
  meeting: Id;
  nonce: Id;
  version: string;
  language: string;
  rows: [label: string, text: string][];
  words_hash: string;
  due_ms: Milliseconds;
}

export interface DeviceRequest {
  type: "device_request";
  request: Id;
  seat: Seat;
  name: string;
  until_ms: Milliseconds;
}

export interface GestureFrom {
  type: "gesture";
  seat: Seat;
  kind: GestureKind;
  at_ms: Milliseconds;
}

export type FromServer =
  | Welcome
  | { type: "room"; now_ms: Milliseconds; room: RoomView }
  | { type: "signal"; page: Id; description?: Description | null; candidate?: Candidate | null }
  | GestureFrom
  | ConsentWords
  | { type: "leg_answer"; recording: Id; run: number; sdp: string }
  | { type: "saved"; recording: Id; saved_ms: Milliseconds }
  | { type: "pulse"; n: number; now_ms: Milliseconds }
  | { type: "chime"; kind: string }
  | DeviceRequest
  | { type: "error"; code: string; detail: string; about?: string | null }
  | { type: "bye"; code: string };

export const otherSeat = (seat: Seat): Seat => (seat === "mentor" ? "mentee" : "mentor");

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** A fresh identifier. 256 is a multiple of 32, so the letters are even. */
export function newId(random: (bytes: Uint8Array<ArrayBuffer>) => void = (b) => crypto.getRandomValues(b)): Id {
  const bytes = new Uint8Array(16);
  random(bytes);
  return Array.from(bytes, (byte) => ALPHABET[byte & 31]).join("");
}

const id = text(16, 16, /^[a-z2-7]{16}$/);
const code = text(1, 64, /^[a-z0-9_]{1,64}$/);
const hash = text(64, 64, /^[0-9a-f]{64}$/);
const base64 = text(0, 256, /^[A-Za-z0-9_-]*$/);
const minutes = whole(1, 30);
const moment = whole(0, Number.MAX_SAFE_INTEGER);
const run = whole(1, Number.MAX_SAFE_INTEGER);
const seat = oneOf("mentor", "mentee");
const device = oneOf("on", "off", "none");
const gesture = oneOf("thumbs_up", "smile", "nod", "applause", "heart");
const description = record({ type: oneOf("offer", "answer", "rollback"), sdp: defaulted(text(0, 32 * 1024)) }, true);
const candidate = record(
  {
    candidate: text(0, 1024),
    sdpMid: optional(text(0, 16)),
    sdpMLineIndex: optional(whole(0, 64)),
    usernameFragment: optional(text(0, 256)),
  },
  true,
);
const signal = { page: id, description: optional(description), candidate: optional(candidate) };
const answer = { nonce: id, words_hash: hash, key: id, signature: base64 };

const FROM_BROWSER: Record<FromBrowser["type"], Fields> = {
  hello: { page: id, microphone: device, camera: device },
  signal,
  media: { microphone: device, camera: device },
  break_propose: { minutes },
  break_answer: { agree: flag },
  break_back: {},
  break_more: { minutes },
  gesture: { kind: gesture },
  thinking: { on: flag },
  quiet_propose: { minutes: whole(1, 3) },
  quiet_answer: { agree: flag },
  quiet_end: {},
  consent_ask: { language: text(2, 2, /^[a-z]{2}$/), time_zone: text(1, 64, /^[A-Za-z0-9_+/-]{1,64}$/) },
  consent_yes: answer,
  consent_no: answer,
  consent_withdraw: { nonce: optional(id), key: optional(id), signature: defaulted(base64) },
  countdown_stop: {},
  go_on: {},
  outcome: { recording: id, choice: oneOf("keep", "erase") },
  leg_offer: { recording: id, run, sdp: text(0, 16 * 1024), video: flag },
  leg_closed: { recording: id, run },
  pulse: { n: whole(0, 2 ** 31) },
  device_answer: { request: id, allow: flag },
  leave: {},
};

const seatView = record({
  claimed: flag,
  name: text(),
  presence: oneOf("absent", "here", "line_lost"),
  page: nullable(id),
  microphone: device,
  camera: device,
  thinking: flag,
});
const breakView = record({
  state: oneOf("proposed", "running", "over"),
  by: seat,
  minutes: whole(0, 24 * 60),
  until_ms: nullable(moment),
  back: list(seat),
});
const quietView = record({
  state: oneOf("proposed", "running"),
  by: seat,
  minutes: whole(1, 3),
  until_ms: moment,
});
const recordingView = record({
  state: oneOf("off", "waiting", "countdown", "starting", "recording", "paused", "stopped"),
  allowed: list(seat),
  declined: flag,
  recording: nullable(id),
  run: whole(0, Number.MAX_SAFE_INTEGER),
  until_ms: nullable(moment),
  started_ms: nullable(moment),
  recorded_ms: moment,
  saved_ms: moment,
  due_ms: nullable(moment),
  reason: nullable(code),
  reason_by: optional(seat),
  quiet: defaulted(flag),
  go_on: list(seat),
  choice: nullable(oneOf("pending", "kept", "erased")),
  choice_by: nullable(seat),
});
const roomView = record({
  title: text(),
  seats: record({ mentor: seatView, mentee: seatView }),
  pause: nullable(breakView),
  recording: recordingView,
  retention_days: whole(0, Number.MAX_SAFE_INTEGER),
  downloads: flag,
  may_record: flag,
  may_not_record: nullable(code),
  notices: list(code),
  quiet: nullable(quietView),
});
const iceServer = record({ urls: list(text()), username: optional(text()), credential: optional(text()) });

const FROM_SERVER: Record<FromServer["type"], Fields> = {
  welcome: { you: seat, meeting: id, now_ms: moment, ice_servers: list(iceServer), room: roomView },
  room: { now_ms: moment, room: roomView },
  signal,
  gesture: { seat, kind: gesture, at_ms: moment },
  consent_words: {
    recording: id,
    meeting: id,
    nonce: id,
    version: text(1),
    language: text(1),
    rows: list(pair),
    words_hash: hash,
    due_ms: moment,
  },
  leg_answer: { recording: id, run, sdp: text() },
  saved: { recording: id, saved_ms: moment },
  pulse: { n: whole(0, 2 ** 31), now_ms: moment },
  chime: { kind: code },
  device_request: { request: id, seat, name: text(), until_ms: moment },
  error: { code, detail: text(), about: optional(text()) },
  bye: { code },
};

const MAX_MESSAGE_BYTES = 64 * 1024;

function checked(given: unknown, tables: Record<string, Fields>, closed: boolean): { type: string } {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return fail("message");
  const type = (given as { type?: unknown }).type;
  if (typeof type !== "string" || !Object.hasOwn(tables, type)) return fail("type");
  const fields = tables[type] ?? fail("type");
  record({ type: text(), ...fields }, closed)(given, type);
  if (type === "signal") {
    const { description: words, candidate: way } = given as { description?: unknown; candidate?: unknown };
    if ((words ?? null) === null && (way ?? null) === null) fail("signal.description");
    if (closed && (words ?? null) !== null && (way ?? null) !== null) fail("signal.candidate");
  }
  return given as { type: string };
}

function parsed(wire: string): unknown {
  try {
    return JSON.parse(wire);
  } catch {
    return fail("json");
  }
}

/** Throws ProtocolError on anything the server is not allowed to say. */
export function decodeFromServer(wire: string): FromServer {
  return checked(parsed(wire), FROM_SERVER, false) as FromServer;
}

/** What the server would accept from a browser: used to check our own words, and by the vectors' tests. */
export function decodeFromBrowser(wire: string): FromBrowser {
  if (new TextEncoder().encode(wire).length > MAX_MESSAGE_BYTES) fail("message");
  return checked(parsed(wire), FROM_BROWSER, true) as FromBrowser;
}

/** Throws ProtocolError before anything malformed leaves. */
export function encode(message: FromBrowser): string {
  const wire = JSON.stringify(message);
  decodeFromBrowser(wire);
  return wire;
}
