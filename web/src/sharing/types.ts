/**
 * What board, notes, topics and chat stand on: one document of the two, a chat, private notes, and what only passes.
 * Everything here goes on while the line is down; what could not be sent yet waits in the outbox.
 */
import type { ReadonlySignal } from "@preact/signals";
import type * as Y from "yjs";
import type { Id, Seat } from "../protocol";
import type { Draft } from "./drafts";

/** `locked`: this browser holds the seat, but cannot open what the room keeps until the room password is given once. */
export type SharingPhase = "connecting" | "open" | "waiting" | "locked" | "ended";

export type Journal = "document" | "chat" | "notes";

/** What has a bound: the journals, and the files and pictures this seat has put. */
export type Bounded = Journal | "files";

/** Something people are told about the journals; words under `sharing.<code>`. */
export interface Trouble {
  readonly code: string;
  readonly journal: Bounded;
  readonly values?: Readonly<Record<string, string | number>>;
  /** What the person may answer; words under `sharing.<code>.<choice>`, told by `Sharing.choose`. */
  readonly choices?: readonly string[];
}

/** A file or a picture, sealed with the room; the server knows nothing of it but its size. */
export interface Blob {
  readonly id: Id;
  readonly bytes: number;
}

export interface ChatEntry {
  readonly n: number;
  readonly seat: Seat;
  readonly atMs: number;
  /** The sender's own name for it. */
  readonly local: Id;
  /** Null: its writer deleted it. */
  readonly body: Uint8Array | null;
  /** False while it waits to be sent or stored; `n` is 0 then. */
  readonly stored: boolean;
}

/** Passing words: `kind` names whose they are ("board", "typing", …), `data` is whatever that feature sends (JSON). */
export type PassHandler = (data: unknown, seat: Seat) => void;

/** The document as a meeting left it. */
export interface KeptSnapshot {
  readonly id: Id;
  /** Whose browser made it. */
  readonly by: Seat;
  readonly madeMs: number;
  /** When the meeting began; null: it is from before the first. */
  readonly meetingMs: number | null;
}

/** The document as the server holds it, without what was deleted from it and without what waits to be sent. */
export interface Stored {
  /** One Yjs update (V1) that makes all journal entries up to `upto`. */
  readonly update: Uint8Array;
  readonly upto: number;
  /** The server may have entries that this page does not know of. */
  readonly behind: boolean;
}

/** What goes without the documents: the line, the chat, files, what passes. It is light, and there from the beginning. */
export interface Sharing {
  readonly room: Id;
  readonly you: Seat;
  readonly phase: ReadonlySignal<SharingPhase>;
  /** Rises each time it is worth asking which browsers hold the seat: the line has opened, or the server says so. */
  readonly browsersChanged?: ReadonlySignal<number>;
  /** Whether the other seat has any page with these things open. */
  readonly partnerHere: ReadonlySignal<boolean>;
  /** Entries written here that the server has not stored yet. */
  readonly unsent: ReadonlySignal<number>;
  readonly troubles: ReadonlySignal<readonly Trouble[]>;

  /** All chat entries in order, those still waiting last. Loaded with the first reading. */
  readonly chat: ReadonlySignal<readonly ChatEntry[]>;
  /** The chat holds everything the server had when this page came. */
  readonly chatReady: ReadonlySignal<boolean>;
  /** Up to 16 KiB; throws RangeError beyond. */
  say(body: Uint8Array): Id;
  strike(n: number): void;
  /** What waits to be sent is not sent; where it was on its way already it is struck once it is stored. True: it had never
   * left this page. */
  takeBack(local: Id): boolean;

  pass(kind: string, data: unknown): void;
  /** Returns how to stop listening. */
  onPass(kind: string, handler: PassHandler): () => void;

  /** Stores a blob; throws ApiFailure (`too_large`, `room_full_of_files`, …). */
  putBlob(bytes: Uint8Array<ArrayBuffer>): Promise<Blob>;
  getBlob(id: Id): Promise<Uint8Array<ArrayBuffer>>;
  dropBlob(id: Id): Promise<void>;

  /** Whether nothing was ever written into the shared document; null while the server has not said so. */
  readonly empty: ReadonlySignal<boolean | null>;
  /** Up to which entry the shared document reaches; null while the line is down. */
  readonly reach: ReadonlySignal<number | null>;
  /** The same with its documents, once they are here. */
  readonly work: ReadonlySignal<Work | null>;
  /** Fetches what the documents need, once; throws where that does not come, and may be called again. */
  openWork(): Promise<Work>;

  /** A person's answer to a trouble; throws ApiError where it could not be done. */
  choose?(trouble: Trouble, choice: string): Promise<void>;
  /** The room password was given: what was `locked` is tried again. */
  unlocked?(): void;

  /** What a feature still holds back when the page is hidden or closed is written then, before the journals send what
   * they gathered. Returns how to stop. */
  onLeaving(write: () => void): () => void;
  /** What is half written in the field of this name, kept in this browser for this seat. */
  draft?(name: string): Draft;

  close(): void;
}

/** All of it: board, notes and topics stand on this. */
export interface Work extends Sharing {
  /** The shared document; see layout.ts for what lies where. */
  readonly doc: Y.Doc;
  /** The document holds everything the server had when this page came, and what this browser kept of its own. */
  readonly ready: ReadonlySignal<boolean>;

  /** One's own private notes, decrypted here; null where this browser has no key for them, and before they were read
   * (`notesMissing` says which). */
  readonly notes: ReadonlySignal<Y.Doc | null>;
  readonly notesMissing: ReadonlySignal<"loading" | "no_key" | null>;
  /** Where `notesMissing` is `no_key`: gives up what was written there, for good, and begins with nothing. Throws ApiError. */
  beginNotesAnew(): Promise<void>;

  /** Null: something of it is missing here at the moment. */
  asStored(): Promise<Stored | null>;
  /** Earlier states of the document that can be gone back to. */
  kept(): Promise<readonly KeptSnapshot[]>;
  /** Makes the document read as it did then, by ordinary changes: both see it, and it can be undone. */
  goBack(snapshot: Id): Promise<void>;
  /** What was deleted is gone on the server too once the other's browser has agreed, which it has not yet. */
  readonly waitsToForget: ReadonlySignal<boolean>;
  /** Somebody is done with deleting. What was deleted is forgotten in any case, now somewhat sooner. */
  forgetSoon(): void;
}
