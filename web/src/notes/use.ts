/** What the panel follows: lists of notes, a lazily loaded editor, where the partner writes. */
import { useEffect, useState } from "preact/hooks";
import type * as Y from "yjs";
import type { Seat } from "../protocol.ts";
import { notes } from "../sharing/layout.ts";
import type { Sharing } from "../sharing/types.ts";
import { list, type Note } from "./model.ts";
import { type Place, type Pointing, readPointing } from "./pointing.ts";

export const KIND = "notes.caret";
const SEND_EVERY_MS = 150;
const REPEAT_MS = 8000;
const GONE_MS = 20_000;
const WRITING_MS = 3000;

/** The notes of a document, in order, following every change but those of the texts. */
export function useNotes(doc: Y.Doc | null): readonly Note[] {
  const [found, setFound] = useState<{ of: Y.Doc | null; notes: readonly Note[] }>({ of: null, notes: [] });
  useEffect(() => {
    if (doc === null) return;
    const read = () => setFound({ of: doc, notes: list(doc) });
    const watch = (events: readonly Y.YEvent<never>[]) => {
      if (events.some((event) => event.path[1] !== "body")) read();
    };
    read();
    const all = notes(doc) as unknown as Y.AbstractType<Y.YEvent<never>>;
    all.observeDeep(watch as never);
    return () => all.unobserveDeep(watch as never);
  }, [doc]);
  return found.of === doc ? found.notes : [];
}

export interface PartnerPlace {
  readonly seat: Seat;
  readonly pointing: Pointing;
  readonly writing: boolean;
}

/** Where the partner writes in the shared notes, or null. */
export function usePartnerPlace(sharing: Sharing): PartnerPlace | null {
  const [place, setPlace] = useState<PartnerPlace | null>(null);
  useEffect(() => {
    let gone: ReturnType<typeof setTimeout> | undefined;
    let still: ReturnType<typeof setTimeout> | undefined;
    const stop = sharing.onPass(KIND, (data, seat) => {
      const pointing = readPointing(data);
      if (pointing === null || seat === sharing.you) return;
      clearTimeout(gone);
      if (pointing.note === null) return setPlace(null);
      setPlace((before) => ({
        seat,
        pointing,
        writing: pointing.writing || (before?.writing === true && before.pointing.note === pointing.note),
      }));
      if (pointing.writing) {
        clearTimeout(still);
        still = setTimeout(() => setPlace((before) => before && { ...before, writing: false }), WRITING_MS);
      }
      gone = setTimeout(() => setPlace(null), GONE_MS);
      return undefined;
    });
    return () => {
      stop();
      clearTimeout(gone);
      clearTimeout(still);
    };
  }, [sharing]);
  return sharing.partnerHere.value ? place : null;
}

/** Passes one's own caret on, at most every 150 ms, and again from time to time while it rests. */
export class Pointer {
  readonly #sharing: Sharing;
  readonly #note: string;
  #places: { anchor: Place; head: Place } | null = null;
  #writing = false;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #repeat: ReturnType<typeof setInterval> | undefined;

  constructor(sharing: Sharing, note: string) {
    this.#sharing = sharing;
    this.#note = note;
  }

  at(places: { anchor: Place; head: Place } | null, writing: boolean): void {
    if (places === null && this.#places === null) return;
    this.#places = places;
    this.#writing ||= writing;
    this.#waiting ??= setTimeout(() => this.#send(), SEND_EVERY_MS);
    if (places === null) {
      clearInterval(this.#repeat);
      this.#repeat = undefined;
    } else this.#repeat ??= setInterval(() => this.#send(), REPEAT_MS);
  }

  #send(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    const places = this.#places;
    const said = places ? { note: this.#note, ...places, writing: this.#writing } : { note: null };
    this.#writing = false;
    this.#sharing.pass(KIND, said);
  }

  close(): void {
    clearInterval(this.#repeat);
    if (this.#places !== null || this.#waiting !== undefined) {
      this.#places = null;
      this.#send();
    }
  }
}
