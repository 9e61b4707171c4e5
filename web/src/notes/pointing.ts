/** What is passed about carets, and how it is read: the other browser may send anything. */

/** A relative position of Yjs. It never names a root type: resolving it would make one. */
export interface Place {
  readonly type?: Item;
  readonly item?: Item;
  readonly assoc?: number;
}

interface Item {
  readonly client: number;
  readonly clock: number;
}

/** `note` null: not writing any more. */
export interface Pointing {
  readonly note: string | null;
  readonly anchor: Place;
  readonly head: Place;
  /** Whether it goes along with a change and not only with a look. */
  readonly writing: boolean;
}

export function readPointing(data: unknown): Pointing | null {
  if (!isRecord(data)) return null;
  const { note, writing } = data;
  if (note === null) return { note: null, anchor: {}, head: {}, writing: false };
  if (typeof note !== "string" || note.length > 64) return null;
  const anchor = readPlace(data.anchor);
  const head = readPlace(data.head);
  return anchor === null || head === null ? null : { note, anchor, head, writing: writing === true };
}

export function readPlace(data: unknown): Place | null {
  if (!isRecord(data)) return null;
  const type = readItem(data.type);
  const item = readItem(data.item);
  if (type === null && item === null) return null;
  const assoc = data.assoc === -1 ? -1 : 0;
  return { ...(type ? { type } : {}), ...(item ? { item } : {}), assoc };
}

function readItem(data: unknown): Item | null {
  if (!isRecord(data)) return null;
  const { client, clock } = data;
  return isNumber(client) && isNumber(clock) ? { client, clock } : null;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
