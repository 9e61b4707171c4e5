/**
 * Two ends of `Work` in memory, for the tests of board, chat, notes and topics: what one writes the other has at
 * once, unless a line is cut; what was written meanwhile waits, and goes when the line is mended.
 */
import { type Signal, signal } from "@preact/signals";
import * as Y from "yjs";
import { type Id, newId, otherSeat, type Seat } from "../src/protocol";
import type {
  Blob,
  ChatEntry,
  KeptSnapshot,
  PassHandler,
  SharingPhase,
  Stored,
  Trouble,
  Work,
} from "../src/sharing/types";

/** `Work`, and what only a test may do. */
export interface LocalSharing extends Work {
  readonly phase: Signal<SharingPhase>;
  readonly troubles: Signal<readonly Trouble[]>;
  readonly notesMissing: Signal<"loading" | "no_key" | null>;
  readonly waitsToForget: Signal<boolean>;
  /** How often `forgetSoon` was called. */
  readonly forgetting: Signal<number>;
  /** The line is down: nothing goes out and nothing comes in. */
  cut(): void;
  mend(): void;
  /** Makes a snapshot `kept` names and `goBack` goes to. */
  keep(): Id;
}

interface Server {
  readonly room: Id;
  readonly ends: Partial<Record<Seat, End>>;
  readonly updates: Uint8Array[];
  readonly chat: ChatEntry[];
  readonly blobs: Map<Id, Uint8Array<ArrayBuffer>>;
  readonly snapshots: { about: KeptSnapshot; update: Uint8Array }[];
  clock: number;
}

/** Origin of what came over the line, as in the real one: anything else is one's own and can be undone. */
const LINE = "line";

class End implements LocalSharing {
  readonly room: Id;
  readonly doc = new Y.Doc();
  readonly phase = signal<SharingPhase>("open");
  readonly partnerHere = signal(true);
  readonly ready = signal(true);
  readonly chatReady = signal(true);
  readonly empty = signal(false);
  readonly reach = signal<number | null>(0);
  readonly work = signal(this);
  readonly unsent = signal(0);
  readonly troubles = signal<readonly Trouble[]>([]);
  readonly chat = signal<readonly ChatEntry[]>([]);
  readonly notes = signal<Y.Doc | null>(new Y.Doc());
  readonly notesMissing = signal<"loading" | "no_key" | null>(null);
  readonly waitsToForget = signal(false);
  readonly forgetting = signal(0);
  readonly #handlers = new Map<string, Set<PassHandler>>();
  readonly #leaving = new Set<() => void>();
  #waiting: (() => void)[] = [];
  #unstored: ChatEntry[] = [];
  readonly #takenBack = new Set<ChatEntry>();
  #seen = 0;
  #cut = false;

  constructor(
    private readonly server: Server,
    readonly you: Seat,
  ) {
    this.room = server.room;
    this.doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== LINE) this.#send(() => server.updates.push(update));
    });
  }

  get #other(): End | undefined {
    return this.server.ends[otherSeat(this.you)];
  }

  async openWork(): Promise<this> {
    return this;
  }

  async asStored(): Promise<Stored> {
    const doc = new Y.Doc();
    for (const update of this.server.updates.slice(0, this.#seen)) Y.applyUpdate(doc, update);
    return { update: Y.encodeStateAsUpdate(doc), upto: this.#seen, behind: this.#cut };
  }

  say(body: Uint8Array): Id {
    const local = newId();
    const entry = { n: 0, seat: this.you, atMs: this.server.clock, local, body, stored: false };
    this.#unstored = [...this.#unstored, entry];
    this.#show();
    this.#send(() => {
      if (this.#takenBack.has(entry)) return;
      this.#unstored = this.#unstored.filter((waiting) => waiting !== entry);
      const n = this.server.chat.length + 1;
      this.server.chat.push({ ...entry, n, atMs: this.server.clock++, stored: true });
    });
    return local;
  }

  strike(n: number): void {
    this.#send(() => {
      const entry = this.server.chat[n - 1];
      if (entry?.seat === this.you) this.server.chat[n - 1] = { ...entry, body: null };
    });
  }

  takeBack(local: Id): boolean {
    const entry = this.#unstored.find((one) => one.local === local);
    if (!entry) return false;
    this.#unstored = this.#unstored.filter((one) => one !== entry);
    this.#takenBack.add(entry);
    this.#show();
    return true;
  }

  pass(kind: string, data: unknown): void {
    if (!this.#cut) this.#other?.hear(kind, JSON.parse(JSON.stringify(data)), this.you);
  }

  onPass(kind: string, handler: PassHandler): () => void {
    const handlers = this.#handlers.get(kind) ?? new Set();
    this.#handlers.set(kind, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  hear(kind: string, data: unknown, seat: Seat): void {
    if (!this.#cut) for (const handler of this.#handlers.get(kind) ?? []) handler(data, seat);
  }

  async putBlob(bytes: Uint8Array<ArrayBuffer>): Promise<Blob> {
    const id = newId();
    this.server.blobs.set(id, bytes.slice());
    return { id, bytes: bytes.length };
  }

  async getBlob(id: Id): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = this.server.blobs.get(id);
    if (!bytes) throw new Error("no_such_blob");
    return bytes;
  }

  async dropBlob(id: Id): Promise<void> {
    this.server.blobs.delete(id);
  }

  async kept(): Promise<readonly KeptSnapshot[]> {
    return this.server.snapshots.map((one) => one.about);
  }

  async goBack(snapshot: Id): Promise<void> {
    const { goTo } = await import("../src/sharing/restore");
    const found = this.server.snapshots.find((one) => one.about.id === snapshot);
    if (!found) throw new Error("no_such_snapshot");
    goTo(this.doc, found.update);
  }

  async beginNotesAnew(): Promise<void> {
    this.notes.value = new Y.Doc();
    this.notesMissing.value = null;
  }

  onLeaving(write: () => void): () => void {
    this.#leaving.add(write);
    return () => this.#leaving.delete(write);
  }

  forgetSoon(): void {
    this.forgetting.value += 1;
  }

  close(): void {
    this.cut();
    this.phase.value = "ended";
  }

  cut(): void {
    this.#cut = true;
    this.phase.value = "waiting";
    this.partnerHere.value = false;
    if (this.#other) this.#other.partnerHere.value = false;
  }

  mend(): void {
    this.#cut = false;
    this.phase.value = "open";
    this.partnerHere.value = this.#other?.phase.value === "open";
    if (this.#other) this.#other.partnerHere.value = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const job of waiting) job();
    this.#tell();
  }

  keep(): Id {
    const id = newId();
    const update = Y.encodeStateAsUpdate(this.doc);
    const about = {
      id,
      by: this.you,
      madeMs: this.server.clock++,
      meetingMs: null,
    };
    this.server.snapshots.push({ about, update });
    return id;
  }

  #send(job: () => void): void {
    if (this.#cut) this.#waiting.push(job);
    else job();
    this.#tell();
  }

  #tell(): void {
    this.unsent.value = this.#waiting.length;
    this.read();
    this.#other?.read();
  }

  read(): void {
    if (!this.#cut) {
      while (this.#seen < this.server.updates.length) {
        const update = this.server.updates[this.#seen++];
        if (update) Y.applyUpdate(this.doc, update, LINE);
      }
    }
    this.reach.value = this.#cut ? null : this.server.updates.length;
    this.#show();
  }

  #show(): void {
    const stored = this.#cut ? this.chat.value.filter((entry) => entry.stored) : this.server.chat;
    this.chat.value = [...stored, ...this.#unstored];
  }
}

/** The mentor's end and the mentee's, of one room. */
export function localPair(): [LocalSharing, LocalSharing] {
  const server: Server = {
    room: newId(),
    ends: {},
    updates: [],
    chat: [],
    blobs: new Map(),
    snapshots: [],
    clock: 1_800_000_000_000,
  };
  const mentor = new End(server, "mentor");
  const mentee = new End(server, "mentee");
  server.ends.mentor = mentor;
  server.ends.mentee = mentee;
  return [mentor, mentee];
}
