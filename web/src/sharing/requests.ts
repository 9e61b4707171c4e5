/** What goes by HTTP: journals read as a stream, large entries, snapshots, blobs, keys. Failures are `ApiError`. */
import { ApiError, ask, type Problem } from "../api.ts";
import type { Id, Seat } from "../protocol";
import type { World } from "./line";
import { decodeJournal, type JournalFrame, MAX_SNAPSHOT_BYTES } from "./protocol";
import type { Blob, Journal } from "./types";

export interface Keys {
  readonly outbox: string;
  readonly notes: string | null;
  readonly notes_made: boolean;
}

export interface SnapshotAbout {
  readonly id: Id;
  readonly upto: number;
  readonly by: Seat;
  readonly made_ms: number;
  readonly meeting: Id | null;
  /** When that meeting began. */
  readonly meeting_ms: number | null;
  readonly confirmed: boolean;
  readonly forgets: boolean;
  /** Earlier ones that go when it is confirmed. */
  readonly drops: readonly Id[];
  readonly bytes: number;
  readonly restorable: boolean;
}

type Octets = Uint8Array<ArrayBuffer>;

/** A frame larger than any the server makes: the answer is not one of ours. */
const MAX_FRAME = MAX_SNAPSHOT_BYTES + 1024;

export class Requests {
  readonly #base: string;
  readonly #gone = new AbortController();

  constructor(
    private readonly world: World,
    room: Id,
    private readonly you: Seat,
  ) {
    this.#base = `/api/rooms/${room}`;
  }

  /** Ends whatever is under way. */
  close(): void {
    this.#gone.abort();
  }

  keys(): Promise<Keys> {
    return this.#ask("GET", "/sharing-keys");
  }

  /** `anew`: in place of one that nobody here can open. */
  putNotesKey(key: string, seatSecret: string | null, anew = false): Promise<unknown> {
    const more = { ...(seatSecret ? { seat_secret: seatSecret } : {}), ...(anew ? { anew } : {}) };
    return this.#ask("PUT", "/sharing-keys/notes", { key, ...more });
  }

  /** An entry of a page that is being closed: sent although nobody will hear the answer. */
  appendLast(journal: Journal, local: Id, body: Uint8Array): void {
    const headers = { "Content-Type": "application/octet-stream" };
    const init: RequestInit = { method: "POST", credentials: "same-origin", keepalive: true, headers };
    init.body = body as Octets;
    this.world.fetch(this.#path(`/journals/${journal}/entries`, { local }), init).catch(() => undefined);
  }

  /** Calls `each` for every frame in order, and gives the last durable number; throws where the answer was cut off.
   * `confirmed`: from the last confirmed snapshot on, with the entries that an unconfirmed one replaces. */
  async journal(
    journal: Journal,
    after: number,
    each: (frame: JournalFrame) => Promise<void> | void,
    confirmed = false,
  ): Promise<number> {
    const response = await this.#octets("GET", `/journals/${journal}`, confirmed ? { after, confirmed: 1 } : { after });
    for await (const bytes of framesOf(response)) {
      const frame = decodeJournal(bytes);
      if (frame.type === "end") return frame.head;
      await each(frame);
    }
    throw cutOff();
  }

  async append(journal: Journal, local: Id, body: Uint8Array): Promise<{ n: number; at_ms: number }> {
    const response = await this.#octets("POST", `/journals/${journal}/entries`, { local }, body);
    return await response.json();
  }

  async snapshots(journal: Journal): Promise<SnapshotAbout[]> {
    return (await this.#ask<{ snapshots: SnapshotAbout[] }>("GET", `/journals/${journal}/snapshots`)).snapshots;
  }

  async snapshot(journal: Journal, id: Id): Promise<Octets> {
    return await bytesOf(await this.#octets("GET", `/journals/${journal}/snapshots/${id}`));
  }

  async makeSnapshot(journal: Journal, upto: number, body: Uint8Array, forgets: readonly Id[] | null): Promise<Id> {
    const more = forgets ? { forgets: 1, ...(forgets.length ? { drops: forgets.join(",") } : {}) } : {};
    const response = await this.#octets("POST", `/journals/${journal}/snapshots`, { upto, ...more }, body);
    return ((await response.json()) as { id: Id }).id;
  }

  /** An entry for a journal that is full, with the snapshot that makes room: of all up to it, which gets number `upto`. */
  async makeRoom(journal: Journal, upto: number, last: Id, entry: Uint8Array, snapshot: Uint8Array): Promise<Id> {
    const body = joined([entry, snapshot], entry.length + snapshot.length);
    const values = { upto, last, last_bytes: entry.length };
    const response = await this.#octets("POST", `/journals/${journal}/snapshots`, values, body);
    return ((await response.json()) as { id: Id }).id;
  }

  confirm(journal: Journal, id: Id): Promise<unknown> {
    return this.#ask("POST", `/journals/${journal}/snapshots/${id}/confirm`, {});
  }

  restore(journal: Journal, id: Id): Promise<unknown> {
    return this.#ask("POST", `/journals/${journal}/snapshots/${id}/restore`, {});
  }

  async putBlob(bytes: Uint8Array): Promise<Blob> {
    return await (await this.#octets("POST", "/blobs", {}, bytes)).json();
  }

  async getBlob(id: Id): Promise<Octets> {
    return await bytesOf(await this.#octets("GET", `/blobs/${id}`));
  }

  dropBlob(id: Id): Promise<unknown> {
    return this.#ask("DELETE", `/blobs/${id}`);
  }

  #path(path: string, values: Readonly<Record<string, string | number>> = {}): string {
    const query = new URLSearchParams({ seat: this.you });
    for (const [name, value] of Object.entries(values)) query.set(name, String(value));
    return `${this.#base}${path}?${query}`;
  }

  async #ask<T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<T> {
    const asking = { method, signal: this.#gone.signal, fetch: this.world.fetch as typeof fetch };
    return await ask<T>(this.#path(path), body === undefined ? asking : { ...asking, body });
  }

  async #octets(
    method: "GET" | "POST",
    path: string,
    values: Readonly<Record<string, string | number>> = {},
    body?: Uint8Array,
  ): Promise<Response> {
    const init: RequestInit = { method, credentials: "same-origin", cache: "no-store", signal: this.#gone.signal };
    if (body) {
      init.body = body as Octets;
      init.headers = { "Content-Type": "application/octet-stream" };
    }
    let response: Response;
    try {
      response = await this.world.fetch(this.#path(path, values), init);
    } catch (failure) {
      if (this.#gone.signal.aborted) throw failure;
      throw new ApiError({ code: "offline", detail: "The server cannot be reached.", status: 0 });
    }
    if (response.ok) return response;
    const problem: unknown = await response.json().catch(() => null);
    const told = typeof problem === "object" && typeof (problem as Problem | null)?.code === "string";
    const code = response.status >= 500 ? "server_failed" : "unreadable";
    throw new ApiError(
      told
        ? { ...(problem as Problem), status: response.status }
        : { code, detail: response.statusText, status: response.status },
    );
  }
}

const cutOff = () => new ApiError({ code: "offline", detail: "The answer was cut off.", status: 0 });

async function bytesOf(response: Response): Promise<Octets> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch {
    throw cutOff();
  }
}

/** Frames of u32 big-endian length and content, as they arrive. */
export async function* framesOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) throw cutOff();
  const chunks: Uint8Array[] = [];
  let held = 0;
  /** So many are needed before there is anything to do: a large frame is put together once. */
  let wanted = 4;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw cutOff();
      });
      if (done) return;
      chunks.push(value);
      held += value.length;
      if (held < wanted) continue;
      let all = joined(chunks, held);
      for (;;) {
        wanted = 4 + (all.length < 4 ? 0 : new DataView(all.buffer, all.byteOffset, 4).getUint32(0));
        if (wanted > MAX_FRAME) throw cutOff();
        if (all.length < 4 || all.length < wanted) break;
        yield all.subarray(4, wanted);
        all = all.subarray(wanted);
      }
      chunks.splice(0, chunks.length, all);
      held = all.length;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1 && chunks[0]) return chunks[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
