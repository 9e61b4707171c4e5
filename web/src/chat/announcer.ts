/** What a screen reader is told of the chat: the partner's new messages, at most one sentence every five seconds. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { t, tn } from "../words";

const EVERY_MS = 5000;
const TYPING_EVERY_MS = 60_000;
const LONGEST = 300;

export class Announcer {
  readonly words: ReadonlySignal<string>;
  readonly #words = signal("");
  #held: { readonly n: number; readonly words: string }[] = [];
  #name = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #typingTold: number | null = null;
  #calm = false;

  constructor() {
    this.words = this.#words;
  }

  /** `n`: its number. */
  message(name: string, text: string, n: number): void {
    this.#held.push({ n, words: t("chat.announced", { name, text: text.slice(0, LONGEST) }) });
    this.#name = name;
    if (this.#timer === undefined && !this.#calm) this.#speak();
  }

  /** What was deleted before it was said is not said any more. */
  forget(isGone: (n: number) => boolean): void {
    if (this.#held.length > 0) this.#held = this.#held.filter(({ n }) => !isGone(n));
  }

  /** While somebody thinks nothing is said; what came meanwhile is told afterwards, as one. */
  calm(on: boolean): void {
    this.#calm = on;
    if (!on && this.#held.length > 0 && this.#timer === undefined) this.#speak();
  }

  typing(name: string): void {
    if (this.#calm) return;
    const now = performance.now();
    if (this.#timer !== undefined || (this.#typingTold !== null && now - this.#typingTold < TYPING_EVERY_MS)) return;
    this.#typingTold = now;
    this.#words.value = t("chat.typing", { name });
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #speak(): void {
    this.#timer = undefined;
    if (this.#calm) {
      this.#words.value = "";
      return;
    }
    const [first, ...more] = this.#held;
    if (first === undefined) {
      // heard by now; words that are deleted meanwhile must not stand on here
      this.#words.value = "";
      return;
    }
    this.#words.value =
      more.length === 0 ? first.words : tn("chat.announced_many", more.length + 1, { name: this.#name });
    this.#held = [];
    this.#timer = setTimeout(() => this.#speak(), EVERY_MS);
  }
}
