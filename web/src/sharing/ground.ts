/** What the documents stand on: the light part of sharing, which is there before them. */
import type { Id, Seat } from "../protocol";
import type { Waiting } from "./outbox";
import type { Entry, Extent, ToSharer } from "./protocol";
import type { Requests } from "./requests";
import type { TroubleList } from "./troubles";
import type { Journal } from "./types";

export interface Ground {
  readonly room: Id;
  readonly you: Seat;
  /** This seat's personal secret, if this browser knows it. */
  readonly seatSecret: string | null;
  readonly requests: Requests;
  readonly troubles: TroubleList;
  random(): number;
  /** The line is open; reads a signal. */
  online(): boolean;
  /** How far the journals reach by now; null while the line is down. */
  extents(): Readonly<Record<Written, Extent>> | null;
  /** Kept, then sent. */
  put(entry: Waiting): void;
  /** All that was put until now is kept, and among what waits. */
  written(): Promise<unknown>;
  /** What of a journal is not stored yet; reads a signal. */
  waiting(journal: Journal): readonly Waiting[];
  /** How much a journal may hold. */
  limit(journal: Journal): number;
  /** These alone of a journal are not sent for now. */
  keepBack(journal: Journal, entries: readonly Waiting[]): void;
  /** These are stored as part of something else, or another one takes their place. */
  settled(journal: Journal, entries: readonly Waiting[]): void;
  replace(entries: readonly Waiting[], one: Waiting): Promise<void>;
  /** What was refused does not hold these up. */
  allow(journal: Journal, locals: readonly Id[]): void;
  /** Remembers over a closed page that text of a journal must still be forgotten. */
  markForget(journal: Journal, wanted: boolean): void;
  /** Journals so marked. */
  toForget(): Promise<readonly Journal[]>;
  /** A few octets the next page must know of a journal, in place of the last ones; and what was so remembered. */
  remember(journal: Journal, octets: Uint8Array): Promise<void>;
  recall(journal: Journal): Promise<Uint8Array | null>;
  /** What the server answers to a request: mostly the line is gone, or the password is wanted. */
  failed(error: unknown): void;
}

/** The journals of documents. */
export type Written = Exclude<Journal, "chat">;

/** What the line says of the documents. */
export type Said = Entry | Extract<ToSharer, { type: "durable" | "compact" | "changed" }>;
