/** Ids as the server makes them: 80 random bits, base32 in small letters. */
import type { Id } from "../protocol.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

export function newId(): Id {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => LETTERS[byte & 31]).join("") as Id;
}
