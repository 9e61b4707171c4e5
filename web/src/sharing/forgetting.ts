/**
 * What was deleted here and must be forgotten: when to ask for it, whether somebody has, and whether it was agreed to. It is
 * kept over a closed page until the other seat's browser has agreed; only then nothing of it is left on the server.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Id } from "../protocol";
import { RUN } from "./compare";
import { isNone, type Loss, NO_LOSS, plus } from "./loss";
import type { SnapshotAbout } from "./requests";

export interface ForgettingPorts {
  /** The time has come. */
  run(): void;
  /** Whether text that was deleted must still be forgotten; kept over a closed page. */
  mark(wanted: boolean): void;
  /** Somebody went back: what was deleted stays in what is kept. */
  undone(): void;
}

/** A feature says that it is done with deleting. */
const HASTENED_MS = 4000;
/** Something was deleted, and nothing more since. */
const SOON_MS = 15_000;
/** A letter or two, as whoever types corrects them. */
const SLOW_MS = 60_000;
/** Also where deleting never ends. */
const LONGEST_MS = 120_000;

export class Forgetting {
  readonly #waits = signal(false);
  /** It was asked for, and the other's browser has not agreed yet. */
  readonly waits: ReadonlySignal<boolean> = this.#waits;
  #wanted = false;
  #loss: Loss = NO_LOSS;
  /** The deletions are among the entries up to this one. */
  #upto = 0;
  #first = 0;
  #asked: { readonly id: Id; readonly upto: number } | null = null;
  /** Somebody went back: only a person, or the next deletion, begins again. */
  #rests = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(private readonly ports: ForgettingPorts) {}

  get wanted(): boolean {
    return this.#wanted;
  }

  /** Enough was lost that earlier states may hold it; also what an earlier page lost, who knows how much. */
  get #mayBeHeld(): boolean {
    const { whole, shapes, letters } = this.#loss;
    return isNone(this.#loss) || whole + shapes > 0 || letters >= RUN;
  }

  /** Something of this seat's own was lost, in entry `upto` or before; Infinity: it is not sent yet. */
  lost(loss: Loss, upto: number): void {
    if (isNone(loss)) return;
    this.#upto = Math.max(this.#upto, upto);
    this.#loss = plus(this.#loss, loss);
    this.#want();
    this.#later(this.#mayBeHeld ? SOON_MS : SLOW_MS);
  }

  /** As an earlier page left it. */
  recall(): void {
    this.#want();
    this.hasten();
  }

  /** The server may have come back with what was forgotten long ago. */
  anew(): void {
    this.#upto = Number.POSITIVE_INFINITY;
    this.recall();
  }

  hasten(): void {
    this.#rests = false;
    this.resume();
  }

  /** The line is there again. */
  resume(): void {
    if (this.#wanted && !this.#rests) this.#later(HASTENED_MS);
  }

  /** It could not be done just now. */
  again(ms: number): void {
    this.#first = 0;
    this.#later(ms);
  }

  #want(): void {
    if (!this.#wanted) this.ports.mark(true);
    this.#wanted = true;
    this.#rests = false;
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const now = Date.now();
    if (this.#first === 0) this.#first = now;
    const within = Math.max(0, this.#first + LONGEST_MS - now);
    this.#timer = setTimeout(() => this.ports.run(), Math.min(ms, within));
  }

  /** Whether what is there already forgets it all. `sure`: all that is here and durable; `holding`: which of those kept
   * hold what was deleted, asked only where they can. */
  async isCovered(
    all: readonly SnapshotAbout[],
    sure: number,
    holding: () => Promise<readonly Id[]>,
  ): Promise<{ readonly covered: boolean; readonly drops: readonly Id[] }> {
    const last = all.at(-1);
    const drops = this.#mayBeHeld ? await holding() : [];
    const reached = Math.min(this.#upto, sure) <= (last?.upto ?? 0);
    return { covered: reached && drops.every((id) => last !== undefined && isDropped(id, last, all)), drops };
  }

  /** All that was lost until `begin` is in this snapshot, or there was nothing to forget. */
  done(asked: SnapshotAbout | { readonly id: Id; readonly upto: number } | null, since: Loss): void {
    this.#asked = asked && { id: asked.id, upto: asked.upto };
    if (this.#loss === since) {
      clearTimeout(this.#timer);
      this.#wanted = false;
      this.#upto = this.#first = 0;
      this.#loss = NO_LOSS;
    }
    this.#tell();
  }

  /** To be given to `done`: what is lost after this call is not in what is made. */
  begin(): Loss {
    return this.#loss;
  }

  get asked(): boolean {
    return this.#asked !== null;
  }

  /** What became of what was asked for. */
  look(all: readonly SnapshotAbout[]): void {
    const asked = this.#asked;
    if (!asked) return;
    const there = all.find(({ id }) => id === asked.id);
    if (there && !there.confirmed) return;
    const later = all.find(({ upto }) => upto >= asked.upto);
    if (there?.confirmed || later?.confirmed) this.#asked = null;
    else if (later) this.#asked = { id: later.id, upto: later.upto };
    else {
      this.#asked = null;
      this.#want();
      this.#rests = true;
      this.#upto = Number.POSITIVE_INFINITY;
      clearTimeout(this.#timer);
      this.ports.undone();
    }
    this.#tell();
  }

  #tell(): void {
    this.#waits.value = this.#asked !== null;
    if (!this.#asked && !this.#wanted) this.ports.mark(false);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}

/** Whether the last snapshot takes this one with it once it is confirmed. */
function isDropped(id: Id, last: SnapshotAbout, all: readonly SnapshotAbout[]): boolean {
  if (last.confirmed) return false;
  const one = all.find((each) => each.id === id);
  return last.drops.includes(id) || (one?.confirmed === true && one.meeting === last.meeting);
}
