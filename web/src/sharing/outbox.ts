/**
 * What was written here and is not stored by the server yet. It lies in IndexedDB, sealed under a key that the server
 * gives to this seat alone and that is held in memory only, so that it survives a closed page and tells a thief nothing.
 * Where the browser keeps nothing (private windows, a full disk) everything goes on without, and the person is told.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Id, Seat } from "../protocol";
import { open, seal } from "./seal";
import type { Journal } from "./types";

export interface Waiting {
  readonly journal: Journal;
  readonly local: Id;
  readonly body: Uint8Array;
}

interface Kept {
  /** In the order they were written. */
  at: number;
  journal: Journal;
  sealed: Uint8Array<ArrayBuffer>;
}

interface Schema extends DBSchema {
  entries: { key: string; value: Kept };
  /** Journals of which text was deleted and is to be forgotten, by room, seat and journal; beside each, sealed, what a
   * page must know of it that comes after this one; and, sealed, what is half written in the fields of the seat. */
  forget: { key: string; value: number | Uint8Array<ArrayBuffer> };
}

const DATABASE = "visavis-outbox";
const JOURNALS: readonly Journal[] = ["document", "chat", "notes"];

/** Of what was put last; two of one millisecond stay in order. */
let last = 0;

export class Outbox {
  #database: Promise<IDBPDatabase<Schema>> | null;
  readonly #place: string;

  /** `failed` is told once when the browser keeps nothing (`storage_missing`) or no more (`storage_full`). */
  constructor(
    room: Id,
    seat: Seat,
    private readonly key: CryptoKey,
    private readonly failed: (code: "storage_missing" | "storage_full") => void,
  ) {
    this.#place = `${room}/${seat}/`;
    this.#database = opened();
    this.#database.catch(() => this.#without("storage_missing"));
  }

  /** What lies there from before, in order. What does not open is not ours to keep. */
  async load(): Promise<Waiting[]> {
    try {
      const database = await this.#database;
      if (!database) return [];
      // In one transaction: another page of this seat may be writing.
      const store = database.transaction("entries").objectStore("entries");
      const range = this.#range();
      const [keys, values] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
      const found = keys.map((key, place) => ({ key, kept: values[place] }));
      found.sort((one, other) => (one.kept?.at ?? 0) - (other.kept?.at ?? 0));
      const entries: Waiting[] = [];
      for (const { key, kept } of found) {
        const local = key.slice(this.#place.length);
        const body = kept && (await open(this.key, this.#name(kept.journal, local), kept.sealed).catch(() => null));
        if (kept && body) entries.push({ journal: kept.journal, local, body });
        else await database.delete("entries", key);
      }
      return entries;
    } catch {
      this.#without("storage_missing");
      return [];
    }
  }

  /** Resolves once the browser keeps it, or cannot. */
  async put({ journal, local, body }: Waiting): Promise<void> {
    try {
      last = Math.max(last + 1, Date.now() * 1000);
      const at = last;
      const sealed = await seal(this.key, this.#name(journal, local), body);
      const database = await this.#database;
      await database?.put("entries", { at, journal, sealed }, this.#place + local);
    } catch (error) {
      this.#without(isFull(error) ? "storage_full" : "storage_missing");
    }
  }

  async remove(locals: readonly Id[]): Promise<void> {
    try {
      const database = await this.#database;
      if (!database) return;
      const store = database.transaction("entries", "readwrite").objectStore("entries");
      await Promise.all(locals.map((local) => store.delete(this.#place + local)));
    } catch {
      // Sent again at the next opening, and known by its name then.
    }
  }

  /** Remembers over a closed page that text was deleted (`true`), or is forgotten now. */
  async markForget(journal: Journal, wanted: boolean): Promise<void> {
    try {
      const database = await this.#database;
      if (wanted) await database?.put("forget", Date.now(), this.#place + journal);
      else await database?.delete("forget", this.#place + journal);
    } catch {
      // The next deletion asks again.
    }
  }

  async toForget(): Promise<Journal[]> {
    try {
      const database = await this.#database;
      const keys = (await database?.getAllKeys("forget", this.#range())) ?? [];
      return JOURNALS.filter((journal) => keys.includes(this.#place + journal));
    } catch {
      return [];
    }
  }

  /** A few octets the next page must know of a journal, in place of the last ones. */
  async remember(journal: Journal, octets: Uint8Array): Promise<void> {
    try {
      const sealed = await seal(this.key, this.#name(journal, "known"), octets);
      const database = await this.#database;
      await database?.put("forget", sealed, `${this.#place}${journal}/known`);
    } catch {
      // This page knows it.
    }
  }

  /** Null: there is nothing, or nothing that can be read. */
  async recall(journal: Journal): Promise<Uint8Array | null> {
    try {
      const database = await this.#database;
      const sealed = await database?.get("forget", `${this.#place}${journal}/known`);
      return sealed instanceof Uint8Array ? await open(this.key, this.#name(journal, "known"), sealed) : null;
    } catch {
      return null;
    }
  }

  /** What is half written in a field, in place of what was kept of it; nothing, and it is gone. */
  async keepDraft(name: string, text: string): Promise<void> {
    const place = `${this.#place}draft/${name}`;
    try {
      const sealed = text && (await seal(this.key, this.#draft(name), new TextEncoder().encode(text)));
      const database = await this.#database;
      if (sealed) await database?.put("forget", sealed, place);
      else await database?.delete("forget", place);
    } catch (error) {
      this.#without(isFull(error) ? "storage_full" : "storage_missing");
    }
  }

  /** What does not open is not ours to keep. */
  async draft(name: string): Promise<string> {
    const place = `${this.#place}draft/${name}`;
    try {
      const database = await this.#database;
      const sealed = await database?.get("forget", place);
      if (!(sealed instanceof Uint8Array)) return "";
      const text = await open(this.key, this.#draft(name), sealed).catch(() => null);
      if (text === null) await database?.delete("forget", place);
      return text === null ? "" : new TextDecoder().decode(text);
    } catch {
      return "";
    }
  }

  close(): void {
    this.#database?.then((database) => database.close()).catch(() => undefined);
    this.#database = null;
  }

  #name(journal: Journal, local: Id): string {
    return `visavis outbox v1/${this.#place}${journal}/${local}`;
  }

  #draft(name: string): string {
    return `visavis draft v1/${this.#place}${name}`;
  }

  #range(): IDBKeyRange {
    return IDBKeyRange.bound(this.#place, `${this.#place}\uffff`);
  }

  #without(code: "storage_missing" | "storage_full"): void {
    // A full disk may have room again: the next entry is tried.
    if (code === "storage_missing") this.#database = null;
    this.failed(code);
  }
}

async function opened(): Promise<IDBPDatabase<Schema>> {
  return await openDB<Schema>(DATABASE, 1, {
    upgrade(database) {
      database.createObjectStore("entries");
      database.createObjectStore("forget");
    },
  });
}

function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}
