/** Plays a recording: one clock, two seats, for each seat two decks (what is heard, and what comes next). */

import { signal } from "@preact/signals";
import { type Axis, axis, clamp, partAt, partSoon } from "./axis.ts";
import { Deck } from "./deck.ts";
import { Clock } from "./sync.ts";
import { type Manifest, type Part, partUrl, SEATS, type Seat } from "./types.ts";

const TICK_MS = 60;
const AHEAD_MS = 8_000;

export class Engine {
  readonly axis: Axis;
  readonly playing = signal(false);
  /** Something needed is still loading, so the clock stands. */
  readonly waiting = signal(false);
  readonly at = signal(0);
  readonly speed = signal(1);
  /** What each seat shows now; null in a hole. */
  readonly showing = { mentor: signal<Part | null>(null), mentee: signal<Part | null>(null) };
  readonly volume = { mentor: signal(1), mentee: signal(1) };
  /** Some part could not be read. */
  readonly broken = signal(false);
  readonly decks: Readonly<Record<Seat, readonly [Deck, Deck]>>;
  readonly #clock = new Clock();
  readonly #heard: Record<Seat, 0 | 1> = { mentor: 0, mentee: 0 };
  readonly #gains: Partial<Record<Seat, GainNode>> = {};
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(room: string, manifest: Manifest) {
    this.axis = axis(manifest);
    const url = (part: Part) => partUrl(room, manifest.id, part.id);
    const pair = (): readonly [Deck, Deck] => [new Deck(url), new Deck(url)];
    this.decks = { mentor: pair(), mentee: pair() };
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  /** Must be called inside a press the first time: browsers open sound only then. */
  play(): void {
    this.#openSound();
    if (this.at.value >= this.axis.length - 50) this.seek(0);
    this.playing.value = true;
    this.#tick();
  }

  pause(): void {
    this.playing.value = false;
    this.#clock.hold(performance.now());
    this.#tick();
  }

  toggle(): void {
    if (this.playing.value) this.pause();
    else this.play();
  }

  seek(to: number): void {
    this.#clock.jump(clamp(to, this.axis.length), performance.now());
    this.#tick();
  }

  setSpeed(speed: number): void {
    this.speed.value = speed;
    this.#clock.setSpeed(speed, performance.now());
  }

  /** `volume` from 0 to 1. */
  setVolume(seat: Seat, volume: number): void {
    this.volume[seat].value = volume;
    const gain = this.#gains[seat];
    if (gain) gain.gain.value = volume;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const deck of this.#all()) deck.unload();
    void this.#context?.close();
  }

  /** The deck whose picture is on show. */
  deckOf(seat: Seat): Deck {
    return this.decks[seat][this.#heard[seat]];
  }

  #tick(): void {
    const now = performance.now();
    let at = clamp(this.#clock.place(now), this.axis.length);
    if (this.playing.value && at >= this.axis.length) {
      this.#clock.jump(this.axis.length, now);
      this.#clock.hold(now);
      this.playing.value = false;
    }
    for (const seat of SEATS) this.#thread(seat, at);
    const ready = SEATS.every((seat) => this.deckOf(seat).ready);
    if (this.playing.value && ready) this.#clock.run(now);
    else this.#clock.hold(now);
    at = clamp(this.#clock.place(now), this.axis.length);
    for (const seat of SEATS) {
      for (const starting of this.deckOf(seat).follow(at, this.#clock.speed, this.#clock.running)) {
        starting.catch((refused: unknown) => this.#refused(refused));
      }
    }
    this.waiting.value = this.playing.value && !ready;
    this.broken.value = this.#all().some((deck) => deck.failed);
    this.at.value = at;
  }

  /** Puts the right part on show and has the next one loading. */
  #thread(seat: Seat, at: number): void {
    const lane = this.axis.lanes[seat];
    // at the very end the last picture stays
    const part = partAt(lane, Math.min(at, this.axis.length - 1));
    const here = this.deckOf(seat);
    if (part === null) here.unload();
    else if (here.part?.id !== part.id) {
      if (this.#spare(seat).part?.id === part.id) {
        here.unload();
        this.#heard[seat] = this.#heard[seat] === 0 ? 1 : 0;
      } else here.load(part, at);
    }
    const soon = partSoon(lane, at, AHEAD_MS);
    if (soon !== null) this.#spare(seat).load(soon, soon.offset_ms);
    this.showing[seat].value = part;
  }

  #spare(seat: Seat): Deck {
    return this.decks[seat][this.#heard[seat] === 0 ? 1 : 0];
  }

  #openSound(): void {
    if (this.#context === null) {
      this.#context = new AudioContext({ latencyHint: "playback" });
      for (const seat of SEATS) {
        const gain = this.#context.createGain();
        gain.gain.value = this.volume[seat].value;
        gain.connect(this.#context.destination);
        this.#gains[seat] = gain;
        for (const deck of this.decks[seat]) {
          deck.connect(this.#context, gain);
          deck.unlock();
        }
      }
    }
    void this.#context.resume();
  }

  #refused(why: unknown): void {
    // a play() that a later pause() or load() overtook is no refusal
    if (why instanceof DOMException && why.name === "NotAllowedError") this.pause();
  }

  #all(): Deck[] {
    return SEATS.flatMap((seat) => [...this.decks[seat]]);
  }
}
