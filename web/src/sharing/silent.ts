/**
 * What of the other's deletions this seat has given up without asking its person: many small ones come to a large one,
 * also where the page is loaded anew in between. It is kept beside the outbox, sealed as that is; where the browser keeps
 * nothing it is known as long as the page is.
 */
import type { Id } from "../protocol";
import { type Loss, NO_LOSS, plus } from "./loss";

export interface Remembers {
  recall(): Promise<Uint8Array | null>;
  remember(octets: Uint8Array): Promise<void>;
}

interface Sum {
  readonly loss: Loss;
  /** The last snapshot that is in it: each page of the seat agrees to the same one, and it counts once. */
  readonly last: Id | null;
}

export class Silent {
  #here: Sum = { loss: NO_LOSS, last: null };

  constructor(private readonly kept: Remembers | null = null) {}

  async sum(): Promise<Loss> {
    return (await this.#now()).loss;
  }

  /** It is about to be given up with this snapshot. Where that fails, it counts all the same. */
  async add(snapshot: Id, loss: Loss): Promise<void> {
    const now = await this.#now();
    if (now.last !== snapshot) await this.#keep({ loss: plus(now.loss, loss), last: snapshot });
  }

  /** A person has said that what they were asked about may go: it begins anew. Null: with no snapshot yet. */
  settle(snapshot: Id | null): Promise<void> {
    return this.#keep({ loss: NO_LOSS, last: snapshot });
  }

  /** Another page of this seat may have added to it. */
  async #now(): Promise<Sum> {
    const octets = await this.kept?.recall();
    this.#here = (octets && read(octets)) ?? this.#here;
    return this.#here;
  }

  async #keep(sum: Sum): Promise<void> {
    this.#here = sum;
    const { whole, shapes, letters } = sum.loss;
    await this.kept?.remember(new TextEncoder().encode(JSON.stringify([sum.last, whole, shapes, letters])));
  }
}

function read(octets: Uint8Array): Sum | null {
  try {
    const [last, ...counts]: unknown[] = JSON.parse(new TextDecoder().decode(octets));
    const [whole, shapes, letters] = counts.map((count) => (Number.isSafeInteger(count) ? Number(count) : 0));
    return {
      last: last === null ? null : String(last),
      loss: { whole: whole ?? 0, shapes: shapes ?? 0, letters: letters ?? 0 },
    };
  } catch {
    return null;
  }
}
