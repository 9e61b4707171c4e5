/**
 * What the other does with board, shared notes and topics, as far as it can be known without the documents: whoever
 * writes says in a passing word up to which entry of the document it was, and whoever looks remembers how far the
 * document reached then. Small: the meeting loads it without any panel.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Transaction } from "yjs";
import { newId } from "../protocol";
import type { Sharing } from "../sharing/types";
import { keepMarks, type Marks, marksKept, ON_DOCUMENT, type OnDocument, wholeNumber } from "./marks";
import type { Panel } from "./together";
import { writtenIn } from "./written";

export const KIND = "panels";
const SOON_MS = 400;
const DOING_MS = 10_000;
const REPEAT_MS = 20_000;
const GONE_MS = 50_000;
const MOST_PAGES = 8;

export interface Seen {
  /** What lies open here and can be seen. */
  readonly looking: ReadonlySignal<readonly Panel[]>;
  /** Nothing may nag just now. */
  readonly calm: ReadonlySignal<boolean>;
}

type On = Pick<Sharing, "room" | "you" | "reach" | "unsent" | "partnerHere" | "work" | "pass" | "onPass">;
type Heard = Readonly<Record<string, unknown>>;

export class Activity {
  readonly #marks = signal<Marks>(marksKept(null));
  readonly #told = signal<readonly OnDocument[]>([]);
  /** Where there is something new from the other since one last looked. While nothing may nag it does not rise. */
  readonly fresh: ReadonlySignal<readonly OnDocument[]> = this.#told;
  readonly #doing = signal<OnDocument | null>(null);
  /** Where the other is at work in this moment, or has just come. */
  readonly doing: ReadonlySignal<OnDocument | null> = this.#doing;
  readonly #there = signal<readonly string[]>([]);
  /** The other has the board open. Of the notes it is not said: they may be the private ones. */
  readonly atBoard: ReadonlySignal<boolean> = computed(() => this.#there.value.length > 0);
  readonly #page = newId();
  readonly #gone = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #written = new Set<OnDocument>();
  #said: OnDocument | null = null;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #rests: ReturnType<typeof setTimeout> | undefined;
  readonly #ends: (() => void)[] = [];

  constructor(
    private readonly sharing: On,
    private readonly seen: Seen,
    private readonly storage: Pick<Storage, "getItem" | "setItem"> | null,
  ) {
    this.#marks.value = marksKept(storage?.getItem(this.#place) ?? null);
    const repeating = setInterval(() => this.#isAtBoard() && this.#say(), REPEAT_MS);
    this.#ends.push(
      () => clearInterval(repeating),
      sharing.onPass(KIND, (data, seat) => {
        if (seat !== sharing.you && typeof data === "object" && data !== null) this.#hear(data as Heard);
      }),
      effect(() => this.#look()),
      effect(() => this.#tell()),
      effect(() => this.#follow()),
      effect(() => {
        // what waited is stored now
        if (sharing.unsent.value === 0 && sharing.reach.value !== null && this.#written.size > 0) this.#saySoon();
      }),
      effect(() => {
        if (sharing.partnerHere.value) this.#saySoon();
        else this.#nobody();
      }),
      effect(() => {
        void this.#atBoard.value;
        this.#saySoon();
      }),
    );
  }

  // --- what one does oneself ----------------------------------------------------------------------------------------

  readonly #atBoard = computed(() => this.seen.looking.value.includes("whiteboard"));

  #isAtBoard(): boolean {
    return this.#atBoard.peek();
  }

  /** What lies open has been seen as far as the document reaches. */
  #look(): void {
    const { work, reach } = this.sharing;
    const n = reach.value;
    if (!work.value?.ready.value || n === null) return;
    for (const panel of ON_DOCUMENT) {
      const { looked, heard } = this.#marks.value[panel];
      const seen = Math.max(n, heard);
      if (this.seen.looking.value.includes(panel) && seen !== looked) this.#mark(panel, { looked: seen });
    }
  }

  #follow(): (() => void) | undefined {
    const doc = this.sharing.work.value?.doc;
    if (!doc) return undefined;
    const written = (transaction: Transaction): void => {
      const panels = writtenIn(transaction);
      if (panels.length === 0) return;
      for (const panel of panels) this.#written.add(panel);
      this.#said = panels[0] ?? null;
      this.#saySoon();
    };
    doc.on("afterTransaction", written);
    return () => doc.off("afterTransaction", written);
  }

  #saySoon(): void {
    this.#soon ??= setTimeout(() => this.#say(), SOON_MS);
  }

  #say(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const reach = this.sharing.reach.peek();
    if (reach !== null && this.sharing.unsent.peek() === 0) {
      for (const panel of this.#written) this.#mark(panel, { wrote: reach });
      this.#written.clear();
    }
    const marks = this.#marks.peek();
    const wrote = Object.fromEntries(ON_DOCUMENT.map((panel) => [panel, marks[panel].wrote]));
    this.sharing.pass(KIND, { i: this.#page, o: this.#isAtBoard(), w: wrote, d: this.#said });
    this.#said = null;
  }

  // --- what the other does ------------------------------------------------------------------------------------------

  /** What comes may be anything. */
  #hear({ i, o, w, d }: Heard): void {
    for (const panel of ON_DOCUMENT) {
      const n = wholeNumber((w as Heard | null | undefined)?.[panel]);
      if (n > this.#marks.peek()[panel].heard) this.#mark(panel, { heard: n });
    }
    if (typeof i === "string" && i.length <= 16) this.#isThere(i, o === true);
    const panel = ON_DOCUMENT.find((one) => one === d);
    if (panel) this.#works(panel);
  }

  #isThere(page: string, there: boolean): void {
    clearTimeout(this.#gone.get(page));
    this.#gone.delete(page);
    const others = this.#there.peek().filter((one) => one !== page);
    if (there && others.length < MOST_PAGES) {
      if (others.length === this.#there.peek().length) this.#works("whiteboard");
      this.#there.value = [...others, page];
      this.#gone.set(
        page,
        setTimeout(() => this.#isThere(page, false), GONE_MS),
      );
    } else if (others.length < this.#there.peek().length) this.#there.value = others;
  }

  #works(panel: OnDocument): void {
    this.#doing.value = panel;
    clearTimeout(this.#rests);
    this.#rests = setTimeout(() => {
      this.#doing.value = null;
    }, DOING_MS);
  }

  #nobody(): void {
    for (const timer of this.#gone.values()) clearTimeout(timer);
    this.#gone.clear();
    clearTimeout(this.#rests);
    this.#there.value = [];
    this.#doing.value = null;
  }

  #tell(): void {
    const marks = this.#marks.value;
    const fresh = ON_DOCUMENT.filter((panel) => marks[panel].heard > marks[panel].looked);
    const told = this.#told.peek();
    const now = this.seen.calm.value ? told.filter((panel) => fresh.includes(panel)) : fresh;
    if (now.join() !== told.join()) this.#told.value = now;
  }

  // --- what is kept -------------------------------------------------------------------------------------------------

  get #place(): string {
    return `visavis:${this.sharing.room}:${this.sharing.you}:looked`;
  }

  #mark(panel: OnDocument, changed: Partial<Marks[OnDocument]>): void {
    const marks = this.#marks.peek();
    this.#marks.value = { ...marks, [panel]: { ...marks[panel], ...changed } };
    keepMarks(this.storage, this.#place, this.#marks.peek());
  }

  close(): void {
    for (const end of this.#ends.splice(0)) end();
    clearTimeout(this.#soon);
    this.sharing.pass(KIND, { i: this.#page, o: false });
    this.#nobody();
  }
}
