/**
 * The shared document and one's own private notes, with all that keeps them: the part of sharing that needs Yjs. It is
 * fetched late, and begins with what the server and the outbox have by then.
 */
import { batch, type ReadonlySignal, signal } from "@preact/signals";
import * as Y from "yjs";
import { ApiError } from "../api.ts";
import type { Id } from "../protocol";
import type { Ground, Said, Written } from "./ground";
import { wentBack } from "./layout";
import type { Waiting } from "./outbox";
import type { Refusal } from "./overflow";
import { anewNotesKey, notesKey } from "./private_notes";
import { goTo, roots } from "./restore";
import { open, seal } from "./seal";
import { makeShelf, PLAIN, type Shelf } from "./shelf";
import type { Journal, KeptSnapshot, Stored } from "./types";
import { until } from "./until";
import { WentBack } from "./went_back";

export class Documents {
  readonly doc = new Y.Doc();
  readonly #ready = signal(false);
  readonly ready: ReadonlySignal<boolean> = this.#ready;
  readonly #notes = signal<Y.Doc | null>(null);
  readonly notes: ReadonlySignal<Y.Doc | null> = this.#notes;
  readonly #missing = signal<"loading" | "no_key" | null>("loading");
  readonly notesMissing: ReadonlySignal<"loading" | "no_key" | null> = this.#missing;
  readonly #document: Shelf;
  #private: Shelf | null = null;
  #opening: Promise<void> | null = null;
  #wayBack: Y.UndoManager | null = null;
  readonly #wentBack: WentBack;
  #closed = false;

  constructor(private readonly ground: Ground) {
    this.#wentBack = new WentBack(this.doc, ground.you, (there) => {
      if (there) ground.troubles.tell("partner_went_back", "document");
      else ground.troubles.clear("partner_went_back", "document");
    });
    this.#document = makeShelf(ground, "document", this.doc, PLAIN, () => {
      this.#ready.value = true;
      this.#wentBack.ready();
    });
  }

  // --- opening ------------------------------------------------------------------------------------------------------

  /** Once; the line may be there already, or come later. */
  async begin(): Promise<void> {
    await this.recall("document");
    if (this.#closed) return;
    this.#reach(this.#document);
    await this.openNotes();
  }

  /** What waits in the outbox is shown, and what was to be forgotten is. */
  async recall(journal: Written): Promise<void> {
    for (const entry of this.ground.waiting(journal)) await this.resume(entry);
    if ((await this.ground.toForget()).includes(journal)) this.#shelfOf(journal)?.keeper.forgetting.recall();
  }

  /** Written before, and never stored. */
  async resume(entry: Waiting): Promise<void> {
    try {
      await this.#shelfOf(entry.journal)?.it.resume(entry);
    } catch (error) {
      console.warn("something in the outbox cannot be read", error);
    }
  }

  /** With their key the private notes come too; where it could not be had the next line tries again. */
  openNotes(): Promise<void> {
    this.#opening ??= this.#openNotes().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #openNotes(): Promise<void> {
    if (this.#private || this.#missing.peek() === "no_key") return;
    const { requests, seatSecret } = this.ground;
    const key = await requests
      .keys()
      .then((keys) => notesKey(keys, requests, seatSecret))
      .catch((error: unknown) => {
        console.warn("private notes have no key yet", error);
        return undefined;
      });
    if (key === undefined || this.#closed) return;
    if (key === null) {
      this.#missing.value = "no_key";
      return;
    }
    const place = this.#notesPlace;
    const doc = new Y.Doc();
    const cipher = {
      seal: (update: Uint8Array) => seal(key, place, update),
      open: (body: Uint8Array) => open(key, place, body),
    };
    this.#private = makeShelf(this.ground, "notes", doc, cipher, () => {
      batch(() => {
        this.#notes.value = doc;
        this.#missing.value = null;
      });
    });
    await this.recall("notes");
    if (!this.#closed) this.#reach(this.#private);
  }

  async beginNotesAnew(): Promise<void> {
    if (this.#missing.peek() !== "no_key") return;
    const { requests, seatSecret } = this.ground;
    const extent = this.ground.extents()?.notes;
    if (!extent) throw new ApiError({ code: "offline", detail: "The line is down.", status: 0 });
    const key = await anewNotesKey(requests, seatSecret);
    if (extent.head > 0) await this.#giveUpNotes(key, extent.head);
    this.#missing.value = "loading";
    await this.openNotes();
  }

  /** An empty document in place of what nobody can read, and of all that was kept of it: its keys are destroyed. */
  async #giveUpNotes(key: CryptoKey, head: number): Promise<void> {
    const { requests } = this.ground;
    const empty = new Y.Doc();
    const body = await seal(key, this.#notesPlace, Y.encodeStateAsUpdate(empty));
    empty.destroy();
    const kept = (await requests.snapshots("notes")).map(({ id }) => id);
    await requests.makeSnapshot("notes", head, body, kept);
  }

  get #notesPlace(): string {
    return `visavis notes v1/${this.ground.room}/${this.ground.you}`;
  }

  // --- the line -----------------------------------------------------------------------------------------------------

  here(): void {
    for (const shelf of this.#shelves()) this.#reach(shelf);
    if (!this.#private) void this.openNotes();
  }

  down(): void {
    for (const { feed } of this.#shelves()) feed.down();
  }

  heard(said: Said): void {
    const shelf = this.#shelfOf(said.journal);
    if (!shelf) return;
    if (said.type === "entry") shelf.feed.live(said);
    else if (said.type === "compact") shelf.keeper.compact(said.upto);
    else if (said.type === "changed") shelf.keeper.changed(said);
    else {
      shelf.it.durable(said.n);
      shelf.feed.durable(said.n);
    }
  }

  /** One's own entry has its number now. */
  stored(entry: Waiting, n: number): void {
    const shelf = this.#shelfOf(entry.journal);
    // Its place in the log first: a snapshot is made of what the log has.
    if (shelf) void shelf.it.stored(entry, n).then(() => shelf.feed.mark(n));
  }

  /** Many entries as one; throws where they cannot be. */
  async merged(journal: Journal, entries: readonly Waiting[]): Promise<Waiting | null> {
    return (await this.#shelfOf(journal)?.it.merged(entries)) ?? null;
  }

  /** Something of a journal does not fit, and waits. */
  stuck(why: Refusal, journal: Journal, refused: ReadonlySet<Id>): void {
    this.#shelfOf(journal)?.keeper.overflow.want(why, refused);
  }

  #reach({ it, feed }: Shelf): void {
    const extent = this.ground.extents()?.[it.journal];
    if (!extent) return;
    it.here(extent, feed.sure);
    feed.here(extent);
  }

  #shelves(): Shelf[] {
    return this.#private ? [this.#document, this.#private] : [this.#document];
  }

  #shelfOf(journal: Journal): Shelf | null {
    return journal === "document" ? this.#document : journal === "notes" ? this.#private : null;
  }

  // --- what features use --------------------------------------------------------------------------------------------

  async asStored(): Promise<Stored | null> {
    const { feed, keeper } = this.#document;
    const stored = await keeper.stored();
    return stored && { ...stored, behind: !feed.complete || !this.ground.online() };
  }

  async kept(): Promise<readonly KeptSnapshot[]> {
    const all = await this.ground.requests.snapshots("document");
    return all
      .filter((one) => one.restorable)
      .map(({ id, by, made_ms: madeMs, meeting_ms: meetingMs }) => ({ id, by, madeMs, meetingMs }));
  }

  /** What was deleted from the shared document is gone once the other's browser has agreed. */
  get waitsToForget(): ReadonlySignal<boolean> {
    return this.#document.keeper.forgetting.waits;
  }

  async goBack(snapshot: Id): Promise<void> {
    const update = await this.ground.requests.snapshot("document", snapshot);
    this.#wayBack?.destroy();
    const origin = {};
    const scope = [...roots(this.doc), wentBack(this.doc)];
    const way = new Y.UndoManager(scope, { trackedOrigins: new Set([origin]), captureTimeout: 0 });
    this.doc.transact(() => {
      goTo(this.doc, update, origin);
      this.#wentBack.note(Date.now());
    }, origin);
    this.#wayBack = way;
    this.ground.troubles.tell("went_back", "document");
  }

  forgetSoon(): void {
    for (const { keeper } of this.#shelves()) keeper.forgetting.hasten();
  }

  /** A person's answer to a trouble of one of the documents. */
  async answer(journal: Journal, choice: string): Promise<void> {
    const shelf = this.#shelfOf(journal);
    if (choice === "last_good") await this.#lastGood(shelf ?? this.#document);
    else if (choice === "restore") await shelf?.keeper.confirming.undo();
    else if (choice === "keep" || choice === "all_right") await shelf?.keeper.confirming.accept();
    else if (choice === "bring_back") await shelf?.keeper.confirming.bringBack();
    else if (choice === "try_again") shelf?.keeper.forgetting.hasten();
    else if (choice === "undo") this.#wayBack?.undo();
    else if (choice === "seen") this.#wentBack.seen();
  }

  /** What is broken goes: entries that cannot be read by a snapshot without them, a shape by going back to before it. */
  async #lastGood({ it, feed, keeper }: Shelf): Promise<void> {
    const online = () => this.ground.online();
    // What is still on its way may be broken too.
    await until(() => feed.complete, online);
    await feed.settled();
    if (!it.look()) {
      const good = it.log.lastGood(feed.sure);
      if (!good) throw new ApiError({ code: "no_such_snapshot", detail: "There is no good state.", status: 404 });
      goTo(it.doc, good);
      await it.flush();
      await this.ground.written();
      await until(() => this.ground.waiting(it.journal).length === 0 && feed.complete, online);
    }
    await keeper.heal();
    it.healed();
  }

  /** What was written last goes out. */
  async flush(): Promise<void> {
    await Promise.all(this.#shelves().map(({ it }) => it.flush()));
  }

  close(): void {
    this.#closed = true;
    for (const { it, feed, keeper } of this.#shelves()) {
      it.close();
      feed.close();
      keeper.close();
    }
    this.#wayBack?.destroy();
    this.#wentBack.close();
  }
}
