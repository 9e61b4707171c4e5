/** What a screen reader is told of the chat: the partner's new messages, at most one sentence every five seconds. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { t, tn } from "../words";

const EVERY_MS = 5000;
const TYPING_EVERY_MS = 60_000;
const LONGEST = 300;

export class Announcer {
  readonly words: ReadonlySignal<string>;
  readonly #words = signal("");
  #held: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #typingTold: number | null = null;

  constructor() {
    this.words = this.#words;
  }

  message(name: string, text: string): void {
    this.#held.push(t("chat.announced", { name, text: text.slice(0, LONGEST) }));
    if (this.#timer === undefined) this.#speak(name);
  }

  typing(name: string): void {
    const now = performance.now();
    if (this.#timer !== undefined || (this.#typingTold !== null && now - this.#typingTold < TYPING_EVERY_MS)) return;
    this.#typingTold = now;
    this.#words.value = t("chat.typing", { name });
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #speak(name: string): void {
    const [first, ...more] = this.#held;
    this.#timer = undefined;
    if (first === undefined) {
      // heard by now; words that are deleted meanwhile must not stand on here
      this.#words.value = "";
      return;
    }
    this.#words.value = more.length === 0 ? first : tn("chat.announced_many", more.length + 1, { name });
    this.#held = [];
    this.#timer = setTimeout(() => this.#speak(name), EVERY_MS);
  }
}
