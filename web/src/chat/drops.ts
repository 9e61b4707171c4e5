/** Files of deleted messages that the server still has to drop; remembered until it has, also over a reload. */
import type { Id } from "../protocol";
import type { Sharing } from "../sharing/types";
import { mayPass } from "./composer.ts";

type Keeps = Pick<Storage, "getItem" | "setItem" | "removeItem">;
const MOST = 200;

export class Drops {
  readonly #sharing: Sharing;
  readonly #storage: Keeps | null;
  readonly #place: string;
  readonly #stop: () => void;
  #ids: Set<Id>;

  constructor(sharing: Sharing, storage: Keeps | null = browserStorage()) {
    this.#sharing = sharing;
    this.#storage = storage;
    this.#place = `visavis:${sharing.room}:${sharing.you}:chat-drops`;
    this.#ids = new Set(this.#load());
    this.#stop = sharing.phase.subscribe((phase) => {
      if (phase === "open") void this.#dropAll();
    });
  }

  async drop(ids: readonly Id[]): Promise<void> {
    for (const id of ids) if (this.#ids.size < MOST) this.#ids.add(id);
    this.#keep();
    await this.#dropAll();
  }

  close(): void {
    this.#stop();
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

  #load(): Id[] {
    try {
      const found: unknown = JSON.parse(this.#storage?.getItem(this.#place) ?? "[]");
      return Array.isArray(found) ? found.filter((id) => typeof id === "string" && /^[a-z2-7]{16}$/.test(id)) : [];
    } catch {
      return [];
    }
  }

  #keep(): void {
    try {
      if (this.#ids.size === 0) this.#storage?.removeItem(this.#place);
      else this.#storage?.setItem(this.#place, JSON.stringify([...this.#ids]));
    } catch {
      // kept as long as the page is
    }
  }
}

function browserStorage(): Keeps | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
