/**
 * The deleted pages this person has agreed to give up: by deleting them here, or by saying "All right" to what the partner
 * deleted. Only these go for good by themselves, and only by this browser's own clock: what stands in the document about
 * a deletion was perhaps written by the partner's browser, and could be made up to have this one wipe a page unseen.
 */
import type { Id, Seat } from "../protocol";
import { cleanId, isRecord, number } from "./clean";
import { type Kept, keptAt } from "./kept";

export const BROUGHT_BACK_FOR_MS = 12 * 60 * 60 * 1000;
const MOST = 200;

interface Agreed {
  readonly page: Id;
  /** When the document says it was deleted: deleted once more by the partner, it is to be agreed to once more. */
  readonly deletedMs: number;
  readonly atMs: number;
  readonly meeting: Id | null;
}

/** As it stands in the document. */
export interface Marked {
  readonly id: Id;
  readonly deletedMs: number | null;
}

export class Deletions {
  private agreed: Agreed[];
  private readonly kept: Kept<Agreed>;

  constructor(where: { readonly room: Id; readonly you: Seat }, kept?: Kept<Agreed>) {
    this.kept = kept ?? keptAt(`visavis:${where.room}:${where.you}:board-deleted`, MOST, read);
    this.agreed = this.kept.load();
  }

  agree({ id, deletedMs }: Marked, meeting: Id | null, now: number): void {
    if (deletedMs === null) return;
    const others = this.agreed.filter(({ page }) => page !== id);
    this.save([...others, { page: id, deletedMs, atMs: now, meeting }]);
  }

  has(page: Marked): boolean {
    return this.of(page) !== undefined;
  }

  /** Agreed to, and the time to bring it back is over: its meeting, or half a day. */
  isOver(page: Marked, meeting: Id | null, now: number): boolean {
    const agreed = this.of(page);
    if (agreed === undefined) return false;
    const anotherMeeting = meeting !== null && agreed.meeting !== null && agreed.meeting !== meeting;
    return anotherMeeting || now - agreed.atMs > BROUGHT_BACK_FOR_MS;
  }

  /** Forgets what stands on the board again. What is gone may be asked about still, as all that is deleted for good. */
  tidy(marked: readonly Marked[], isThere: (page: Id) => boolean): void {
    const left = this.agreed.filter((one) => !isThere(one.page) || marked.some((page) => this.of(page) === one));
    if (left.length < this.agreed.length) this.save(left);
  }

  private of({ id, deletedMs }: Marked): Agreed | undefined {
    return this.agreed.find((one) => one.page === id && one.deletedMs === deletedMs);
  }

  private save(agreed: Agreed[]): void {
    this.agreed = agreed.slice(-MOST);
    this.kept.save(this.agreed);
  }
}

/** Whether this person has given up a page, deleted at that moment, as this browser remembers by now. */
export function givenUpBy(where: { readonly room: Id; readonly you: Seat }): (page: Id, deletedMs: unknown) => boolean {
  return (id, deletedMs) => typeof deletedMs === "number" && new Deletions(where).has({ id, deletedMs });
}

function read(given: unknown): Agreed | null {
  if (!isRecord(given)) return null;
  const [page, meeting] = [cleanId(given.page), cleanId(given.meeting)];
  const deletedMs = number(given.deletedMs, -8e15, 8e15);
  const atMs = number(given.atMs, 0, 8e15);
  return page === null || deletedMs === null || atMs === null ? null : { page, deletedMs, atMs, meeting };
}
