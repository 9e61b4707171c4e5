/**
 * Where this person reads, answers and takes back. The words come from the server and are shown as they came; the
 * answer is signed over their hash, which is computed here from what is shown and never taken on trust.
 */
import { signal } from "@preact/signals";
import type { ConsentWords, FromBrowser, Id, RoomView, Seat } from "../protocol";
import { type SeatKey, sign } from "../seat_key";
import { language } from "../words";
import { isAsked } from "./derive";
import { statement, wordsHash } from "./statement";

export interface ConsentPorts {
  room: Id;
  you: Seat;
  key: SeatKey;
  send(message: FromBrowser): boolean;
  agreed(recording: Id): void;
  /** Closes the own leg and tells the partner's page. Called before the server hears of it. */
  withdrawn(recording: Id): void;
}

/** Longest wait for a signature when a yes is taken back, in ms: stopping is never delayed. */
const SIGN_WITHIN = 60;

function timeZone(): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return /^[A-Za-z0-9_+/-]{1,64}$/.test(zone ?? "") ? zone : "UTC";
}

export class ConsentDesk {
  /** What is being read; the wing is open while this is set. */
  readonly words = signal<ConsentWords | null>(null);
  /** Words have been asked for and are not here yet. */
  readonly asking = signal(false);
  readonly failed = signal(false);
  meeting: Id | null = null;

  #yes: ConsentWords | null = null;
  #view: RoomView | null = null;
  /** This person put the wing aside without an answer: it does not open by itself while the same yes waits. */
  #putAside = false;

  constructor(private readonly ports: ConsentPorts) {}

  /** The person turned the switch on, or asks again to read. */
  ask(): void {
    this.#putAside = false;
    this.failed.value = false;
    this.asking.value = this.ports.send({ type: "consent_ask", language, time_zone: timeZone() });
    if (!this.asking.value) this.failed.value = true;
  }

  async show(words: ConsentWords): Promise<void> {
    this.asking.value = false;
    if ((await wordsHash(words.rows)) !== words.words_hash) {
      this.failed.value = true;
      return;
    }
    if (this.#view?.recording.allowed.includes(this.ports.you)) return;
    this.words.value = words;
  }

  /** Closes the wing without an answer; the switch opens it again. */
  putAside(): void {
    this.#putAside = true;
    this.words.value = null;
    this.asking.value = false;
  }

  async agree(): Promise<void> {
    const words = this.words.value;
    if (!words) return;
    const answer = await this.#signed("yes", words);
    if (this.words.value !== words) return;
    this.#yes = words;
    // Known before the server hears of it: its answer may already start the run.
    this.ports.agreed(words.recording);
    this.words.value = null;
    if (!this.ports.send({ type: "consent_yes", ...answer })) this.failed.value = true;
  }

  async decline(): Promise<void> {
    const words = this.words.value;
    if (!words) return;
    this.words.value = null;
    this.ports.send({ type: "consent_no", ...(await this.#signed("no", words)) });
  }

  /** Takes the yes back: own leg, partner's page, server, in this order. */
  async withdraw(): Promise<void> {
    const words = this.#yes;
    for (const recording of new Set([words?.recording, this.#view?.recording.recording])) {
      if (recording) this.ports.withdrawn(recording);
    }
    this.#yes = null;
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), SIGN_WITHIN));
    const signed = words ? await Promise.race([this.#signed("withdraw", words).catch(() => null), late]) : null;
    this.ports.send(
      signed && words
        ? { type: "consent_withdraw", nonce: words.nonce, key: signed.key, signature: signed.signature }
        : { type: "consent_withdraw" },
    );
  }

  /** "Stop" during a countdown. */
  stopCountdown(): void {
    const recording = this.#view?.recording.recording ?? null;
    if (recording) this.ports.withdrawn(recording);
    this.ports.send({ type: "countdown_stop" });
  }

  follow(view: RoomView): void {
    const before = this.#view;
    this.#view = view;
    const { recording } = view;
    const shown = this.words.value;
    const answered = recording.allowed.includes(this.ports.you);
    const asked = isAsked(view, this.ports.you);
    const lapsed = shown !== null && before !== null && isAsked(before, this.ports.you) && !asked;
    if (shown && (answered || lapsed || recording.declined || !view.may_record)) this.words.value = null;
    if (!asked) this.#putAside = false;
    if (asked && !this.words.value && !this.asking.value && !this.#putAside && view.may_record) this.ask();
  }

  /** The server refused a message. */
  refused(about: string | null): void {
    if (about === "consent_ask") this.asking.value = false;
    if (about === "consent_yes" || about === "consent_no") this.words.value = null;
  }

  async #signed(answer: "yes" | "no" | "withdraw", words: ConsentWords) {
    const { key, room, you } = this.ports;
    const hash = await wordsHash(words.rows);
    const signature = await sign(key, statement(answer, room, you, { ...words, words_hash: hash }));
    return { nonce: words.nonce, words_hash: hash, key: key.id, signature };
  }
}
