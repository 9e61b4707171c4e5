/**
 * Pictures nobody can see any more are dropped on the server too. Only who put a blob may drop it, and nothing in the
 * document says truly who did, or that it was for the board at all: so this browser keeps its own list of what it has put
 * for the board, and drops what no page names any more. What this person took off goes soon, once no undo can want it
 * back; what the partner took off goes a day after it was seen to be gone, and not while this person is being asked
 * whether it may go.
 */

import { mayPass } from "../chat/composer.ts";
import type { Id } from "../protocol";
import { pages } from "../sharing/layout";
import type { Work } from "../sharing/types";
import { cleanId, isRecord, number } from "./clean";
import { type Kept, keptAt } from "./kept";
import { blobOf, elementsOf, filesOf, picturesIn } from "./pages";

export const OWN_MS = 10 * 60 * 1000;
export const THEIRS_MS = 24 * 60 * 60 * 1000;
const MOST = 1000;
const MOST_AT_ONCE = 50;

interface Put {
  readonly blob: Id;
  /** Since when no page names it, as far as this browser has seen. */
  since: number | null;
  /** This person took it off. */
  own: boolean;
}

export type Collecting = Pick<Work, "room" | "you" | "doc" | "ready" | "phase" | "troubles" | "dropBlob">;

export class Collector {
  private readonly kept: Kept<Put>;
  private puts: Put[];
  /** Taken off here, and an undo may bring it back still. */
  private readonly undoable = new Set<Id>();
  private running = false;

  constructor(
    private readonly sharing: Collecting,
    kept?: Kept<Put>,
  ) {
    this.kept = kept ?? keptAt(`visavis:${sharing.room}:${sharing.you}:board-pictures`, MOST, read);
    this.puts = this.kept.load();
  }

  put(blob: Id): void {
    this.puts = [...this.puts, { blob, since: null, own: false }].slice(-MOST);
    this.kept.save(this.puts);
  }

  /** This person took these off, where another's are among them, those are the other's to drop. */
  took(blobs: Iterable<Id>, now: number, undoable: boolean): void {
    for (const blob of blobs) {
      const put = this.puts.find((one) => one.blob === blob);
      if (put === undefined) continue;
      put.own = true;
      put.since = now;
      if (undoable) this.undoable.add(blob);
    }
    this.kept.save(this.puts);
  }

  /** The page that lay open is put away: nothing of it can be undone. */
  forgetUndo(): void {
    this.undoable.clear();
  }

  /** Drops what is to be dropped; what could not be is tried again the next time. */
  async collect(now: number): Promise<void> {
    if (this.running || this.puts.length === 0 || !this.maySweep()) return;
    this.running = true;
    try {
      const due = this.due(now).slice(0, MOST_AT_ONCE);
      forgetFiles(this.sharing, new Set(due));
      for (const blob of due) if (await this.drop(blob)) this.puts = this.puts.filter((one) => one.blob !== blob);
    } finally {
      this.running = false;
      this.kept.save(this.puts);
    }
  }

  private maySweep(): boolean {
    const { ready, phase, troubles } = this.sharing;
    const asked = troubles.peek().some(({ code }) => code === "deleted_much" || code === "unequal");
    return ready.peek() && phase.peek() === "open" && !asked;
  }

  private due(now: number): Id[] {
    const living = livingBlobs(this.sharing);
    for (const put of this.puts) {
      if (living.has(put.blob)) Object.assign(put, { since: null, own: false });
      else put.since ??= now;
    }
    const isDue = ({ blob, since, own }: Put) =>
      since !== null && !this.undoable.has(blob) && now - since >= (own ? OWN_MS : THEIRS_MS);
    return this.puts.filter(isDue).map(({ blob }) => blob);
  }

  private async drop(blob: Id): Promise<boolean> {
    try {
      await this.sharing.dropBlob(blob);
      return true;
    } catch (failure) {
      return !mayPass(failure);
    }
  }
}

/** Of all pages, also of those that can be brought back. */
function livingBlobs({ doc }: Collecting): Set<Id> {
  const living = new Set<Id>();
  for (const page of pages(doc).keys()) {
    const files = filesOf(doc, page);
    if (files === null || files.keys().next().done) continue;
    for (const fileId of picturesIn(elementsOf(doc, page)?.values() ?? [])) {
      const blob = blobOf(files.get(fileId));
      if (blob !== null) living.add(blob);
    }
  }
  return living;
}

function forgetFiles({ doc }: Collecting, blobs: ReadonlySet<Id>): void {
  doc.transact(() => {
    for (const page of pages(doc).keys()) {
      const files = filesOf(doc, page);
      for (const [fileId, file] of [...(files ?? [])]) {
        const blob = blobOf(file);
        if (blob !== null && blobs.has(blob)) files?.delete(fileId);
      }
    }
  });
}

function read(given: unknown): Put | null {
  if (!isRecord(given)) return null;
  const blob = cleanId(given.blob);
  return blob === null ? null : { blob, since: number(given.since, 0, 8e15), own: given.own === true };
}
