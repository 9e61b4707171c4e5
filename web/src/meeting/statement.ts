/** What is signed and hashed when somebody says yes or no; the same vectors are read by the server's tests. */
import type { ConsentWords, Id, Seat } from "../protocol";

export type Answer = "yes" | "no" | "withdraw";

/** SHA-256, lower-case hex, over UTF-8 of label TAB text LF, row by row. */
export async function wordsHash(rows: readonly (readonly [string, string])[]): Promise<string> {
  const bytes = new TextEncoder().encode(rows.map(([label, text]) => `${label}\t${text}\n`).join(""));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** UTF-8 lines joined by LF, no LF at the end. Every value is an identifier, a number or a hash. */
export function statement(
  answer: Answer,
  room: Id,
  seat: Seat,
  words: Pick<ConsentWords, "meeting" | "recording" | "nonce" | "words_hash" | "version" | "language" | "due_ms">,
): string {
  const { meeting, recording, nonce, words_hash, version, language, due_ms } = words;
  const lines = [answer, room, meeting, recording, seat, nonce, words_hash, version, language, String(due_ms)];
  return ["visavis consent v1", ...lines].join("\n");
}
