/**
 * Comparing and confirming the other seat's snapshots. Nothing that one replaces is given up before this browser has found
 * nothing missing; where much was deleted, or earlier states go for no reason, before its person has said so.
 */
import * as Y from "yjs";
import { ApiError } from "../api.ts";
import type { Id, Seat } from "../protocol";
import { sameState } from "./compare";
import { type DocJournal, FROM_OTHER } from "./doc_journal";
import type { Feed } from "./feed";
import { type GivenUp, isMuch, isNone, type Loss, less, lossOf, NO_LOSS, plus } from "./loss";
import type { Changed, JournalFrame } from "./protocol";
import { type Replayed, replayed } from "./replayed";
import type { Requests, SnapshotAbout } from "./requests";
import { goTo, roots } from "./restore";
import { type Remembers, Silent } from "./silent";
import type { KeptStates } from "./states";
import { until } from "./until";

/** `unequal`: it lacks or changes something. `gives_up`: with it go earlier states that hold nothing of what was deleted.
 * `deleted_much`: the other deleted much, for good. */
export type Question = "unequal" | "gives_up" | "deleted_much";
export const QUESTIONS: readonly Question[] = ["unequal", "gives_up", "deleted_much"];

export interface ConfirmingPorts {
  open(body: Uint8Array): Promise<Uint8Array> | Uint8Array;
  online(): boolean;
  ask(code: Question, values: Readonly<Record<string, number>> | null): void;
  unask(): void;
  /** What this person has agreed to elsewhere, and is not asked about again. */
  readonly givenUp?: GivenUp;
  /** What must be known over a closed page; left out: nothing is. */
  readonly remembers?: Remembers;
  /** A person has answered; what had to wait for that may go on. */
  answered(): void;
}

/** What waits for a person's answer. */
interface Asked {
  /** The other's snapshot; null: one that this browser would make itself. */
  readonly about: SnapshotAbout | null;
  readonly code: Question;
  readonly before: Uint8Array | null;
  /** `before` is from when the other had deleted nothing yet. */
  readonly exact: boolean;
  /** What this page had seen go by then. */
  readonly counted: Loss;
}

export class Confirming {
  #asked: Asked | null = null;
  /** Snapshots that may take earlier states with them, and those that cannot be confirmed any more. */
  readonly #mayGiveUp = new Set<Id>();
  readonly #passedOver = new Set<Id>();
  /** Deletions by the other seat that this browser could bring back. */
  readonly #deletions: Y.UndoManager;
  #loss = NO_LOSS;
  /** This browser's own snapshot that waits for the other, and what of theirs goes with it. */
  #made: { readonly upto: number; readonly counted: Loss } | null = null;
  readonly #silent: Silent;

  constructor(
    private readonly it: DocJournal,
    private readonly feed: Feed,
    private readonly you: Seat,
    private readonly requests: Requests,
    private readonly states: KeptStates,
    private readonly ports: ConfirmingPorts,
  ) {
    this.#silent = new Silent(ports.remembers);
    this.#deletions = new Y.UndoManager(roots(it.doc), {
      trackedOrigins: new Set([FROM_OTHER]),
      captureTimeout: 0,
      // Only what is missing comes back: what they wrote at the same time stays, but for values put in others' place.
      deleteFilter: ({ parentSub, left }) => parentSub !== null && left !== null,
      captureTransaction: (transaction) => this.#noteLoss(transaction),
    });
  }

  #noteLoss(transaction: Y.Transaction): boolean {
    if (transaction.origin !== FROM_OTHER) return false;
    const lost = lossOf(transaction, false, this.ports.givenUp);
    this.#loss = plus(this.#loss, lost);
    return !isNone(lost);
  }

  /** Looks at the oldest that waits for this seat: compares it, and confirms it or asks. */
  async verify(): Promise<void> {
    const all = await this.states.all();
    const mine = (one: SnapshotAbout) => !one.confirmed && one.by !== this.you && !this.#passedOver.has(one.id);
    const about = all.find(mine);
    if (!about) {
      if (this.#asked?.about) this.unask();
      return;
    }
    if (this.#asked?.about?.id === about.id) return;
    await until(() => this.feed.sure >= about.upto, this.ports.online);
    await this.feed.settled();
    const seen = this.it.log.baseId === about.id ? null : this.it.log.state(about.upto);
    // A page that began with the other's snapshot has seen nothing of what that replaces: it reads the entries.
    const read = seen ? null : await this.#replay(about.upto);
    const now = seen ?? read?.now ?? null;
    try {
      await this.#judge(about, now, read, all);
    } finally {
      now?.destroy();
    }
  }

  async #judge(
    about: SnapshotAbout,
    now: Y.Doc | null,
    read: Replayed | null,
    all: readonly SnapshotAbout[],
  ): Promise<void> {
    const counted = this.#loss;
    const loss = read?.loss ?? this.#open;
    const last = all.filter((one) => one.confirmed && one.upto <= about.upto).at(-1);
    const ask = async (code: Question, values: Readonly<Record<string, number>> | null) => {
      const before = read?.before ?? (last ? await this.states.update(last.id) : null);
      this.#asked = { about, code, before, exact: Boolean(read?.before), counted };
      this.ports.ask(code, values);
    };
    if (!now || !(await this.#equals(now, about.id))) await ask("unequal", null);
    else {
      const needless = this.#mayGiveUp.has(about.id) ? [] : await this.states.holding(about.drops, now, false);
      if (needless.length > 0) await ask("gives_up", { n: needless.length });
      // Also where nothing was said of forgetting: what this one replaces is given up all the same.
      else if (isMuch(loss, await this.#silent.sum())) await ask("deleted_much", { ...loss });
      else await this.#confirm(about, counted, loss);
    }
  }

  async #equals(now: Y.Doc, id: Id): Promise<boolean> {
    const theirs = await this.states.fetch(id);
    const equal = theirs !== null && sameState(now, theirs);
    theirs?.destroy();
    return equal;
  }

  #replay(upto: number): Promise<Replayed | null> {
    const read = (each: (frame: JournalFrame) => Promise<void>) =>
      this.requests.journal(this.it.journal, 0, each, true);
    return replayed(read, this.ports.open, this.you, upto, this.ports.givenUp);
  }

  /** `counted`: what this page had seen go when it was decided; what goes meanwhile is for the next. `silent`: what is
   * given up without a person's word; null: they have given it. */
  async #confirm({ id, upto }: SnapshotAbout, counted: Loss, silent: Loss | null): Promise<void> {
    this.unask();
    await (silent ? this.#silent.add(id, silent) : this.#silent.settle(id));
    try {
      await this.requests.confirm(this.it.journal, id);
    } catch (error) {
      const code = error instanceof ApiError ? error.code : "";
      // Replaced meanwhile by a newer one, too much was written after it, or a browser of this person's own must: the next
      // is looked at.
      if (!["no_such_snapshot", "snapshot_old", "link_wanted"].includes(code)) throw error;
      this.#passedOver.add(id);
      return await this.verify();
    }
    this.#given(counted);
    this.it.settled(Math.min(upto, this.feed.sure));
  }

  // --- this browser's own snapshots -----------------------------------------------------------------------------------

  /**
   * Before one is sent: the other's browser confirms it, and all that they deleted goes with it for good, as it would
   * with one of theirs. False: its person is asked first, or something of the other's still waits for an answer.
   */
  async mayMake(): Promise<boolean> {
    await this.verify();
    if (this.#asked) return false;
    const loss = this.#open;
    if (!isMuch(loss, await this.#silent.sum())) return true;
    this.#asked = { about: null, code: "deleted_much", before: null, exact: false, counted: this.#loss };
    this.ports.ask("deleted_much", { ...loss });
    return false;
  }

  /** It is at the server. */
  async made(id: Id, upto: number): Promise<void> {
    const silent = this.#open;
    this.#made = { upto, counted: this.#loss };
    await this.#silent.add(id, silent);
  }

  /** A snapshot was confirmed, here or elsewhere: what went with it is not asked about any more. */
  confirmed({ by, upto }: Changed): void {
    if (this.#asked?.about) this.unask();
    if (by !== this.you) {
      if (this.feed.reached <= upto) this.#given(this.#loss);
    } else if (this.#made && this.#made.upto <= upto) {
      this.#given(this.#made.counted);
      this.#made = null;
    }
  }

  /** Somebody went back: nothing that was asked about stands any more, and nothing that was made. */
  undone(): void {
    this.#made = null;
    this.unask();
  }

  /** What went and is in no snapshot of this browser's. */
  get #open(): Loss {
    return this.#made ? less(this.#loss, this.#made.counted) : this.#loss;
  }

  #given(loss: Loss): void {
    this.#loss = less(this.#loss, loss);
    if (isNone(this.#loss)) this.#deletions.clear();
  }

  // --- a person's answer --------------------------------------------------------------------------------------------

  /** The other's snapshot may stand, whatever it lacks or gives up. */
  async accept(): Promise<void> {
    const asked = this.#asked;
    if (asked?.code === "gives_up" && asked.about) {
      this.#mayGiveUp.add(asked.about.id);
      this.unask();
      await this.verify();
    } else if (asked) await this.#settle(asked, asked.counted);
  }

  /** The journal stands on what it stood on before the other's snapshot. */
  async undo(): Promise<void> {
    const about = this.#asked?.about;
    if (!about) return;
    await this.requests.restore(this.it.journal, about.id);
    this.unask();
  }

  /** What the other deleted comes back, by ordinary changes. */
  async bringBack(): Promise<void> {
    const asked = this.#asked;
    if (!asked) return;
    const seen = this.#deletions.undoStack.length > 0;
    while (this.#deletions.undoStack.length > 0) this.#deletions.undo();
    if (asked.before && (asked.exact || !seen)) goTo(this.it.doc, asked.before, null, true);
    await this.#settle(asked, this.#loss);
  }

  /** Its person has said what becomes of what the other deleted. */
  async #settle({ about }: Asked, counted: Loss): Promise<void> {
    if (about) await this.#confirm(about, counted, null);
    else {
      this.unask();
      await this.#silent.settle(null);
      this.#given(counted);
    }
    this.ports.answered();
  }

  unask(): void {
    this.#asked = null;
    this.ports.unask();
  }

  close(): void {
    this.#deletions.destroy();
  }
}
