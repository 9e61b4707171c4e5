/**
 * A journal's snapshots: making one when asked, having what was deleted here forgotten, and looking at the other's
 * (confirming.ts). One thing at a time.
 */
import * as Y from "yjs";
import { ApiError } from "../api.ts";
import type { Id, Seat } from "../protocol";
import { Confirming, type ConfirmingPorts } from "./confirming";
import { type DocJournal, FROM_OTHER, FROM_SELF } from "./doc_journal";
import type { Feed } from "./feed";
import { Forgetting, type ForgettingPorts } from "./forgetting";
import { lossOf } from "./loss";
import { Overflow, type OverflowPorts } from "./overflow";
import type { Changed } from "./protocol";
import type { Requests } from "./requests";
import { KeptStates } from "./states";
import { until } from "./until";

export interface KeeperPorts
  extends Omit<ConfirmingPorts, "answered">,
    Pick<ForgettingPorts, "mark" | "undone">,
    Omit<OverflowPorts, "queue" | "mayMake" | "made"> {
  /** Nothing of this journal waits to be sent. */
  allSent(): boolean;
}

const LOOK_AGAIN_MS = 1000;

interface Making {
  /** Kept snapshots to be dropped with it; left out: an ordinary compaction. */
  readonly drops?: readonly Id[];
  /** Without what waits for changes that never come. */
  readonly clean?: boolean;
  /** Of entries up to this one, where they are told apart here. */
  readonly upto?: number;
}

export class Keeper {
  readonly confirming: Confirming;
  readonly forgetting: Forgetting;
  readonly overflow: Overflow;
  readonly #states: KeptStates;
  #chain: Promise<unknown> = Promise.resolve();
  #closed = false;
  /** The partner alone has let this browser in: another of this person's forgets what was deleted here, or this one later. */
  #barred = false;

  constructor(
    private readonly it: DocJournal,
    private readonly feed: Feed,
    private readonly you: Seat,
    private readonly requests: Requests,
    private readonly ports: KeeperPorts,
  ) {
    this.#states = new KeptStates(it.journal, requests, ports.open);
    const answered = () => this.#goOn();
    this.confirming = new Confirming(it, feed, you, requests, this.#states, { ...ports, answered });
    this.forgetting = new Forgetting({
      mark: ports.mark,
      undone: ports.undone,
      run: () => void this.#queue(() => this.#forget()),
    });
    const queue = (job: () => Promise<void>) => void this.#queue(job).catch(() => undefined);
    const mayMake = () => this.confirming.mayMake();
    const made = (id: Id, upto: number) => this.confirming.made(id, upto);
    this.overflow = new Overflow(it, feed, requests, { ...ports, queue, mayMake, made });
    it.doc.on("afterTransaction", this.#watch);
  }

  /** Whatever feature or undo deleted something of this seat's document: it is forgotten in the end. */
  #watch = (transaction: Y.Transaction): void => {
    if (transaction.origin === FROM_OTHER) {
      // There may be room now for what waits here.
      if (transaction.deleteSet.clients.size > 0) this.overflow.resume();
      return;
    }
    const live = transaction.origin === FROM_SELF && this.feed.complete;
    this.forgetting.lost(lossOf(transaction, true), live ? this.feed.reached : Number.POSITIVE_INFINITY);
  };

  /** The server asks for a snapshot of all up to an entry, also where this page was fetched for that alone. */
  compact(upto: number): void {
    this.#queue(async () => {
      await until(() => this.feed.complete, this.ports.online);
      if (await this.#make({ upto })) return;
      // It cannot be made of so little any more; where another was quicker there is nothing left to do.
      if (((await this.#states.all()).at(-1)?.upto ?? 0) < upto) await this.#make({});
    });
  }

  changed(message: Changed): void {
    if (message.again) {
      this.confirming.undone();
      this.it.again();
      this.feed.again();
    } else if (message.confirmed) {
      this.confirming.confirmed(message);
      this.#queue(async () => this.it.settled(Math.min(message.upto, this.feed.sure)));
    } else if (message.by !== this.you) this.#queue(() => this.confirming.verify());
    this.#queue(() => this.#lookAfter());
  }

  /** All is here: looks whether there is something to confirm, or still to be forgotten. */
  look(): void {
    this.#queue(() => this.confirming.verify());
    this.#queue(() => this.#lookAfter());
    this.forgetting.resume();
  }

  /** A snapshot of all that can be shown, in place of what is broken. */
  async heal(): Promise<void> {
    await this.#queue(() => this.#make({ clean: true }));
  }

  /** What the log holds as far as it is here and durable, in a copy of its own: without what was deleted, and without
   * what waits to be sent. */
  async stored({ clean = false, upto: wanted }: Making = {}): Promise<{ upto: number; update: Uint8Array } | null> {
    await this.feed.settled();
    const upto = Math.min(wanted ?? this.feed.sure, this.feed.sure);
    const state = this.it.log.state(upto);
    if (!state) return null;
    if (clean) state.store.pendingStructs = state.store.pendingDs = null;
    const update = Y.encodeStateAsUpdate(state);
    state.destroy();
    return { upto, update };
  }

  close(): void {
    this.#closed = true;
    this.it.doc.off("afterTransaction", this.#watch);
    this.forgetting.close();
    this.overflow.close();
    this.confirming.close();
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

  // --- making -------------------------------------------------------------------------------------------------------

  /** Null: another browser was quicker, or the server lost its end: whoever is asked next does it. Or its person is asked
   * something first: `#goOn` comes after that. */
  async #make(making: Making): Promise<{ id: Id; upto: number } | null> {
    const stored = await this.stored(making);
    if (!stored || stored.upto === 0) return null;
    const { upto, update } = stored;
    const { journal, log } = this.it;
    if (!(await this.confirming.mayMake())) return null;
    try {
      const id = await this.requests.makeSnapshot(journal, upto, await this.ports.seal(update), making.drops ?? null);
      log.rebase(id, upto, update);
      await this.confirming.made(id, upto);
      return { id, upto };
    } catch (error) {
      const code = error instanceof ApiError ? error.code : "";
      this.#barred = code === "link_wanted";
      if (this.#barred || code === "snapshot_old" || code === "snapshot_ahead") return null;
      throw error;
    }
  }

  #goOn(): void {
    this.forgetting.resume();
    this.overflow.resume();
  }

  // --- forgetting ---------------------------------------------------------------------------------------------------

  async #forget(): Promise<void> {
    const { forgetting, feed } = this;
    if (!forgetting.wanted || this.#barred || !this.ports.online()) return; // `look` begins again once the line is there
    if (!this.ports.allSent() || !feed.complete) {
      forgetting.again(LOOK_AGAIN_MS);
      return;
    }
    const [before, upto] = [forgetting.begin(), feed.sure];
    const all = await this.#states.all();
    const ids = all.map(({ id }) => id);
    const { covered, drops } = await forgetting.isCovered(all, upto, () => this.#holding(ids, upto));
    const last = all.at(-1);
    if (covered) forgetting.done(last && !last.confirmed ? last : null, before);
    else {
      const made = await this.#make({ drops, upto });
      if (made) forgetting.done(made, before);
      else forgetting.again(LOOK_AGAIN_MS * 5);
    }
  }

  /** Kept snapshots that still hold what was deleted since. */
  async #holding(ids: readonly Id[], upto: number): Promise<Id[]> {
    const now = this.it.log.state(upto);
    const found = now ? await this.#states.holding(ids, now) : [];
    now?.destroy();
    return found;
  }

  async #lookAfter(): Promise<void> {
    if (this.forgetting.asked) this.forgetting.look(await this.#states.all());
  }
}
