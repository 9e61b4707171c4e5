/**
 * A journal's snapshots: making one when asked, comparing and confirming the other's, and forgetting what was deleted.
 * Nothing that a snapshot replaces is given up before the other seat's browser has found nothing missing; where much was
 * deleted, before its person has said so.
 */
import * as Y from "yjs";
import { ApiError } from "../api.ts";
import type { Id, Seat } from "../protocol";
import { holdsDeleted, isMuch, type Loss, lossOf, sameState } from "./compare";
import { type DocJournal, FROM_OTHER } from "./doc_journal";
import type { Feed } from "./feed";
import { tryApply } from "./log";
import type { Changed, JournalFrame } from "./protocol";
import { type Replayed, replayed } from "./replayed";
import type { Requests, SnapshotAbout } from "./requests";
import { goTo, roots } from "./restore";
import { until } from "./until";

export interface KeeperPorts {
  seal(update: Uint8Array): Promise<Uint8Array> | Uint8Array;
  open(body: Uint8Array): Promise<Uint8Array> | Uint8Array;
  online(): boolean;
  /** Nothing of this journal waits to be sent. */
  allSent(): boolean;
  /** `unequal`: the other's snapshot lacks or changes something. `deleted_much`: they deleted much, for good. */
  ask(code: "unequal" | "deleted_much", values: Loss | null): void;
  unask(): void;
  /** Whether text that was deleted must still be forgotten; kept over a closed page. */
  mark(wanted: boolean): void;
}

const FORGET_AFTER_MS = 4000;
const LOOK_AGAIN_MS = 1000;

export class Keeper {
  #chain: Promise<unknown> = Promise.resolve();
  #forget: ReturnType<typeof setTimeout> | undefined;
  #wanted = false;
  #closed = false;
  /** What waits for a person's answer. */
  #asked: { about: SnapshotAbout; before: Uint8Array | null } | null = null;
  /** Deletions by the other seat that this browser could bring back. */
  readonly #deletions: Y.UndoManager;
  #loss: Loss = { whole: 0, letters: 0 };

  constructor(
    private readonly it: DocJournal,
    private readonly feed: Feed,
    private readonly you: Seat,
    private readonly requests: Requests,
    private readonly ports: KeeperPorts,
  ) {
    this.#deletions = new Y.UndoManager(roots(it.doc), {
      trackedOrigins: new Set([FROM_OTHER]),
      captureTimeout: 0,
      captureTransaction: (transaction) => this.#noteLoss(transaction),
    });
  }

  /** The server asks for a snapshot: of everything, also where it was fetched for that alone. */
  compact(): void {
    this.#queue(async () => {
      await until(() => this.feed.complete, this.ports.online);
      await this.#make(null);
    });
  }

  /** Something was deleted for good: some seconds from now, once all is stored, nothing of it is left on the server. */
  forgetSoon(): void {
    this.#wanted = true;
    this.ports.mark(true);
    this.#forgetLater(FORGET_AFTER_MS);
  }

  changed(message: Changed): void {
    if (message.again) {
      this.#unask();
      this.it.again();
      this.feed.again();
    } else if (message.confirmed) {
      this.#unask();
      this.#queue(async () => this.it.log.fold(Math.min(message.upto, this.feed.sure)));
    } else if (message.by !== this.you) this.look();
  }

  /** Looks whether there is a snapshot of the other's to confirm. */
  look(): void {
    this.#queue(() => this.#verify());
    if (this.#wanted) this.#forgetLater(FORGET_AFTER_MS);
  }

  /** The other's snapshot may stand, whatever it lacks. */
  async accept(): Promise<void> {
    const asked = this.#asked;
    if (asked) await this.#confirm(asked.about, true);
  }

  /** The journal stands on what it stood on before the other's snapshot. */
  async undo(): Promise<void> {
    const asked = this.#asked;
    if (!asked) return;
    await this.requests.restore(this.it.journal, asked.about.id);
    this.#unask();
  }

  /** What the other deleted comes back, by ordinary changes. */
  async bringBack(): Promise<void> {
    const asked = this.#asked;
    if (!asked) return;
    if (this.#deletions.undoStack.length > 0) while (this.#deletions.undoStack.length > 0) this.#deletions.undo();
    else if (asked.before) goTo(this.it.doc, asked.before, null, true);
    await this.#confirm(asked.about, true);
  }

  /** A snapshot of all that can be shown, in place of what is broken. */
  async heal(): Promise<void> {
    await this.#queue(() => this.#make(null, true));
  }

  /** What the log holds as far as it is here and durable, in a copy of its own: without what was deleted, and without
   * what waits to be sent. `clean`: without what waits for changes that never come. */
  async stored(clean = false): Promise<{ upto: number; update: Uint8Array } | null> {
    await this.feed.settled();
    const upto = this.feed.sure;
    const state = this.it.log.state(upto);
    if (!state) return null;
    if (clean) state.store.pendingStructs = state.store.pendingDs = null;
    const update = Y.encodeStateAsUpdate(state);
    state.destroy();
    return { upto, update };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#forget);
    this.#deletions.destroy();
  }

  #queue(job: () => Promise<unknown>): Promise<unknown> {
    const done = this.#chain.then(async () => {
      if (!this.#closed) await job();
    });
    this.#chain = done.catch((error: unknown) => {
      if (!this.#closed) console.warn("a snapshot was not made or compared", error);
    });
    return done;
  }

  #noteLoss(transaction: Y.Transaction): boolean {
    if (transaction.origin !== FROM_OTHER) return false;
    const { whole, letters } = lossOf(transaction);
    this.#loss = { whole: this.#loss.whole + whole, letters: this.#loss.letters + letters };
    return whole + letters > 0;
  }

  // --- making -------------------------------------------------------------------------------------------------------

  /** `forgets`: kept snapshots to be dropped with it; null: an ordinary compaction. */
  async #make(forgets: readonly Id[] | null, clean = false): Promise<boolean> {
    const stored = await this.stored(clean);
    if (!stored || stored.upto === 0) return false;
    const { upto, update } = stored;
    try {
      const id = await this.requests.makeSnapshot(this.it.journal, upto, await this.ports.seal(update), forgets);
      this.it.log.rebase(id, upto, update);
      return true;
    } catch (error) {
      // Another browser was quicker, or the server lost its end: whoever is asked next does it.
      if (error instanceof ApiError && ["snapshot_old", "snapshot_ahead"].includes(error.code)) return false;
      throw error;
    }
  }

  #forgetLater(ms: number): void {
    clearTimeout(this.#forget);
    if (!this.#closed) this.#forget = setTimeout(() => void this.#queue(() => this.#forgetNow()), ms);
  }

  async #forgetNow(): Promise<void> {
    if (!this.#wanted) return;
    if (!this.ports.online()) return; // `look` begins again once the line is there
    if (!this.ports.allSent() || !this.feed.complete) {
      this.#forgetLater(LOOK_AGAIN_MS);
      return;
    }
    const made = await this.#make(await this.#holding(this.feed.sure));
    if (!made) {
      this.#forgetLater(LOOK_AGAIN_MS * 5);
      return;
    }
    this.#wanted = false;
    this.it.deleted = false;
    this.ports.mark(false);
  }

  /** Kept snapshots that still hold what was deleted since. */
  async #holding(upto: number): Promise<Id[]> {
    const now = this.it.log.state(upto);
    if (!now) return [];
    const found: Id[] = [];
    for (const { id } of await this.requests.snapshots(this.it.journal)) {
      const before = await this.#fetch(id);
      if (before && holdsDeleted(before, now)) found.push(id);
      before?.destroy();
    }
    now.destroy();
    return found;
  }

  // --- confirming ---------------------------------------------------------------------------------------------------

  async #verify(): Promise<void> {
    const all = await this.requests.snapshots(this.it.journal);
    const about = all.find((one) => !one.confirmed && one.by !== this.you);
    if (!about) {
      this.#unask();
      return;
    }
    if (this.#asked?.about.id === about.id) return;
    await until(() => this.feed.sure >= about.upto, this.ports.online);
    await this.feed.settled();
    const theirs = await this.#fetch(about.id);
    const seen = this.it.log.baseId === about.id ? null : this.it.log.state(about.upto);
    // A page that began with the other's snapshot has seen nothing of what that replaces: it reads the entries.
    const read = seen ? null : await this.#replay(about.upto);
    const mine = seen ?? read?.now ?? null;
    const equal = theirs !== null && mine !== null && sameState(mine, theirs);
    const loss = read?.loss ?? this.#loss;
    for (const doc of [theirs, mine]) doc?.destroy();
    const last = all.filter((one) => one.confirmed && one.upto <= about.upto).at(-1);
    const before = async () => read?.before ?? (last ? await this.#update(last.id) : null);
    if (!equal) this.#ask(about, await before(), "unequal", null);
    // Also where nothing was said of forgetting: what this one replaces is given up all the same.
    else if (isMuch(loss)) this.#ask(about, await before(), "deleted_much", loss);
    else await this.#confirm(about);
  }

  #replay(upto: number): Promise<Replayed | null> {
    const read = (each: (frame: JournalFrame) => Promise<void>) =>
      this.requests.journal(this.it.journal, 0, each, true);
    return replayed(read, this.ports.open, this.you, upto);
  }

  async #fetch(id: Id): Promise<Y.Doc | null> {
    try {
      const update = await this.ports.open(await this.requests.snapshot(this.it.journal, id));
      const doc = new Y.Doc();
      return tryApply(doc, update) ? doc : null;
    } catch (error) {
      if (error instanceof ApiError && error.code === "offline") throw error;
      return null;
    }
  }

  async #update(id: Id): Promise<Uint8Array | null> {
    const doc = await this.#fetch(id);
    const update = doc && Y.encodeStateAsUpdate(doc);
    doc?.destroy();
    return update;
  }

  async #confirm({ id, upto, forgets }: SnapshotAbout, answered = false): Promise<void> {
    this.#unask();
    try {
      await this.requests.confirm(this.it.journal, id);
    } catch (error) {
      // Replaced meanwhile by a newer one, which is looked at next.
      if (error instanceof ApiError && error.code === "no_such_snapshot") return;
      throw error;
    }
    if (forgets || answered) {
      this.#deletions.clear();
      this.#loss = { whole: 0, letters: 0 };
    }
    this.it.log.fold(Math.min(upto, this.feed.sure));
  }

  #ask(about: SnapshotAbout, before: Uint8Array | null, code: "unequal" | "deleted_much", loss: Loss | null): void {
    this.#asked = { about, before };
    this.ports.ask(code, loss);
  }

  #unask(): void {
    this.#asked = null;
    this.ports.unask();
  }
}
