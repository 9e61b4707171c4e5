/** What of a document's changes can go to the server where not all of them can, and what it is that cannot. */
import * as Y from "yjs";

type Struct = Y.Item | Y.GC;
type Clocks = Map<number, number>;
interface Run {
  readonly clock: number;
  length: number;
}

/** All that `now` has beyond `before`, without what was deleted meanwhile: written and crossed out again, it is small. */
export const news = (before: Y.Doc, now: Y.Doc): Uint8Array => Y.encodeStateAsUpdate(now, Y.encodeStateVector(before));

/**
 * What `now` deletes of what is in `before`, and nothing else; null: nothing. It builds on nothing that the server lacks,
 * so whoever gets it can take it at once. A value in whose place another was put stays: without that other one, which
 * may have to wait, it would be lost to everybody else.
 */
export function deletions(before: Y.Doc, now: Y.Doc): Uint8Array | null {
  const gone = new Map<number, Run[]>();
  for (const [client, mine] of before.store.clients) {
    const theirs = (now.store.clients.get(client) ?? []) as Struct[];
    const runs: Run[] = [];
    let first = 0;
    for (const item of mine) {
      if (!(item instanceof Y.Item) || item.deleted) continue;
      const end = item.id.clock + item.length;
      for (let at = first; at < theirs.length; at += 1) {
        const struct = theirs[at] as Struct;
        if (struct.id.clock >= end) break;
        if (struct.id.clock + struct.length <= item.id.clock) first = at + 1;
        else if (struct.deleted && !isReplaced(item, now)) {
          const clock = Math.max(struct.id.clock, item.id.clock);
          add(runs, clock, Math.min(struct.id.clock + struct.length, end) - clock);
        }
      }
    }
    if (runs.length > 0) gone.set(client, runs);
  }
  return gone.size > 0 ? encoded(gone) : null;
}

function add(runs: Run[], clock: number, length: number): void {
  const last = runs.at(-1);
  if (last && last.clock + last.length === clock) last.length += length;
  else runs.push({ clock, length });
}

/** It, or what it lies in, has made way for another value. */
function isReplaced(item: Y.Item, now: Y.Doc): boolean {
  for (let one: Y.Item | null = item; one; one = (one.parent as Y.AbstractType<unknown>)._item) {
    if (one.parentSub === null) continue;
    const here = structAt(now, one.id);
    const parent = here instanceof Y.Item ? here.parent : null;
    const there = parent instanceof Y.AbstractType ? parent._map.get(one.parentSub) : undefined;
    if (here?.deleted && there && !there.deleted) return true;
  }
  return false;
}

function structAt(doc: Y.Doc, { client, clock }: Y.ID): Struct | null {
  const structs = doc.store.clients.get(client) as Struct[] | undefined;
  return structs && clock < Y.getState(doc.store, client) ? (structs[Y.findIndexSS(structs, clock)] ?? null) : null;
}

/** An update (V1) of no contents and these deletions. */
function encoded(gone: ReadonlyMap<number, readonly Run[]>): Uint8Array {
  const octets = [0];
  const put = (value: number): void => {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) octets.push((rest % 128) + 128);
    octets.push(rest);
  };
  put(gone.size);
  for (const [client, runs] of gone) {
    put(client);
    put(runs.length);
    for (const { clock, length } of runs) {
      put(clock);
      put(length);
    }
  }
  return Uint8Array.from(octets);
}

/** Whether it deletes something, or holds what another page than this one wrote. */
export function eases(update: Uint8Array, page: number): boolean {
  const { structs, ds } = Y.decodeUpdate(update);
  return ds.clients.size > 0 || structs.some(({ id }) => id.client !== page);
}

// --- what builds on what ----------------------------------------------------------------------------------------------

/**
 * Which of these updates, in order, build on nothing but `before` and each other. The rest would wait in every other
 * browser for what does not come, and be taken there for something broken: it is not sent. What one page writes after
 * something large builds on that, whatever it is: Yjs counts all that a page writes in one row.
 */
export function standing(before: Y.Doc, updates: readonly Uint8Array[]): readonly boolean[] {
  const known: Clocks = new Map();
  for (const client of before.store.clients.keys()) known.set(client, Y.getState(before.store, client));
  return updates.map((update) => {
    const after = reached(known, update);
    for (const [client, clock] of after ?? []) known.set(client, clock);
    return after !== null;
  });
}

/** How far each client's row reaches with this update; null: it builds on what is not there. */
function reached(known: Clocks, update: Uint8Array): Clocks | null {
  const { structs, ds } = Y.decodeUpdate(update);
  const after = new Map(known);
  for (const { id, length } of structs) {
    const there = after.get(id.client) ?? 0;
    if (id.clock > there) return null;
    after.set(id.client, Math.max(there, id.clock + length));
  }
  const has = (id: unknown): boolean => !(id instanceof Y.ID) || id.clock < (after.get(id.client) ?? 0);
  for (const struct of structs) {
    if (struct instanceof Y.Skip) return null;
    if (struct instanceof Y.Item && ![struct.origin, struct.rightOrigin, struct.parent].every(has)) return null;
  }
  for (const [client, runs] of ds.clients) {
    if (runs.some(({ clock, len }) => clock + len > (after.get(client) ?? 0))) return null;
  }
  return after;
}

// --- what it is -------------------------------------------------------------------------------------------------------

/** Something people know by a name. */
export interface Thing {
  readonly kind: (typeof KINDS)[number];
  readonly called: string;
}

const KINDS = ["pages", "notes", "topics", "actions"] as const;
const NAMES = ["name", "title", "text"] as const;
const LONGEST_NAME = 60;

/** The page, note or topic that an update brings most to; null: nothing that has a name. */
export function thingOf(doc: Y.Doc, update: Uint8Array): Thing | null {
  const sizes = new Map<string, number>();
  for (const struct of Y.decodeUpdate(update).structs) {
    const item = structAt(doc, struct.id);
    const place = item instanceof Y.Item && struct instanceof Y.Item ? placeOf(item) : null;
    if (place) sizes.set(place, (sizes.get(place) ?? 0) + sizeOf(struct));
  }
  const [largest] = [...sizes].sort(([, one], [, other]) => other - one);
  const [kind, id] = largest?.[0].split("/") ?? [];
  const known = KINDS.find((one) => one === kind);
  return known && id ? { kind: known, called: nameOf(doc.getMap(kind).get(id)) } : null;
}

function placeOf(item: Y.Item): string | null {
  let one = item;
  for (;;) {
    const parent = one.parent;
    if (!(parent instanceof Y.AbstractType)) return null;
    if (!parent._item) return one.parentSub && `${Y.findRootTypeKey(parent)}/${one.parentSub}`;
    one = parent._item;
  }
}

function sizeOf(struct: Y.Item | Y.GC | Y.Skip): number {
  const encoder = new Y.UpdateEncoderV1();
  struct.write(encoder, 0);
  return encoder.toUint8Array().length;
}

function nameOf(thing: unknown): string {
  if (!(thing instanceof Y.Map)) return "";
  const found = NAMES.map((key) => thing.get(key)).find(
    (value) => typeof value === "string" || value instanceof Y.Text,
  );
  const name = String(found ?? "").trim();
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
}
