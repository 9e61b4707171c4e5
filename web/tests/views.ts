/** Views for tests: a quiet room of two, and what is different about it. */
import type { RecordingView, RoomView, SeatView } from "../src/protocol";

export const ID = {
  recording: "aaaaaaaaaaaaaaaa",
  other: "bbbbbbbbbbbbbbbb",
  meeting: "cccccccccccccccc",
  page: "dddddddddddddddd",
  partner: "eeeeeeeeeeeeeeee",
  room: "ffffffffffffffff",
  nonce: "gggggggggggggggg",
  key: "hhhhhhhhhhhhhhhh",
};

export function seatView(change: Partial<SeatView> = {}): SeatView {
  return {
    claimed: true,
    name: "Ingrid",
    presence: "here",
    page: ID.partner,
    microphone: "on",
    camera: "on",
    thinking: false,
    ...change,
  };
}

export function recordingView(change: Partial<RecordingView> = {}): RecordingView {
  return {
    state: "off",
    allowed: [],
    declined: false,
    recording: null,
    run: 0,
    until_ms: null,
    started_ms: null,
    recorded_ms: 0,
    saved_ms: 0,
    due_ms: null,
    reason: null,
    reason_by: null,
    quiet: true,
    go_on: [],
    choice: null,
    choice_by: null,
    ...change,
  };
}

export function roomView(change: Partial<RoomView> = {}): RoomView {
  return {
    title: "Ingrid and Samir",
    seats: { mentor: seatView(), mentee: seatView({ name: "Samir", page: ID.page }) },
    pause: null,
    recording: recordingView(),
    retention_days: 30,
    downloads: true,
    may_record: true,
    may_not_record: null,
    notices: [],
    quiet: null,
    ...change,
  };
}

/** base64url, as the protocol has it. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
