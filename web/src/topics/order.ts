/** Where an item stands in its list: a fractional index, so that moving one writes only that one. */
import { generateKeyBetween, generateNKeysBetween } from "fractional-indexing";

export interface Placed {
  readonly id: string;
  readonly order: string;
}

/** What a reader accepts. Keys made here stay far below: past `REKEY_LENGTH` a list gets new ones. */
const MAX_LENGTH = 200;
const REKEY_LENGTH = 48;
/** Each halving doubles the places two people may hit with one insertion at the same time: 16. */
const HALVINGS = 4;

/** By key; where two are equal, by id, so that both browsers show one order. */
export function byOrder(a: Placed, b: Placed): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export function isOrder(value: unknown): value is string {
  if (typeof value !== "string" || value.length > MAX_LENGTH || !/^[A-Za-z][0-9A-Za-z]+$/.test(value)) return false;
  try {
    generateKeyBetween(value, null);
    return true;
  } catch {
    return false;
  }
}

/**
 * The keys to write so that `id` stands at `index` of `list` (sorted, without `id`): usually its own alone. Where the
 * neighbours leave no room (equal keys from two who inserted at once, or keys grown long) the whole list gets new ones.
 */
export function keysFor(
  list: readonly Placed[],
  id: string,
  index: number,
  random: () => number = Math.random,
): ReadonlyMap<string, string> {
  const at = Math.max(0, Math.min(index, list.length));
  const key = between(list[at - 1]?.order ?? null, list[at]?.order ?? null, random);
  if (key !== null && key.length <= REKEY_LENGTH) return new Map([[id, key]]);
  const ids = list.map((item) => item.id);
  ids.splice(at, 0, id);
  const fresh = generateNKeysBetween(null, null, ids.length);
  return new Map(ids.map((one, n) => [one, fresh[n] ?? ""]));
}

/** A key between two, not always the same one; null where there is none. */
function between(before: string | null, after: string | null, random: () => number): string | null {
  try {
    let low = before;
    let high = after;
    let key = generateKeyBetween(low, high);
    for (let n = 0; n < HALVINGS; n += 1) {
      if (random() < 0.5) low = key;
      else high = key;
      key = generateKeyBetween(low, high);
    }
    return key;
  } catch {
    return null;
  }
}
