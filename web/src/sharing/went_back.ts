/**
 * That somebody went back to an earlier state stands in the document, written by the very change that did it: the other is
 * told also where they come later, on whatever device, and once. Undone it is gone with the rest. It comes from the other's
 * browser, and so does no more than tell.
 */
import type * as Y from "yjs";
import { otherSeat, type Seat } from "../protocol";
import { wentBack } from "./layout";

export class WentBack {
  #ready = false;
  readonly #look = () => {
    if (this.#ready) this.told(wentBack(this.doc).has(otherSeat(this.you)));
  };

  /** `told`: whether there is something the other did to be told of. */
  constructor(
    private readonly doc: Y.Doc,
    private readonly you: Seat,
    private readonly told: (there: boolean) => void,
  ) {
    wentBack(doc).observe(this.#look);
  }

  /** All that was written until now is here: what was undone or read since is not told of. */
  ready(): void {
    this.#ready = true;
    this.#look();
  }

  /** This seat goes back; to be called within that change. */
  note(now: number): void {
    wentBack(this.doc).set(this.you, now);
  }

  /** This person knows. */
  seen(): void {
    wentBack(this.doc).delete(otherSeat(this.you));
  }

  close(): void {
    wentBack(this.doc).unobserve(this.#look);
  }
}
