/** Words that pass: a stroke being drawn, a cursor, typing. Nobody keeps them, and nothing waits for them. */
import type { Seat } from "../protocol";
import { MAX_PASSING_BYTES } from "./protocol";
import type { PassHandler } from "./types";

export class Passing {
  #handlers = new Map<string, Set<PassHandler>>();

  on(kind: string, handler: PassHandler): () => void {
    const handlers = this.#handlers.get(kind) ?? new Set();
    this.#handlers.set(kind, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  /** What comes may be anything: only JSON of a known kind goes on, and a handler that fails harms nobody else. */
  heard(body: Uint8Array, seat: Seat): void {
    let said: unknown;
    try {
      said = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    } catch {
      return;
    }
    if (typeof said !== "object" || said === null) return;
    const { k: kind, d: data } = said as { k?: unknown; d?: unknown };
    for (const handler of (typeof kind === "string" && this.#handlers.get(kind)) || []) {
      try {
        handler(data ?? null, seat);
      } catch (error) {
        console.warn("a passing word was not understood", error);
      }
    }
  }
}

/** Null where it is too much to pass. */
export function passingBody(kind: string, data: unknown): Uint8Array | null {
  const body = new TextEncoder().encode(JSON.stringify({ k: kind, d: data }));
  return body.length <= MAX_PASSING_BYTES ? body : null;
}
