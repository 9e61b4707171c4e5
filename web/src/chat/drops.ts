/** Files of deleted messages that the server still has to drop: each only once its message is gone, whatever became of
 * the line meanwhile. Remembered until then, also over a reload. */
import type { Id } from "../protocol";
import type { ChatEntry, Sharing } from "../sharing/types";
import type { FileNote } from "./body.ts";
import { mayPass } from "./composer.ts";

type Keeps = Pick<Storage, "getItem" | "setItem" | "removeItem">;
const MOST = 200;

export class Drops {
  readonly #sharing: Sharing;
  readonly #storage: Keeps | null;
  readonly #place: string;
  readonly #stop: (() => void)[];
  #ids: Set<Id>;
  /** By the message they belong to, which is to be struck first. */
  #waiting: Map<Id, readonly Id[]>;

  constructor(sharing: Sharing, storage: Keeps | null = browserStorage()) {
    this.#sharing = sharing;
    this.#storage = storage;
    this.#place = `visavis:${sharing.room}:${sharing.you}:chat-drops`;
    const { now, later } = this.#load();
    this.#ids = new Set(now);
    this.#waiting = new Map(later);
    this.#stop = [
      sharing.phase.subscribe((phase) => {
        if (phase === "open") void this.#dropAll();
      }),
      sharing.chat.subscribe((entries) => this.#look(entries)),
    ];
  }

  async drop(ids: readonly Id[]): Promise<void> {
    for (const id of ids) if (this.#ids.size < MOST) this.#ids.add(id);
    this.#keep();
    await this.#dropAll();
  }

  /** `local`: the message's own name, which it has before it has a number. */
  whenStruck(local: Id, ids: readonly Id[]): void {
    if (ids.length === 0 || this.#waiting.size >= MOST) return;
    this.#waiting.set(local, ids);
    this.#keep();
  }

  /** A message that waits to be sent is not to be sent. */
  takeBack(local: Id, files: readonly FileNote[]): void {
    const ids = files.map(({ blob }) => blob);
    if (this.#sharing.takeBack(local)) void this.drop(ids);
    else this.whenStruck(local, ids);
  }

  close(): void {
    for (const stop of this.#stop) stop();
  }

  #look(entries: readonly ChatEntry[]): void {
    if (this.#waiting.size === 0) return;
    const gone = entries.filter(({ local, seat, body }) => {
      return body === null && seat === this.#sharing.you && this.#waiting.has(local);
    });
    const ids = gone.flatMap(({ local }) => this.#waiting.get(local) ?? []);
    for (const { local } of gone) this.#waiting.delete(local);
    if (ids.length > 0) void this.drop(ids);
  }

  async #dropAll(): Promise<void> {
    for (const id of [...this.#ids]) {
      try {
        await this.#sharing.dropBlob(id);
      } catch (failure) {
        if (mayPass(failure)) continue;
      }
      this.#ids.delete(id);
    }
    this.#keep();
  }

  #load(): Kept {
    try {
      const { now, later } = JSON.parse(this.#storage?.getItem(this.#place) ?? "{}");
      const some = Array.isArray(later) ? later.filter((one) => Array.isArray(one) && isId(one[0])) : [];
      return { now: idsOf(now), later: some.map(([local, ids]) => [local, idsOf(ids)]) };
    } catch {
      return { now: [], later: [] };
    }
  }

  #keep(): void {
    const kept: Kept = { now: [...this.#ids], later: [...this.#waiting] };
    try {
      if (kept.now.length + kept.later.length === 0) this.#storage?.removeItem(this.#place);
      else this.#storage?.setItem(this.#place, JSON.stringify(kept));
    } catch {
      // kept as long as the page is
    }
  }
}

interface Kept {
  readonly now: readonly Id[];
  readonly later: readonly (readonly [Id, readonly Id[]])[];
}

function idsOf(found: unknown): Id[] {
  return Array.isArray(found) ? found.filter(isId) : [];
}

const isId = (found: unknown): found is Id => typeof found === "string" && /^[a-z2-7]{16}$/.test(found);

function browserStorage(): Keeps | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
