/**
 * Who wrote what, and when. Yjs names each thing by the browser's number and a count that only rises: the change that
 * first reached a count is the one that wrote it.
 */
import * as Y from "yjs";
import type { Seat } from "../types.ts";

export interface Origin {
  /** Place on the recording's axis; null: before it. */
  readonly at: number | null;
  readonly seat: Seat | null;
}

interface Span extends Origin {
  readonly from: number;
  readonly to: number;
}

const BEFORE: Origin = { at: null, seat: null };

export class Origins {
  /** By browser, in order of the counts. */
  readonly #spans = new Map<number, Span[]>();

  /** Changes in the order they came; of two that bring the same the first counts. */
  add(update: Uint8Array, origin: Origin): void {
    let range: { from: Map<number, number>; to: Map<number, number> };
    try {
      range = Y.parseUpdateMeta(update);
    } catch {
      return;
    }
    for (const [client, to] of range.to) {
      const spans = this.#spans.get(client) ?? [];
      const known = spans.at(-1)?.to ?? 0;
      if (to <= known) continue;
      const { at, seat } = origin;
      spans.push({ at, seat, from: Math.max(known, range.from.get(client) ?? 0), to });
      this.#spans.set(client, spans);
    }
  }

  /** Of the thing itself, whatever has become of it since. */
  of(id: Y.ID | null | undefined): Origin {
    if (!id) return BEFORE;
    const spans = this.#spans.get(id.client) ?? [];
    let [low, high] = [0, spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((spans[middle]?.to ?? 0) > id.clock) high = middle;
      else low = middle + 1;
    }
    const span = spans[low];
    return span === undefined || span.from > id.clock ? BEFORE : { at: span.at, seat: span.seat };
  }

  /** Of an element, a note, a topic. */
  ofType(type: { readonly _item: Y.Item | null } | null | undefined): Origin {
    return this.of(type?._item?.id);
  }

  /** Of what stands in a map under a key, from when it was first set there. */
  ofKey(map: Y.Map<unknown> | null, key: string): Origin {
    let item = map?._map.get(key) ?? null;
    for (let steps = 0; item?.left && steps < MOST_STEPS; steps += 1) item = item.left;
    return this.of(item?.id);
  }
}

const MOST_STEPS = 100_000;
