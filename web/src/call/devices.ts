/**
 * This person's microphone and camera: taking them, losing them, choosing others. Every problem has a name that the
 * catalogue turns into words; nothing here ever stands in the way of joining.
 */
import { computed, signal } from "@preact/signals";
import type { Device } from "../protocol";

export type Kind = "microphone" | "camera";
export type Problem =
  | "blocked"
  | "missing"
  | "busy"
  | "overconstrained"
  | "unplugged"
  | "insecure"
  | "in_app"
  | "failed";

export interface Chosen {
  microphone?: string;
  camera?: string;
  speaker?: string;
}

/** A DOMException's name, in our words. */
export function problemOf(error: unknown): Problem {
  switch (error instanceof Error || error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
    case "PermissionDeniedError":
      return "blocked";
    case "NotFoundError":
    case "DevicesNotFoundError":
      return "missing";
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError":
      return "busy";
    case "OverconstrainedError":
    case "ConstraintNotSatisfiedError":
      return "overconstrained";
    default:
      return "failed";
  }
}

/** Whether this browser has what carries picture and sound: Lockdown Mode, some add-ons and some apps take it away. */
export const canCall = (): boolean => typeof RTCPeerConnection !== "undefined";

/** Why this page can never have a camera, or null. */
export function noDevicesAtAll(): Problem | null {
  if (navigator.mediaDevices?.getUserMedia !== undefined) return null;
  return window.isSecureContext ? "in_app" : "insecure";
}

const INPUT: Record<Kind, MediaDeviceKind> = { microphone: "audioinput", camera: "videoinput" };

function constraintsFor(kind: Kind, id: string | undefined, exact: boolean): MediaTrackConstraints {
  const which: MediaTrackConstraints = id ? { deviceId: exact ? { exact: id } : { ideal: id } } : {};
  return kind === "microphone"
    ? { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...which }
    : { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 }, ...which };
}

async function permission(kind: Kind): Promise<PermissionState | "unknown"> {
  try {
    return (await navigator.permissions.query({ name: kind as PermissionName })).state;
  } catch {
    return "unknown";
  }
}

export class LocalMedia {
  readonly microphone = signal<MediaStreamTrack | null>(null);
  readonly camera = signal<MediaStreamTrack | null>(null);
  readonly muted = signal(false);
  readonly cameraOff = signal(false);
  readonly problems = signal<Partial<Record<Kind, Problem>>>({});
  readonly devices = signal<MediaDeviceInfo[]>([]);
  readonly chosen = signal<Chosen>({});
  /** Whether devices have been asked for on this page. */
  readonly asked = signal(false);
  readonly busy = signal(false);

  readonly microphoneState = computed<Device>(() => this.#state("microphone"));
  readonly cameraState = computed<Device>(() => this.#state("camera"));

  /** Counts wishes, so that a camera that arrives after it was turned off again is put back at once. */
  #wish: Record<Kind, number> = { microphone: 0, camera: 0 };

  constructor() {
    navigator.mediaDevices?.addEventListener?.("devicechange", () => void this.#devicesChanged());
  }

  /** Whether both may be taken without the browser asking. */
  async mayTakeAtOnce(): Promise<boolean> {
    if (noDevicesAtAll() || !canCall()) return false;
    const states = await Promise.all([permission("microphone"), permission("camera")]);
    return states.includes("granted") && !states.includes("prompt");
  }

  /** Takes what is wanted. Resolves in any case; what failed is in `problems`. */
  async take(kinds: Kind[] = ["microphone", "camera"]): Promise<void> {
    this.asked.value = true;
    const never = noDevicesAtAll();
    if (never) {
      this.problems.value = { microphone: never, camera: never };
      return;
    }
    const wanted = kinds.filter((kind) => !this.#off(kind));
    if (wanted.length === 0) return this.#list();
    this.busy.value = true;
    try {
      if (wanted.length === 2) await this.#takeBoth();
      else for (const kind of wanted) await this.#takeOne(kind);
    } finally {
      this.busy.value = false;
    }
    await this.#list();
  }

  async setMuted(muted: boolean): Promise<void> {
    this.muted.value = muted;
    const track = this.microphone.value;
    if (track) track.enabled = !muted;
    else if (!muted) await this.take(["microphone"]);
  }

  async setCameraOff(off: boolean): Promise<void> {
    this.cameraOff.value = off;
    if (off) this.#drop("camera");
    else if (!this.camera.value) await this.take(["camera"]);
  }

  /** For a break: both are let go, so that the lamp goes out; nothing comes back by itself. */
  letGo(): void {
    this.muted.value = true;
    this.cameraOff.value = true;
    this.#drop("microphone");
    this.#drop("camera");
  }

  async choose(kind: Kind, id: string): Promise<void> {
    this.chosen.value = { ...this.chosen.value, [kind]: id };
    if (this.#off(kind) && kind === "camera") return;
    this.busy.value = true;
    await this.#takeOne(kind, true);
    this.busy.value = false;
    await this.#list();
  }

  chooseSpeaker(id: string): void {
    this.chosen.value = { ...this.chosen.value, speaker: id };
  }

  stop(): void {
    this.#drop("microphone");
    this.#drop("camera");
  }

  #state(kind: Kind): Device {
    if (this.problems.value[kind]) return "none";
    if (this.#off(kind)) return "off";
    return this[kind].value ? "on" : "none";
  }

  #off(kind: Kind): boolean {
    return kind === "microphone" ? this.muted.value : this.cameraOff.value;
  }

  async #takeBoth(): Promise<void> {
    const marks = { microphone: ++this.#wish.microphone, camera: ++this.#wish.camera };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: constraintsFor("microphone", this.chosen.value.microphone, false),
        video: constraintsFor("camera", this.chosen.value.camera, false),
      });
      for (const track of stream.getTracks()) {
        const kind: Kind = track.kind === "audio" ? "microphone" : "camera";
        this.#keep(kind, track, marks[kind]);
      }
    } catch (error) {
      await this.#oneByOne(problemOf(error));
    }
  }

  /** One of the two is in the way: find out which. A refusal is not asked about again, only what was granted is. */
  async #oneByOne(problem: Problem): Promise<void> {
    for (const kind of ["microphone", "camera"] as const) {
      if (problem !== "blocked" || (await permission(kind)) === "granted") await this.#takeOne(kind);
      else this.#problem(kind, "blocked");
    }
  }

  async #takeOne(kind: Kind, exact = false): Promise<void> {
    const mark = ++this.#wish[kind];
    try {
      const wish = constraintsFor(kind, this.chosen.value[kind], exact);
      const stream = await navigator.mediaDevices.getUserMedia(
        kind === "microphone" ? { audio: wish } : { video: wish },
      );
      const track = stream.getTracks()[0];
      if (track) this.#keep(kind, track, mark);
    } catch (error) {
      if (mark === this.#wish[kind]) this.#problem(kind, problemOf(error));
    }
  }

  #keep(kind: Kind, track: MediaStreamTrack, mark: number): void {
    if (mark !== this.#wish[kind] || (kind === "camera" && this.cameraOff.value)) {
      track.stop();
      return;
    }
    const before = this[kind].value;
    if (kind === "microphone") track.enabled = !this.muted.value;
    else track.contentHint = "motion";
    track.addEventListener("ended", () => void this.#ended(kind, track));
    this[kind].value = track;
    before?.stop();
    this.#problem(kind, null);
    const id = track.getSettings().deviceId;
    if (id) this.chosen.value = { ...this.chosen.value, [kind]: id };
  }

  #drop(kind: Kind): void {
    this.#wish[kind] += 1;
    const track = this[kind].value;
    this[kind].value = null;
    track?.stop();
  }

  #problem(kind: Kind, problem: Problem | null): void {
    const { [kind]: _, ...others } = this.problems.value;
    this.problems.value = problem ? { ...others, [kind]: problem } : others;
  }

  /** Fired when the device is pulled out or the permission taken back, not when we stop the track ourselves. */
  async #ended(kind: Kind, track: MediaStreamTrack): Promise<void> {
    if (this[kind].value !== track) return;
    this[kind].value = null;
    this.#problem(kind, "unplugged");
    await this.#list();
    if (this.#has(kind)) await this.#takeOne(kind);
  }

  async #devicesChanged(): Promise<void> {
    await this.#list();
    for (const kind of ["microphone", "camera"] as const) {
      const problem = this.problems.value[kind];
      const gone = problem === "unplugged" || problem === "missing";
      if (gone && this.asked.value && !this.#off(kind) && this.#has(kind)) await this.#takeOne(kind);
    }
    await this.#list();
  }

  #has(kind: Kind): boolean {
    return this.devices.value.some((device) => device.kind === INPUT[kind]);
  }

  async #list(): Promise<void> {
    try {
      this.devices.value = await navigator.mediaDevices.enumerateDevices();
    } catch {
      this.devices.value = [];
    }
  }
}
