/**
 * The seat key: an ECDSA P-256 key whose private half never leaves this browser. It signs what the person agreed to.
 *
 * It lies in IndexedDB under room and seat. Where that fails (private windows, storage switched off) a new one is made
 * for each visit and registered with the server under the same seat cookie.
 */
import { type Id, newId, type Seat } from "./protocol";

export interface SeatKey {
  id: Id;
  pair: CryptoKeyPair;
  /** Whether the key will be found again after a reload. */
  kept: boolean;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const DATABASE = "visavis";
const STORE = "seat-keys";

export function base64url(bytes: ArrayBuffer | Uint8Array): string {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  let binary = "";
  for (const byte of view) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("storage"));
  });
}

function database(): Promise<IDBDatabase> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  return finished(opening);
}

async function load(place: string): Promise<SeatKey | null> {
  const store = (await database()).transaction(STORE, "readonly").objectStore(STORE);
  const found = (await finished(store.get(place))) as { id: Id; pair: CryptoKeyPair } | undefined;
  return found ? { id: found.id, pair: found.pair, kept: true } : null;
}

async function save(place: string, key: SeatKey): Promise<void> {
  const store = (await database()).transaction(STORE, "readwrite").objectStore(STORE);
  await finished(store.put({ id: key.id, pair: key.pair }, place));
}

export async function makeSeatKey(): Promise<SeatKey> {
  const pair = (await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"])) as CryptoKeyPair;
  return { id: newId(), pair, kept: false };
}

/** The key of a seat in a room: the one from before, else a fresh one, kept if this browser can. */
export async function seatKey(room: Id, seat: Seat): Promise<SeatKey> {
  const place = `${room}/${seat}`;
  const before = await load(place).catch(() => null);
  if (before) return before;
  const fresh = await makeSeatKey();
  return save(place, fresh).then(
    () => ({ ...fresh, kept: true }),
    () => fresh,
  );
}

/** SubjectPublicKeyInfo, base64url. */
export async function publicKey(key: SeatKey): Promise<string> {
  return base64url(await crypto.subtle.exportKey("spki", key.pair.publicKey));
}

/** IEEE P1363 signature (64 bytes) with SHA-256, base64url. */
export async function sign(key: SeatKey, statement: string): Promise<string> {
  const bytes = new TextEncoder().encode(statement);
  return base64url(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.pair.privateKey, bytes));
}
