/** The personal link's fragment, `#seat=mentor&key=XXXX`: read once and taken out of the address bar at once. */
import type { Seat } from "../protocol";

export interface Personal {
  seat: Seat;
  secret: string;
}

export function readPersonal(hash: string): Personal | null {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const seat = fields.get("seat");
  const secret = fields.get("key") ?? "";
  if (seat !== "mentor" && seat !== "mentee") return null;
  return /^[A-Za-z2-7]{16}$/.test(secret) ? { seat, secret: secret.toLowerCase() } : null;
}

/** Reads it and leaves no trace of the secret in the address bar or the history. */
export function takePersonal(): Personal | null {
  const personal = readPersonal(location.hash);
  if (personal) history.replaceState(history.state, "", location.pathname + location.search);
  return personal;
}

export function personalLink(room: string, { seat, secret }: Personal): string {
  return new URL(`/r/${room}#seat=${seat}&key=${secret}`, location.origin).href;
}
