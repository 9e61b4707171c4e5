/**
 * What was written and does not fit: room is made for it where that can be, what needs no room or little goes meanwhile,
 * and the person is told which thing is in the way. Nothing leaves the outbox before the server has it in some form.
 */
import * as Y from "yjs";
import { ApiError } from "../api.ts";
import { type Id, newId } from "../protocol";
import type { DocJournal } from "./doc_journal";
import type { Feed } from "./feed";
import { deletions, eases, news, standing, type Thing, thingOf } from "./fitting";
import type { Waiting } from "./outbox";
import { MAX_BODY_BYTES, MAX_ENTRY_BYTES } from "./protocol";
import type { Requests } from "./requests";

export interface OverflowPorts {
  seal(update: Uint8Array): Promise<Uint8Array> | Uint8Array;
  open(body: Uint8Array): Promise<Uint8Array> | Uint8Array;
  /** What of this journal is not stored yet, in order. */
  waiting(): readonly Waiting[];
  /** After what is done with snapshots already. */
  queue(job: () => Promise<void>): void;
  /** Whether a snapshot may be made now; otherwise `resume` follows. */
  mayMake(): Promise<boolean>;
  /** One was. */
  made(id: Id, upto: number): Promise<void>;
  /** How much the journal may hold. */
  limit(): number;
  /** These are not sent for now, whatever room there is. */
  keepBack(entries: readonly Waiting[]): void;
  /** These are stored, as part of something else. */
  stored(entries: readonly Waiting[]): void;
  /** One entry that says what these say. */
  replace(entries: readonly Waiting[], one: Waiting): Promise<void>;
  /** What was refused does not hold these up. */
  allow(locals: readonly Id[]): void;
  /** Something large is in the way of all that was written after it. */
  inTheWay(code: "too_large" | "no_room_for", thing: Thing | null): void;
}

/** Why something was refused. */
export type Refusal = "journal_full" | "too_large";

/** This much stays free where something more is let in than deletions, so that the next letter does not cost another
 * snapshot. */
const SPARE = 1 / 64;
const SOON_MS = 500;
/** A large document takes long to look at, and a page has other things to do. */
const REST = 4;
const LONGEST_MS = 5000;

/** What is here and durable, and what it is with all that waits. */
interface States {
  readonly upto: number;
  readonly before: Y.Doc;
  readonly now: Y.Doc;
  readonly entries: readonly Waiting[];
  readonly updates: readonly Uint8Array[];
}

export class Overflow {
  /** What was looked at last: the same again comes to the same. */
  #seen = "";
  #free: readonly Id[] = [];
  readonly #eases = new Map<Id, boolean>();
  #wanted: { readonly why: Refusal; readonly refused: ReadonlySet<Id> } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pause = SOON_MS;

  constructor(
    private readonly it: DocJournal,
    private readonly feed: Feed,
    private readonly requests: Requests,
    private readonly ports: OverflowPorts,
  ) {}

  /** Something was refused, or more has come behind it. Soon, not at once: who deletes does so in several steps. */
  want(why: Refusal, refused: ReadonlySet<Id>): void {
    this.#wanted = { why, refused };
    this.resume();
  }

  /** What had to wait for a person's answer goes on. */
  resume(): void {
    if (this.#wanted === null) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.ports.queue(() => this.#run());
    }, this.#pause);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#wanted = null;
  }

  async #run(): Promise<void> {
    const wanted = this.#wanted;
    await this.feed.settled();
    if (!wanted || !this.feed.complete) return;
    if (this.feed.reached > this.feed.sure) {
      this.resume(); // what came last is not durable yet
      return;
    }
    const seen = [wanted.why, this.feed.sure, wanted.refused.size, ...(await this.#easing())].join();
    if (seen === this.#seen) {
      this.ports.allow(this.#free);
      return;
    }
    const began = performance.now();
    const states = await this.#look();
    if (!states) return;
    try {
      if (wanted.why === "journal_full" && !(await this.ports.mayMake())) return;
      this.#free = [];
      const done = wanted.why === "journal_full" ? await this.#makeRoom(states) : await this.#goSmaller(states);
      if (!done) await this.#goRound(wanted.why, states, wanted.refused);
      this.#seen = seen;
    } finally {
      states.before.destroy();
      states.now.destroy();
      this.#pause = Math.min(Math.max(SOON_MS, (performance.now() - began) * REST), LONGEST_MS);
    }
  }

  /** What deletes something or was written in another page: nothing else that waits can change what was found. */
  async #easing(): Promise<Id[]> {
    const found: Id[] = [];
    for (const { local, body } of this.ports.waiting()) {
      const known = this.#eases.get(local) ?? eases(await this.ports.open(body), this.it.doc.clientID);
      this.#eases.set(local, known);
      if (known) found.push(local);
    }
    return found;
  }

  async #look(): Promise<States | null> {
    const entries = this.ports.waiting();
    const upto = this.feed.sure;
    const before = entries.length > 0 ? this.it.log.state(upto) : null;
    if (!before) return null;
    const updates = await Promise.all(entries.map(({ body }) => this.ports.open(body)));
    const now = new Y.Doc();
    for (const update of [Y.encodeStateAsUpdate(before), ...updates]) Y.applyUpdate(now, update);
    return { upto, before, now, entries, updates };
  }

  /** True: all that waited is stored, or there is room for it now. */
  async #makeRoom({ upto, before, now, entries }: States): Promise<boolean> {
    const fresh = news(before, now);
    const spare = this.ports.limit() * (1 - SPARE);
    // There is room as soon as the server has it, which is before this page knows: they are not sent once more.
    this.ports.keepBack(entries);
    try {
      if (fresh.length <= MAX_ENTRY_BYTES && (await this.#offer(upto, fresh, Y.encodeStateAsUpdate(now), spare))) {
        this.ports.stored(entries);
        return true;
      }
    } finally {
      this.ports.keepBack([]);
    }
    // What does not fit waits; what goes all the same is what makes it fit.
    const gone = deletions(before, now);
    if (!gone) return false;
    Y.applyUpdate(before, gone);
    return await this.#offer(upto, gone, Y.encodeStateAsUpdate(before), this.ports.limit());
  }

  /** An entry with the snapshot that makes room for it: both are taken, or neither is. False: they do not fit. */
  async #offer(upto: number, update: Uint8Array, state: Uint8Array, most: number): Promise<boolean> {
    const [last, body] = [await this.ports.seal(update), await this.ports.seal(state)];
    if (body.length > most || last.length > MAX_ENTRY_BYTES) return false;
    try {
      const id = await this.requests.makeRoom(this.it.journal, upto + 1, newId(), last, body);
      this.it.log.rebase(id, upto + 1, state);
      await this.ports.made(id, upto + 1);
      return true;
    } catch (error) {
      // The second: only a browser of this person's own may make snapshots.
      if (error instanceof ApiError && ["too_large", "link_wanted"].includes(error.code)) return false;
      throw error; // somebody wrote meanwhile, or the line is down: what waits is refused again, and looked at anew
    }
  }

  /** One change is larger than any may be; perhaps it was taken back meanwhile. */
  async #goSmaller({ before, now, entries }: States): Promise<boolean> {
    const body = await this.ports.seal(news(before, now));
    if (body.length > MAX_ENTRY_BYTES) return false;
    await this.ports.replace(entries, { journal: this.it.journal, local: newId(), body });
    return true;
  }

  /** What does not build on the thing in the way goes past it. */
  async #goRound(why: Refusal, { before, now, entries, updates }: States, refused: ReadonlySet<Id>): Promise<void> {
    const gone = why === "too_large" ? deletions(before, now) : null;
    if (gone) await this.requests.append(this.it.journal, newId(), await this.ports.seal(gone));
    const places = entries.map((_, place) => place).filter((place) => !refused.has(entries[place]?.local ?? ""));
    const free = standing(
      before,
      places.map((place) => updates[place] as Uint8Array),
    );
    this.#free = places.filter((_, at) => free[at]).map((place) => entries[place]?.local as Id);
    this.ports.allow(this.#free);
    const largest = updates.reduce((one, other) => (other.length > one.length ? other : one));
    const thing = () => (this.it.journal === "document" ? thingOf(now, largest) : null);
    if (why === "too_large") this.ports.inTheWay("too_large", thing());
    else if (largest.length > MAX_BODY_BYTES) this.ports.inTheWay("no_room_for", thing());
  }
}
