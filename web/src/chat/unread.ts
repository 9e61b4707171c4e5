/** How many of the partner's messages this person has not seen yet. Small: the meeting loads it without the panel. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Id, Seat } from "../protocol";
import type { ChatEntry, Sharing } from "../sharing/types";

export interface Unread {
  readonly count: ReadonlySignal<number>;
  /** The number of the last message seen. */
  readonly read: ReadonlySignal<number>;
  /** The person has seen everything up to `n`. */
  seen(n: number): void;
  close(): void;
}

type Keeps = Pick<Storage, "getItem" | "setItem">;

const kept = new WeakMap<Sharing, Unread>();

/** The one count of a sharing; its panel and its button share it. Kept by seat in this browser, where it may be. */
export function unreadCount(sharing: Sharing, storage: Keeps | null = browserStorage()): Unread {
  const known = kept.get(sharing);
  if (known) return known;
  const place = placeOf(sharing.room, sharing.you);
  const read = signal(numberIn(storage, place));
  const keep = (n: number): void => {
    if (n <= read.peek()) return;
    read.value = n;
    try {
      storage?.setItem(place, String(n));
    } catch {
      // a full or forbidden storage: it is kept as long as the page is
    }
  };
  // whoever writes has read what stands above
  const stop = effect(() => keep(lastOwn(sharing)));
  const count = computed(() => countAfter(sharing, read.value));
  const elsewhere = (event: StorageEvent): void => {
    if (event.key === place) read.value = Math.max(read.peek(), parsed(event.newValue));
  };
  globalThis.addEventListener?.("storage", elsewhere);
  const unread: Unread = {
    count,
    read,
    seen: keep,
    close: () => {
      stop();
      globalThis.removeEventListener?.("storage", elsewhere);
      kept.delete(sharing);
    },
  };
  kept.set(sharing, unread);
  return unread;
}

function countAfter(sharing: Sharing, read: number): number {
  const entries = sharing.chat.value;
  let count = 0;
  for (let at = entries.length - 1; at >= 0; at -= 1) {
    const entry = entries[at];
    if (!entry?.stored) continue;
    if (entry.n <= read) break;
    if (entry.seat !== sharing.you && isMessage(entry)) count += 1;
  }
  return count;
}

const reactions = new WeakMap<Uint8Array, boolean>();

/** Neither deleted nor a reaction. What reads messages whole (body.ts) comes with the panel. */
function isMessage({ body }: ChatEntry): boolean {
  if (body === null) return false;
  if (!reactions.has(body)) reactions.set(body, isReaction(body));
  return !reactions.get(body);
}

function isReaction(body: Uint8Array): boolean {
  try {
    const said: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof said === "object" && said !== null && Object.hasOwn(said, "reaction");
  } catch {
    return false;
  }
}

function lastOwn(sharing: Sharing): number {
  return sharing.chat.value.findLast((entry) => entry.stored && entry.seat === sharing.you)?.n ?? 0;
}

function placeOf(room: Id, seat: Seat): string {
  return `visavis:${room}:${seat}:chat-read`;
}

function numberIn(storage: Keeps | null, place: string): number {
  try {
    return parsed(storage?.getItem(place));
  } catch {
    return 0;
  }
}

function parsed(text: string | null | undefined): number {
  return /^\d{1,15}$/.test(text ?? "") ? Number(text) : 0;
}

export function browserStorage(): Keeps | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
