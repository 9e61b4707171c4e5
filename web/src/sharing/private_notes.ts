/**
 * The key of one's own private notes. It is made in the browser; the server gives it back to this seat alone, and the
 * room password does not open it.
 */
import { ApiError } from "../api.ts";
import { base64url } from "../seat_key";
import type { Keys, Requests } from "./requests";
import { KEY_BYTES, sealingKey } from "./seal";

/** Null where this browser has no way to it: the notes were begun with another link or device. */
export async function notesKey(keys: Keys, requests: Requests, seatSecret: string | null): Promise<CryptoKey | null> {
  if (keys.notes) return await sealingKey(keys.notes);
  if (keys.notes_made) return null;
  const fresh = freshKey();
  try {
    await requests.putNotesKey(fresh, seatSecret);
    return await sealingKey(fresh);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Another page of this seat was quicker.
    if (error.code === "notes_key_exists") {
      const theirs = (await requests.keys()).notes;
      return theirs ? await sealingKey(theirs) : null;
    }
    if (error.code === "wrong_seat_secret" && seatSecret) return await notesKey(keys, requests, null);
    throw error;
  }
}

/** Another key in place of one that this browser cannot open; what was written under that one is lost with it. Throws
 * `ApiError` (`notes_key_exists`: it can be opened after all; `link_wanted`: the personal link is needed for this). */
export async function anewNotesKey(requests: Requests, seatSecret: string | null): Promise<CryptoKey> {
  const fresh = freshKey();
  try {
    await requests.putNotesKey(fresh, seatSecret, true);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "wrong_seat_secret" || !seatSecret) throw error;
    await requests.putNotesKey(fresh, null, true);
  }
  return await sealingKey(fresh);
}

const freshKey = (): string => base64url(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
