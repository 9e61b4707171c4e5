/**
 * Puts together what board, notes, topics and chat stand on: the line, what goes out over it (outgoing.ts) and the chat
 * (talk.ts). Usable at once, with or without a line: what is written waits in the outbox, what others wrote comes when it
 * can. The documents (documents.ts) need Yjs and come when they are needed (late.ts).
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type * as Y from "yjs";
import { ApiError } from "../api.ts";
import { backoff } from "../meeting/socket";
import type { Id, Seat } from "../protocol";
import type { Documents } from "./documents";
import type { Draft } from "./drafts";
import type { Ground } from "./ground";
import { LateDocuments } from "./late";
import { Leaving } from "./leaving";
import { browserWorld, Line, type World } from "./line";
import type { Waiting } from "./outbox";
import { Outgoing } from "./outgoing";
import { Passing, passingBody } from "./passing";
import { type Here, MAX_ENTRY_BYTES, MAX_SNAPSHOT_BYTES, type ToSharer } from "./protocol";
import { Requests } from "./requests";
import { sealingKey } from "./seal";
import { Talk } from "./talk";
import { TroubleList } from "./troubles";
import type {
  Blob,
  Bounded,
  ChatEntry,
  Journal,
  KeptSnapshot,
  PassHandler,
  Sharing,
  SharingPhase,
  Stored,
  Trouble,
  Work,
} from "./types";

export interface Opening {
  readonly room: Id;
  readonly you: Seat;
  /** This seat's personal secret, if this browser knows it: private notes made now can then be opened with it. */
  readonly seatSecret?: string | null;
  readonly world?: World;
}

/** What the two make together, for the seat this browser holds. */
export function openSharing(opening: Opening): Sharing {
  return new OpenSharing(opening);
}

type Gate = "opening" | "open" | "locked" | "ended";

/** There is no room, for whatever reason; `no_room_for`: for something large. */
const NO_ROOM: readonly string[] = ["journal_full", "no_room_for", "kept_full", "disk_full"];
/** Each time is news, also after somebody knew of the one before. */
const SAID_AGAIN = new Set(["went_back", "too_large", "not_struck"]);
/** A passing word: the other's document has just changed as a whole, and says so. */
const WENT_BACK = "went_back";

class OpenSharing implements Work {
  readonly room: Id;
  readonly you: Seat;
  readonly #gate = signal<Gate>("opening");
  readonly #partner = signal(false);
  readonly #browsers = signal(0);
  readonly #troubles = new TroubleList();
  readonly #requests: Requests;
  readonly #world: World;
  readonly #line: Line;
  readonly #passing = new Passing();
  readonly #outgoing: Outgoing;
  readonly #talk: Talk;
  readonly #late: LateDocuments;
  readonly #leaving = new Leaving(
    () => void this.#late.here.peek()?.flush(),
    () => this.#outgoing.sayLast(),
  );
  readonly #limits = new Map<Journal, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #closed = false;

  readonly phase: ReadonlySignal<SharingPhase>;
  readonly browsersChanged: ReadonlySignal<number> = this.#browsers;
  readonly partnerHere: ReadonlySignal<boolean>;
  readonly unsent: ReadonlySignal<number>;
  readonly troubles: ReadonlySignal<readonly Trouble[]> = this.#troubles.list;
  readonly chat: ReadonlySignal<readonly ChatEntry[]>;
  readonly chatReady: ReadonlySignal<boolean>;
  readonly empty: ReadonlySignal<boolean | null>;
  readonly reach: ReadonlySignal<number | null>;
  readonly work: ReadonlySignal<Work | null>;

  constructor(private readonly opening: Opening) {
    this.room = opening.room;
    this.you = opening.you;
    this.#world = opening.world ?? browserWorld;
    this.#requests = new Requests(this.#world, this.room, this.you);
    this.#line = this.#makeLine();
    this.#outgoing = this.#makeOutgoing();
    this.unsent = this.#outgoing.unsent;
    this.#talk = this.#makeTalk();
    this.chat = this.#talk.entries;
    this.chatReady = this.#talk.ready;
    this.#late = this.#makeLate();
    this.work = computed(() => (this.#late.here.value ? this : null));
    this.reach = computed(() => this.#late.extents.value?.document.head ?? null);
    this.empty = computed(() => (this.reach.value === null ? null : this.reach.value === 0));
    this.phase = computed(() => {
      const gate = this.#gate.value;
      if (gate === "locked" || gate === "ended") return gate;
      const line = this.#line.phase.value;
      return gate === "opening" && line === "connecting" ? "connecting" : line;
    });
    this.partnerHere = computed(() => this.#partner.value && this.#line.phase.value === "open");
    this.onPass(WENT_BACK, (_, seat) => {
      if (seat !== this.you) this.#late.want();
    });
    void this.#begin();
  }

  // --- the parts ----------------------------------------------------------------------------------------------------

  #makeLine(): Line {
    const ports = {
      heard: (message: ToSharer) => this.#heard(message),
      down: () => this.#down(),
      refused: (attempts: number) => void (attempts > 1 && this.#begin()),
      ended: () => {
        this.#gate.value = "ended";
      },
    };
    return new Line(`/api/rooms/${this.room}/sharing?seat=${this.you}`, ports, this.#world);
  }

  #makeOutgoing(): Outgoing {
    return new Outgoing(this.room, this.you, this.#requests, {
      send: (message) => this.#line.send(message),
      stored: (entry, n, atMs) => this.#stored(entry, n, atMs),
      troubled: (code, journal) => this.#refused(code, journal),
      stuck: (code, journal, refused) => this.#late.here.peek()?.stuck(code, journal, refused),
      silent: () => this.#line.renew(),
      merged: async (journal, entries) => (await this.#late.here.peek()?.merged(journal, entries)) ?? null,
      found: (entry) => this.#found(entry),
      unkept: (code) => this.#troubles.tell(code, "document"),
      isTakenBack: (local) => this.#talk.isTakenBack(local),
      isClosing: () => this.#leaving.isClosing,
    });
  }

  #makeTalk(): Talk {
    return new Talk(this.you, {
      read: (journal, after, each) => this.#requests.journal(journal, after, each),
      failed: (error) => this.#failed(error),
      random: () => this.#world.random(),
      strike: (n) => this.#line.send({ type: "strike", n }),
      notStruck: () => this.#troubles.tell("not_struck", "chat"),
    });
  }

  #makeLate(): LateDocuments {
    return new LateDocuments({
      make: async () => new (await import("./documents")).Documents(this.#ground()),
      unconfirmed: async () => {
        const all = await this.#requests.snapshots("document");
        return all.some(({ confirmed, by }) => !confirmed && by !== this.you);
      },
      missing: (missing) => {
        if (missing) this.#troubles.tell("not_fetched", "document");
        else this.#troubles.clear("not_fetched", "document");
      },
      random: () => this.#world.random(),
    });
  }

  #ground(): Ground {
    return {
      room: this.room,
      you: this.you,
      seatSecret: this.opening.seatSecret ?? null,
      requests: this.#requests,
      troubles: this.#troubles,
      random: () => this.#world.random(),
      online: () => this.#line.phase.value === "open",
      extents: () => this.#late.extents.peek(),
      put: (entry) => this.#outgoing.put(entry),
      written: () => this.#outgoing.written(),
      waiting: (journal) => this.#outgoing.sender.waiting(journal),
      limit: (journal) => this.#limits.get(journal) ?? MAX_SNAPSHOT_BYTES,
      keepBack: (journal, entries) => this.#outgoing.sender.keepBack(journal, entries),
      settled: (journal, entries) => {
        this.#outgoing.settled(entries);
        this.#fits(journal);
      },
      replace: (entries, one) => this.#outgoing.replace(entries, one),
      allow: (journal, locals) => this.#outgoing.sender.allow(journal, locals),
      markForget: (journal, wanted) => this.#outgoing.markForget(journal, wanted),
      toForget: () => this.#outgoing.toForget(),
      remember: (journal, octets) => this.#outgoing.remember(journal, octets),
      recall: (journal) => this.#outgoing.recall(journal),
      failed: (error) => this.#failed(error),
    };
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
      if (!this.#outgoing.isOpen) await this.#openOutbox(await sealingKey(keys.outbox));
      if (first && !this.#closed) {
        this.#line.start();
        this.#line.retry();
      }
    } catch (error) {
      if (!this.#closed) this.#notBegun(error);
    }
  }

  async #openOutbox(key: CryptoKey): Promise<void> {
    await this.#outgoing.open(key);
    if ((await this.#outgoing.toForget()).length === 0) return;
    const documents = this.#late.here.peek();
    if (documents) for (const journal of ["document", "notes"] as const) await documents.recall(journal);
    else this.#late.want();
  }

  /** Written before, and never stored: it is shown. The documents see that it becomes whole, whatever the server lost. */
  async #found(entry: Waiting): Promise<void> {
    if (entry.journal === "chat") this.#talk.wait(entry);
    else if (this.#late.here.peek()) await this.#late.here.peek()?.resume(entry);
    else this.#late.want();
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
        if (message.journal === "chat") this.#talk.feed.live(message);
        else this.#late.heard(message);
        break;
      case "stored":
        this.#outgoing.sender.stored(message.local, message.n, message.at_ms);
        break;
      case "durable":
        if (message.journal === "chat") this.#talk.feed.durable(message.n);
        else this.#late.heard(message);
        break;
      case "struck":
        this.#talk.struck(message.n);
        break;
      case "passed":
        this.#passing.heard(message.body, message.seat);
        break;
      case "partner":
        this.#partner.value = message.here;
        break;
      case "compact":
        this.#late.heard(message);
        break;
      case "changed":
        this.#outgoing.sender.release(message.journal);
        this.#fits(message.journal);
        this.#late.heard(message);
        break;
      case "room":
        this.#filling(message.journal, message.used, message.limit);
        break;
      case "files":
        this.#warn("files", message.used, message.limit);
        break;
      case "browsers":
        this.#browsers.value += 1;
        break;
      case "refused":
        if (message.local) this.#outgoing.sender.refused(message.code, message.local);
        else this.#talk.notStruck();
        break;
      case "bye":
        break;
      default:
        message satisfies never;
    }
  }

  #arrived(message: Here): void {
    this.#browsers.value += 1;
    this.#partner.value = message.partner;
    this.#troubles.clear("filling", "files");
    for (const journal of ["document", "chat", "notes"] as const) {
      // The server says it again where it is still so.
      for (const code of ["filling", "journal_full", "kept_full"]) this.#troubles.clear(code, journal);
      this.#outgoing.sender.slow(journal, false);
    }
    this.#late.arrived({ document: message.document, notes: message.notes });
    this.#talk.feed.here(message.chat);
    void this.#outgoing.sender.connected();
    void this.#outgoing.adopt();
  }

  #down(): void {
    this.#outgoing.sender.disconnected();
    this.#talk.feed.down();
    this.#late.down();
  }

  #filling(journal: Journal, used: number, limit: number): void {
    const percent = this.#warn(journal, used, limit);
    this.#limits.set(journal, limit);
    this.#outgoing.sender.slow(journal, percent >= 80);
    if (percent >= 100) return;
    this.#outgoing.sender.release(journal);
    this.#fits(journal);
  }

  /** Before the bound hurts. */
  #warn(what: Bounded, used: number, limit: number): number {
    const percent = Math.floor((used * 100) / limit);
    if (percent >= 80) this.#troubles.tell("filling", what, { percent });
    else this.#troubles.clear("filling", what);
    return percent;
  }

  #stored(entry: Waiting, n: number, atMs: number): void {
    this.#fits(entry.journal);
    if (entry.journal === "chat") this.#talk.stored(entry, n, atMs);
    else this.#late.stored(entry, n);
  }

  #refused(code: string, journal: Journal): void {
    if (code === "content_locked") this.#gate.value = "locked";
    else if (code === "too_large" || NO_ROOM.includes(code)) {
      const named = code === "journal_full" ? "no_room_for" : code;
      if (!this.#troubles.has(named, journal)) this.#troubles.tell(code, journal);
    } else this.#troubles.tell("not_taken", journal);
  }

  /** There may be room again: what was told of a refusal is over, unless something still waits because of it. */
  #fits(journal: Journal): void {
    const { sender } = this.#outgoing;
    if (sender.holds(journal)) return;
    for (const code of NO_ROOM) this.#troubles.clear(code, journal);
    const large = sender.waiting(journal).some(({ body }) => body.length > MAX_ENTRY_BYTES);
    if (!large) this.#troubles.clear("too_large", journal);
  }

  // --- what features use --------------------------------------------------------------------------------------------

  say(body: Uint8Array): Id {
    const entry = this.#talk.say(body);
    this.#outgoing.put(entry);
    return entry.local;
  }

  strike(n: number): void {
    this.#talk.strike(n);
  }

  takeBack(local: Id): boolean {
    this.#talk.takeBack(local);
    return this.#outgoing.takeBack(local);
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

  unlocked(): void {
    void this.#begin();
  }

  onLeaving(write: () => void): () => void {
    return this.#leaving.on(write);
  }

  draft(name: string): Draft {
    return this.#outgoing.drafts.of(name);
  }

  async choose({ code, journal }: Trouble, choice: string): Promise<void> {
    if (journal !== "files") await this.#late.here.peek()?.answer(journal, choice);
    if (choice === "leave" || (choice === "fine" && !SAID_AGAIN.has(code))) this.#troubles.putAway(code, journal);
    else this.#troubles.clear(code, journal);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#leaving.close();
    this.#outgoing.close(Promise.resolve(this.#late.here.peek()?.flush()));
    this.#talk.feed.close();
    this.#late.close();
    this.#requests.close();
    this.#line.end("left");
    this.#gate.value = "ended";
  }

  // --- what only the documents can do -------------------------------------------------------------------------------

  async openWork(): Promise<Work> {
    await this.#late.open();
    return this;
  }

  get doc(): Y.Doc {
    return this.#documents.doc;
  }

  get ready(): ReadonlySignal<boolean> {
    return this.#documents.ready;
  }

  get notes(): ReadonlySignal<Y.Doc | null> {
    return this.#documents.notes;
  }

  get notesMissing(): ReadonlySignal<"loading" | "no_key" | null> {
    return this.#documents.notesMissing;
  }

  beginNotesAnew(): Promise<void> {
    return this.#documents.beginNotesAnew();
  }

  asStored(): Promise<Stored | null> {
    return this.#documents.asStored();
  }

  kept(): Promise<readonly KeptSnapshot[]> {
    return this.#documents.kept();
  }

  get waitsToForget(): ReadonlySignal<boolean> {
    return this.#documents.waitsToForget;
  }

  async goBack(snapshot: Id): Promise<void> {
    await this.#documents.goBack(snapshot);
    this.pass(WENT_BACK, null);
  }

  forgetSoon(): void {
    this.#documents.forgetSoon();
  }

  /** Whoever has a `Work` got it from `work` or `openWork`: they are here. */
  get #documents(): Documents {
    const documents = this.#late.here.peek();
    if (!documents) throw new Error("the documents were not opened");
    return documents;
  }
}
