/**
 * Puts together what board, notes, topics and chat stand on. Usable at once, with or without a line: what is written
 * waits in the outbox, what others wrote comes when it can.
 */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import * as Y from "yjs";
import { ApiError } from "../api.ts";
import { backoff } from "../meeting/socket";
import { type Id, newId, type Seat } from "../protocol";
import { ChatStream } from "./chat";
import { DocJournal } from "./doc_journal";
import { Feed } from "./feed";
import { Keeper } from "./keeper";
import { browserWorld, Line, type World } from "./line";
import { Outbox, type Waiting } from "./outbox";
import { Passing, passingBody } from "./passing";
import { notesKey } from "./private_notes";
import { MAX_CHAT_BYTES, type ToSharer } from "./protocol";
import { type Keys, Requests } from "./requests";
import { goTo, roots } from "./restore";
import { open, seal, sealingKey } from "./seal";
import { Sender } from "./sender";
import { TroubleList } from "./troubles";
import type { Blob, ChatEntry, Journal, KeptSnapshot, PassHandler, Sharing, SharingPhase, Trouble } from "./types";

export interface Opening {
  readonly room: Id;
  readonly you: Seat;
  /** This seat's personal secret, if this browser knows it: private notes made now can then be opened with it. */
  readonly seatSecret?: string | null;
  readonly world?: World;
}

/** What the two make together, for the seat this browser holds. `ready` says when all that was there is here. */
export function openSharing(opening: Opening): Sharing {
  return new OpenSharing(opening);
}

/** A document's journal with all that belongs to it. */
interface Shelf {
  readonly it: DocJournal;
  readonly feed: Feed;
  readonly keeper: Keeper;
}

type Gate = "opening" | "open" | "locked" | "ended";

/** How much of the chat is read again after a lost line: its writers may have struck entries meanwhile. */
const CHAT_OVERLAP = 500;
const BAD_ENTRY_WAIT_MS = 5000;

class OpenSharing implements Sharing {
  readonly room: Id;
  readonly you: Seat;
  readonly doc = new Y.Doc();
  readonly #gate = signal<Gate>("opening");
  readonly #ready = signal(false);
  readonly #partner = signal(false);
  readonly #notes = signal<Y.Doc | null>(null);
  readonly #missing = signal<"loading" | "no_key" | null>("loading");
  readonly #troubles = new TroubleList();
  readonly #requests: Requests;
  readonly #world: World;
  readonly #line: Line;
  readonly #sender: Sender;
  readonly #passing = new Passing();
  readonly #chat: ChatStream;
  readonly #chatFeed: Feed;
  readonly #document: Shelf;
  #private: Shelf | null = null;
  #outbox: Outbox | null = null;
  /** Written before the outbox could be opened. */
  #early: Waiting[] = [];
  #putting: Promise<unknown> = Promise.resolve();
  #here: Extract<ToSharer, { type: "here" }> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #closed = false;
  #wayBack: Y.UndoManager | null = null;

  readonly phase: ReadonlySignal<SharingPhase>;
  readonly ready: ReadonlySignal<boolean> = this.#ready;
  readonly partnerHere: ReadonlySignal<boolean>;
  readonly unsent: ReadonlySignal<number>;
  readonly troubles: ReadonlySignal<readonly Trouble[]> = this.#troubles.list;
  readonly chat: ReadonlySignal<readonly ChatEntry[]>;
  readonly notes: ReadonlySignal<Y.Doc | null> = this.#notes;
  readonly notesMissing: ReadonlySignal<"loading" | "no_key" | null> = this.#missing;

  constructor(private readonly opening: Opening) {
    this.room = opening.room;
    this.you = opening.you;
    this.#world = opening.world ?? browserWorld;
    this.#requests = new Requests(this.#world, this.room, this.you);
    this.#chat = new ChatStream(this.you);
    this.chat = this.#chat.entries;
    this.#line = new Line(
      `/api/rooms/${this.room}/sharing?seat=${this.you}`,
      {
        heard: (message) => this.#heard(message),
        down: () => this.#down(),
        refused: (attempts) => void (attempts > 1 && this.#begin()),
        ended: () => {
          this.#gate.value = "ended";
        },
      },
      this.#world,
    );
    this.#sender = new Sender({
      send: (message) => this.#line.send(message),
      append: (journal, local, body) => this.#requests.append(journal, local, body),
      stored: (entry, n, atMs) => this.#stored(entry, n, atMs),
      troubled: (code, journal) => this.#refused(code, journal),
      silent: () => this.#line.renew(),
      merged: (journal, entries) => this.#merged(journal, entries),
    });
    this.unsent = this.#sender.unsent;
    this.#document = this.#shelf("document", this.doc, plain);
    this.#chatFeed = new Feed(
      "chat",
      {
        read: (journal, after, each) => this.#requests.journal(journal, after, each),
        entry: (entry) => this.#chat.entry(entry),
        snapshot: () => undefined,
        caughtUp: () => undefined,
        failed: (error) => this.#failed(error),
        random: () => this.#world.random(),
      },
      CHAT_OVERLAP,
    );
    this.phase = computed(() => {
      const gate = this.#gate.value;
      if (gate === "locked" || gate === "ended") return gate;
      const line = this.#line.phase.value;
      return gate === "opening" && line === "connecting" ? "connecting" : line;
    });
    this.partnerHere = computed(() => this.#partner.value && this.#line.phase.value === "open");
    if (typeof window !== "undefined") window.addEventListener("pagehide", this.#hiding);
    if (typeof document !== "undefined") document.addEventListener("visibilitychange", this.#hiding);
    void this.#begin();
  }

  // --- opening ------------------------------------------------------------------------------------------------------

  /** Fetches the keys; with them the outbox opens, and then the line. */
  async #begin(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#closed || this.#gate.value === "ended") return;
    try {
      const keys = await this.#requests.keys();
      this.#tries = 0;
      if (this.#closed) return;
      const first = this.#gate.value !== "open";
      this.#gate.value = "open";
      if (!this.#outbox) await this.#openOutbox(await sealingKey(keys.outbox));
      if (!this.#private) await this.#openNotes(keys);
      if (first && !this.#closed) {
        this.#line.start();
        this.#line.retry();
      }
    } catch (error) {
      if (!this.#closed) this.#notBegun(error);
    }
  }

  async #openOutbox(key: CryptoKey): Promise<void> {
    const outbox = new Outbox(this.room, this.you, key, (code) => this.#troubles.tell(code, "document"));
    this.#outbox = outbox;
    for (const entry of this.#early.splice(0)) void this.#put(entry);
    await this.#adopt(outbox);
    for (const journal of await outbox.toForget()) if (journal === "document") this.#document.keeper.forgetSoon();
  }

  /** Also what other pages of this seat left behind: whoever has a line sends it, and the server takes it once. */
  async #adopt(outbox: Outbox): Promise<void> {
    for (const entry of await outbox.load()) if (!this.#sender.knows(entry.local)) await this.#resume(entry);
  }

  /** Written before, and never stored: it is shown, and sent. */
  async #resume(entry: Waiting): Promise<void> {
    const shelf = this.#shelfOf(entry.journal);
    if (entry.journal === "notes" && !shelf) {
      this.#early.push(entry);
      return;
    }
    try {
      if (shelf) await shelf.it.resume(entry);
      else this.#chat.wait(entry, Date.now());
    } catch (error) {
      console.warn("something in the outbox cannot be read", error);
    }
    this.#sender.add(entry);
  }

  async #openNotes(keys: Keys): Promise<void> {
    const key = await notesKey(keys, this.#requests, this.opening.seatSecret ?? null).catch((error: unknown) => {
      console.warn("private notes have no key yet", error);
      return undefined;
    });
    if (key === undefined || this.#closed) return;
    if (key === null) {
      this.#missing.value = "no_key";
      return;
    }
    const place = `visavis notes v1/${this.room}/${this.you}`;
    const doc = new Y.Doc();
    this.#private = this.#shelf("notes", doc, {
      seal: (update) => seal(key, place, update),
      open: (body) => open(key, place, body),
    });
    for (const entry of this.#early.splice(0)) {
      await this.#private.it.resume(entry).catch(() => undefined);
      this.#sender.add(entry);
    }
    if ((await this.#outbox?.toForget())?.includes("notes")) this.#private.keeper.forgetSoon();
    if (this.#here) this.#private.feed.here(this.#here.notes);
    batch(() => {
      this.#notes.value = doc;
      this.#missing.value = null;
    });
  }

  #shelf(journal: "document" | "notes", doc: Y.Doc, cipher: Cipher): Shelf {
    const it: DocJournal = new DocJournal(journal, doc, this.you, {
      ...cipher,
      outgoing: (entry) => void this.#put(entry),
      damaged: (how) => this.#damaged(journal, how),
    });
    const feed: Feed = new Feed(journal, {
      read: (which, after, each) => this.#requests.journal(which, after, each),
      entry: (entry) => it.entry(entry, feed.sure),
      snapshot: (id, upto, body) => it.snapshot(id, upto, body),
      caughtUp: () => {
        it.caughtUp();
        keeper.look();
        if (journal === "document") this.#ready.value = true;
      },
      failed: (error) => this.#failed(error),
      random: () => this.#world.random(),
    });
    const keeper: Keeper = new Keeper(it, feed, this.you, this.#requests, {
      ...cipher,
      online: () => this.#line.phase.value === "open",
      allSent: () => !it.gathering && this.#sender.waiting(journal).length === 0,
      ask: (code, values) => this.#troubles.tell(code, journal, values ? { ...values } : undefined),
      unask: () => {
        this.#troubles.clear("unequal", journal);
        this.#troubles.clear("deleted_much", journal);
      },
      mark: (wanted) => void this.#outbox?.markForget(journal, wanted),
    });
    return { it, feed, keeper };
  }

  #shelves(): Shelf[] {
    return this.#private ? [this.#document, this.#private] : [this.#document];
  }

  #shelfOf(journal: Journal): Shelf | null {
    return journal === "document" ? this.#document : journal === "notes" ? this.#private : null;
  }

  /** What the server answers to a request: mostly the line is gone, or the password is wanted. */
  #failed(error: unknown): void {
    if (error instanceof ApiError && error.code === "content_locked") this.#gate.value = "locked";
    else console.warn("a journal was not read", error);
  }

  #notBegun(error: unknown): void {
    const { code, status } = error instanceof ApiError ? error : { code: "", status: 0 };
    if (code === "content_locked") this.#gate.value = "locked";
    else if (status === 401 || status === 403 || status === 404) this.#end();
    else if (this.#gate.value === "opening") {
      if (code === "") console.warn("what is shared did not open", error);
      this.#tries += 1;
      this.#timer = setTimeout(() => void this.#begin(), backoff(this.#tries, this.#world.random()));
    }
  }

  #end(): void {
    this.#gate.value = "ended";
    this.#line.end("seat_revoked");
  }

  // --- the line -----------------------------------------------------------------------------------------------------

  #heard(message: ToSharer): void {
    switch (message.type) {
      case "here":
        this.#arrived(message);
        break;
      case "entry":
        this.#feedOf(message.journal)?.live(message);
        break;
      case "stored":
        this.#sender.stored(message.local, message.n, message.at_ms);
        break;
      case "durable":
        this.#shelfOf(message.journal)?.it.durable(message.n);
        this.#feedOf(message.journal)?.durable(message.n);
        break;
      case "struck":
        this.#chat.struck(message.n);
        break;
      case "passed":
        this.#passing.heard(message.body, message.seat);
        break;
      case "partner":
        this.#partner.value = message.here;
        break;
      case "compact":
        this.#shelfOf(message.journal)?.keeper.compact();
        break;
      case "changed":
        this.#sender.release(message.journal);
        this.#shelfOf(message.journal)?.keeper.changed(message);
        break;
      case "room":
        this.#filling(message.journal, message.used, message.limit);
        break;
      case "refused":
        if (message.local) this.#sender.refused(message.code, message.local);
        else if (message.code !== "flooding") this.#troubles.tell("not_struck", "chat");
        break;
      case "bye":
        break;
      default:
        message satisfies never;
    }
  }

  #feedOf(journal: Journal): Feed | null {
    return journal === "chat" ? this.#chatFeed : (this.#shelfOf(journal)?.feed ?? null);
  }

  #arrived(message: Extract<ToSharer, { type: "here" }>): void {
    this.#here = message;
    this.#partner.value = message.partner;
    this.#troubles.clear("journal_full", "document");
    for (const { it, feed } of this.#shelves()) {
      const extent = it.journal === "document" ? message.document : message.notes;
      it.here(extent, feed.sure);
      feed.here(extent);
    }
    this.#chatFeed.here(message.chat);
    void this.#sender.connected();
    if (this.#outbox) void this.#adopt(this.#outbox);
    if (!this.#private && this.#missing.value === "loading") void this.#begin();
  }

  #down(): void {
    this.#here = null;
    this.#sender.disconnected();
    this.#chatFeed.down();
    for (const { feed } of this.#shelves()) feed.down();
  }

  #filling(journal: Journal, used: number, limit: number): void {
    const percent = Math.floor((used * 100) / limit);
    if (percent >= 80) this.#troubles.tell("filling", journal, { percent });
    else this.#troubles.clear("filling", journal);
    if (percent < 100) {
      this.#troubles.clear("journal_full", journal);
      this.#sender.release(journal);
    }
  }

  // --- out ----------------------------------------------------------------------------------------------------------

  /** First kept, then sent. */
  async #put(entry: Waiting): Promise<void> {
    if (!this.#outbox) {
      this.#early.push(entry);
      this.#sender.add(entry);
      return;
    }
    const kept = this.#outbox.put(entry);
    this.#putting = Promise.all([this.#putting, kept]);
    await kept;
    this.#sender.add(entry);
  }

  #stored(entry: Waiting, n: number, atMs: number): void {
    void this.#outbox?.remove([entry.local]);
    this.#troubles.clear("journal_full", entry.journal);
    if (entry.journal === "chat") {
      this.#chat.stored(entry, n, atMs);
      this.#chatFeed.mark(n);
      return;
    }
    const shelf = this.#shelfOf(entry.journal);
    if (!shelf) return;
    // Its place in the log first: a snapshot is made of what the log has.
    void shelf.it.stored(entry, n).then(() => shelf.feed.mark(n));
  }

  async #merged(journal: Journal, entries: readonly Waiting[]): Promise<Waiting | null> {
    const shelf = this.#shelfOf(journal);
    if (!shelf) return null;
    try {
      const one = await shelf.it.merged(entries);
      await this.#outbox?.put(one);
      await this.#outbox?.remove(entries.map(({ local }) => local));
      return one;
    } catch {
      return null;
    }
  }

  #refused(code: string, journal: Journal): void {
    if (code === "content_locked") this.#gate.value = "locked";
    else if (code === "journal_full" || code === "too_large" || code === "disk_full")
      this.#troubles.tell(code, journal);
    else this.#troubles.tell("not_taken", journal);
  }

  #hiding = (): void => {
    for (const { it } of this.#shelves()) void it.flush();
  };

  // --- what features use --------------------------------------------------------------------------------------------

  say(body: Uint8Array): Id {
    if (body.length === 0 || body.length > MAX_CHAT_BYTES) throw new RangeError("a message has 1 to 16384 octets");
    const entry: Waiting = { journal: "chat", local: newId(), body };
    this.#chat.wait(entry, Date.now());
    void this.#put(entry);
    return entry.local;
  }

  strike(n: number): void {
    if (!this.#line.send({ type: "strike", n })) this.#troubles.tell("not_struck", "chat");
  }

  pass(kind: string, data: unknown): void {
    if (!this.#partner.peek() || this.#line.crowded) return;
    const body = passingBody(kind, data);
    if (body) this.#line.send({ type: "pass", body });
  }

  onPass(kind: string, handler: PassHandler): () => void {
    return this.#passing.on(kind, handler);
  }

  putBlob(bytes: Uint8Array<ArrayBuffer>): Promise<Blob> {
    return this.#requests.putBlob(bytes);
  }

  getBlob(id: Id): Promise<Uint8Array<ArrayBuffer>> {
    return this.#requests.getBlob(id);
  }

  async dropBlob(id: Id): Promise<void> {
    await this.#requests.dropBlob(id);
  }

  async kept(): Promise<readonly KeptSnapshot[]> {
    const all = await this.#requests.snapshots("document");
    return all
      .filter((one) => one.restorable)
      .map(({ id, upto, by, made_ms: madeMs, confirmed, bytes }) => ({ id, upto, by, madeMs, confirmed, bytes }));
  }

  async goBack(snapshot: Id): Promise<void> {
    this.#goTo(await this.#requests.snapshot("document", snapshot));
  }

  forgetSoon(): void {
    for (const { it, keeper } of this.#shelves()) if (it.deleted) keeper.forgetSoon();
  }

  unlocked(): void {
    void this.#begin();
  }

  async choose({ code, journal }: Trouble, choice: string): Promise<void> {
    const shelf = this.#shelfOf(journal);
    if (choice === "last_good") await this.#lastGood(shelf ?? this.#document);
    else if (choice === "restore") await shelf?.keeper.undo();
    else if (choice === "keep" || choice === "all_right") await shelf?.keeper.accept();
    else if (choice === "bring_back") await shelf?.keeper.bringBack();
    else if (choice === "undo") this.#wayBack?.undo();
    if (choice === "undo" || code === "went_back" || code === "too_large" || code === "not_struck") {
      this.#troubles.clear(code, journal);
    } else if (choice === "fine" || choice === "leave") this.#troubles.putAway(code, journal);
    else this.#troubles.clear(code, journal);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    if (typeof window !== "undefined") window.removeEventListener("pagehide", this.#hiding);
    if (typeof document !== "undefined") document.removeEventListener("visibilitychange", this.#hiding);
    const flushed = Promise.all(this.#shelves().map(({ it }) => it.flush()));
    void flushed.then(() => this.#putting).finally(() => this.#outbox?.close());
    this.#sender.close();
    this.#chatFeed.close();
    for (const { it, feed, keeper } of this.#shelves()) {
      it.close();
      feed.close();
      keeper.close();
    }
    this.#wayBack?.destroy();
    this.#requests.close();
    this.#line.end("left");
    this.#gate.value = "ended";
  }

  // --- going back ---------------------------------------------------------------------------------------------------

  #goTo(update: Uint8Array): void {
    this.#wayBack?.destroy();
    const origin = {};
    const way = new Y.UndoManager(roots(this.doc), { trackedOrigins: new Set([origin]), captureTimeout: 0 });
    goTo(this.doc, update, origin);
    this.#wayBack = way;
    this.#troubles.tell("went_back", "document");
  }

  #damaged(journal: Journal, how: "entry" | "waiting" | "shape" | null): void {
    if (how === null) {
      this.#troubles.clear("damaged", journal);
      this.#troubles.clear("shape", journal);
    } else this.#troubles.tell(how === "shape" ? "shape" : "damaged", journal);
  }

  /** What is broken goes: entries that cannot be read by a snapshot without them, a shape by going back to before it. */
  async #lastGood({ it, feed, keeper }: Shelf): Promise<void> {
    if (!it.look()) {
      const good = it.log.lastGood(feed.sure);
      if (!good) throw new ApiError({ code: "no_such_snapshot", detail: "There is no good state.", status: 404 });
      goTo(it.doc, good);
      await it.flush();
      for (let tries = 0; tries < 20 && this.#sender.waiting(it.journal).length > 0; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, BAD_ENTRY_WAIT_MS / 20));
      }
    }
    await keeper.heal();
    it.healed();
  }
}

interface Cipher {
  seal(update: Uint8Array): Promise<Uint8Array> | Uint8Array;
  open(body: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** The document's updates travel as they are; the server seals them. */
const plain: Cipher = { seal: (update) => update, open: (body) => body };
