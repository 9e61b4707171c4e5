/** One part being played: a muted picture and, apart from it, the voice. iOS lets only one video be heard at a time,
 * so voices are audio elements, mixed by the page. */

import { end } from "./axis.ts";
import { correct, still } from "./sync.ts";
import type { Part } from "./types.ts";

type Nudged = { readonly element: HTMLMediaElement; nudging: boolean };

/** HAVE_CURRENT_DATA and HAVE_FUTURE_DATA of HTMLMediaElement. */
const HAS_FRAME = 2;
const CAN_GO_ON = 3;

export class Deck {
  readonly video: HTMLVideoElement;
  readonly audio: HTMLAudioElement;
  part: Part | null = null;
  failed = false;
  #source: MediaElementAudioSourceNode | null = null;
  readonly #nudged: readonly Nudged[];

  constructor(private readonly url: (part: Part) => string) {
    this.video = document.createElement("video");
    this.audio = document.createElement("audio");
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.disablePictureInPicture = true;
    // the picture is described by the card around it; it has no controls of its own
    this.video.setAttribute("aria-hidden", "true");
    this.video.tabIndex = -1;
    for (const element of [this.video, this.audio]) {
      element.preload = "auto";
      element.addEventListener("error", () => {
        if (this.part !== null && element.getAttribute("src") !== null) this.failed = true;
      });
    }
    this.#nudged = [
      { element: this.video, nudging: false },
      { element: this.audio, nudging: false },
    ];
  }

  /** Connects the voice to the mix; once only, as the browser demands. */
  connect(context: AudioContext, into: AudioNode): void {
    if (this.#source !== null) return;
    this.#source = context.createMediaElementSource(this.audio);
    this.#source.connect(into);
  }

  /** Wakes the voice inside a press: without it Safari refuses a later play(). */
  unlock(): void {
    if (this.part !== null) return;
    this.audio.play().catch(ignore);
    this.audio.pause();
  }

  load(part: Part, at: number): void {
    if (this.part?.id === part.id) return;
    this.part = part;
    this.failed = false;
    for (const element of this.#elements()) {
      element.src = this.url(part);
      // an element that was empty would keep the "playing" of its unlocking
      element.pause();
      element.currentTime = Math.max(0, at - part.offset_ms) / 1000;
    }
    if (!part.video) clear(this.video);
  }

  unload(): void {
    if (this.part === null) return;
    this.part = null;
    clear(this.video);
    clear(this.audio);
  }

  /** Whether everything here can go on at once. What has ended or failed holds nobody up. */
  get ready(): boolean {
    if (this.part === null || this.failed) return true;
    return this.#elements().every(
      (element) =>
        element.ended || (!element.seeking && element.readyState >= (nearEnd(element) ? HAS_FRAME : CAN_GO_ON)),
    );
  }

  /** Brings the elements to where the clock is. */
  follow(at: number, speed: number, running: boolean): Promise<void>[] {
    const { part } = this;
    if (part === null || this.failed) return [];
    const wanted = Math.min(at, end(part)) - part.offset_ms;
    const starting: Promise<void>[] = [];
    for (const nudged of this.#nudged) {
      if (nudged.element === this.video && !part.video) continue;
      if (running) starting.push(...follow(nudged, wanted, speed));
      else rest(nudged.element, wanted);
    }
    return starting;
  }

  stop(): void {
    this.video.pause();
    this.audio.pause();
  }

  #elements(): HTMLMediaElement[] {
    return this.part?.video ? [this.video, this.audio] : [this.audio];
  }
}

function follow(nudged: Nudged, wanted: number, speed: number): Promise<void>[] {
  const { element } = nudged;
  const actual = element.currentTime * 1000;
  if (element.ended && wanted >= actual - 1000) return [];
  const starting = element.paused ? [element.play()] : [];
  if (element.seeking || element.readyState < HAS_FRAME) return starting;
  const correction = correct({ wanted, actual, speed, nudging: nudged.nudging });
  if (correction.kind === "seek") {
    nudged.nudging = false;
    element.currentTime = correction.to / 1000;
  } else {
    nudged.nudging = correction.nudging;
    if (element.playbackRate !== correction.rate) element.playbackRate = correction.rate;
  }
  return starting;
}

function rest(element: HTMLMediaElement, wanted: number): void {
  if (!element.paused) element.pause();
  if (element.seeking) return;
  const to = still(wanted, element.currentTime * 1000);
  // past its end an element shows its last frame and cannot come nearer
  if (to !== null && !(element.ended && to / 1000 >= element.currentTime)) element.currentTime = to / 1000;
}

function nearEnd(element: HTMLMediaElement): boolean {
  return element.duration - element.currentTime < 0.5;
}

function clear(element: HTMLMediaElement): void {
  element.pause();
  if (element.getAttribute("src") === null) return;
  element.removeAttribute("src");
  element.load();
}

function ignore(): void {}
