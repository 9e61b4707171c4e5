/** What a meeting page shows, as pure functions of the room's view. */
import type { CallPhase } from "../call/call";
import type { Pulse } from "../gestures/link_pulse";
import type { RecordingView, RoomView, Seat, SeatView } from "../protocol";
import { otherSeat } from "../protocol";
import { type Key, known, t } from "../words";

export type Tone = "off" | "waiting" | "starting" | "recording" | "paused" | "stopped";

export function partnerOf(view: RoomView, you: Seat): SeatView {
  return view.seats[otherSeat(you)];
}

/** The partner's name; before they ever came, the name of their seat. */
export function partnerName(view: RoomView, you: Seat): string {
  const partner = partnerOf(view, you);
  return partner.name || t(`meeting.the_${otherSeat(you)}` as Key);
}

/** Words for why a recording paused or stopped. The catalogue has two for most: by you, and by the other. */
export function reasonWords(recording: RecordingView, name: string, you: Seat): string {
  const code = recording.reason ?? "other";
  const by = recording.reason_by ?? recording.choice_by;
  const prefix = recording.state === "paused" ? "consent.paused." : "consent.reason.";
  const tries =
    by === you ? [`${prefix}${code}.you`, `${prefix}${code}`] : [`${prefix}${code}`, `${prefix}${code}.you`];
  const key = [...tries, `consent.reason.${code}`].find(known);
  return key ? t(key, { name }) : t("meeting.reason.other");
}

/** Whether packets of a run that is over may still be on their way: no screen says "paused" before they are not. */
export function stillFlowing(recording: RecordingView): boolean {
  const over = recording.state === "paused" || recording.state === "stopped";
  return over && recording.run > 0 && recording.quiet === false;
}

/** The stable words of the status region; exactly these, since people and tests rely on them. */
export function statusWords(view: RoomView, you: Seat): { tone: Tone; text: string } {
  const { recording } = view;
  const name = partnerName(view, you);
  if (stillFlowing(recording)) return { tone: "recording", text: t("meeting.status.recording") };
  switch (recording.state) {
    case "waiting":
      return recording.allowed.includes(you)
        ? { tone: "waiting", text: t("meeting.status.waiting", { name }) }
        : { tone: "off", text: t("meeting.status.off") };
    case "countdown":
    case "starting":
      return { tone: "starting", text: t("meeting.status.starting") };
    case "recording":
      return { tone: "recording", text: t("meeting.status.recording") };
    case "paused":
      return { tone: "paused", text: t("meeting.status.paused") };
    case "stopped":
      return { tone: "stopped", text: t("meeting.status.stopped", { reason: reasonWords(recording, name, you) }) };
    case "off":
      return { tone: "off", text: t("meeting.status.off") };
  }
}

/** Length on record so far, in ms. */
export function runningTime(recording: RecordingView, now: number): number {
  const current = recording.state === "recording" && recording.started_ms !== null ? now - recording.started_ms : 0;
  return recording.recorded_ms + Math.max(0, current);
}

/** How much of it is safe: never said to be more than there is, also while a run's length is still being counted. */
export function savedTime(recording: RecordingView, savedMs: number, now: number): number {
  return Math.min(savedMs, runningTime(recording, now));
}

/** `calm` breathes: media arrives. `still`: nobody there to hear from. `lost`: dashes, and words beside it. */
export type Thread = "calm" | "still" | "recording" | "lost";

export function threadOf(view: RoomView | null, you: Seat, phase: CallPhase, pulse: Pulse = "alive"): Thread {
  if (view === null) return "still";
  const partner = partnerOf(view, you);
  if (phase === "lost" || (partner.presence === "line_lost" && phase !== "connected")) return "lost";
  if (pulse === "stalled") return "lost";
  if (view.recording.state === "recording" || stillFlowing(view.recording)) return "recording";
  return phase === "connected" && pulse === "alive" ? "calm" : "still";
}

/** Somebody thinks, or both are quiet together: nothing may nag. */
export function isCalm(view: RoomView | null): boolean {
  if (view === null) return false;
  return view.quiet?.state === "running" || view.seats.mentor.thinking || view.seats.mentee.thinking;
}

export type Stage =
  | { kind: "picture" }
  | { kind: "camera_off" }
  | { kind: "never_came" }
  | { kind: "absent" }
  | { kind: "coming" }
  | { kind: "lost" };

/** What stands in the window: the partner's picture, or a sentence in its place. */
export function stageOf(view: RoomView | null, you: Seat, phase: CallPhase, pictures: boolean): Stage {
  if (view === null) return { kind: "coming" };
  const partner = partnerOf(view, you);
  const connected = phase === "connected";
  if (connected && partner.camera !== "on" && partner.presence !== "absent") return { kind: "camera_off" };
  // A partner the server does not see (it has just restarted) but whose picture still comes is here.
  if (connected) return pictures ? { kind: "picture" } : { kind: "coming" };
  if (phase === "lost" || partner.presence === "line_lost") return { kind: "lost" };
  if (partner.presence === "absent") return { kind: partner.claimed ? "absent" : "never_came" };
  return { kind: "coming" };
}

/** The partner's state in words, beside the name; an empty list when all is well. */
export function partnerWords(view: RoomView, you: Seat, phase: CallPhase): string[] {
  const partner = partnerOf(view, you);
  const words: string[] = [];
  if (partner.presence === "line_lost") words.push(t("meeting.partner.line_lost"));
  if (phase === "lost") words.push(t("meeting.partner.coming_back"));
  if (partner.presence !== "absent" || phase === "connected") {
    if (partner.microphone === "off") words.push(t("meeting.partner.muted"));
    if (partner.microphone === "none") words.push(t("meeting.partner.no_microphone"));
    if (partner.camera === "off") words.push(t("meeting.partner.camera_off"));
    if (partner.camera === "none") words.push(t("meeting.partner.no_camera"));
  }
  return words;
}

/** How often the line is felt, in ms: each second while the server listens for it. */
export function pulseEvery(recording: RecordingView | undefined): number {
  const quiet = recording === undefined || recording.state === "off" || recording.state === "stopped";
  return quiet ? 5000 : 1000;
}

/** Somebody asks this person to agree, and this person has not answered yet. */
export function isAsked(view: RoomView, you: Seat): boolean {
  const { state, allowed, declined } = view.recording;
  return state === "waiting" && !declined && allowed.includes(otherSeat(you)) && !allowed.includes(you);
}

/** After a break: both must press "Go on". */
export function mustGoOn(view: RoomView): boolean {
  const { state, reason } = view.recording;
  return state === "paused" && reason === "break" && (view.pause === null || view.pause.state === "proposed");
}

/** Whether this person is the one who chooses what becomes of it. */
export function choosing(view: RoomView, you: Seat): boolean {
  const { state, choice, choice_by } = view.recording;
  return state === "stopped" && choice === "pending" && choice_by === you;
}
