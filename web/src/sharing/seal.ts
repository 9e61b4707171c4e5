/** AES-256-GCM by WebCrypto: what the outbox keeps, and what private notes hold. */

const NONCE_BYTES = 12;
export const KEY_BYTES = 32;

type Octets = Uint8Array<ArrayBuffer>;

/** A key that no script can read again. Throws on text that is not 32 bytes. */
export async function sealingKey(base64url: string): Promise<CryptoKey> {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  if (bytes.length !== KEY_BYTES) throw new Error("the key is not of 32 bytes");
  return await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** Nonce, then what is sealed with its tag. `place` says where it belongs: nowhere else does it open. */
export async function seal(key: CryptoKey, place: string, plain: Uint8Array): Promise<Octets> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(algorithm(nonce, place), key, plain as Octets);
  const whole = new Uint8Array(NONCE_BYTES + sealed.byteLength);
  whole.set(nonce);
  whole.set(new Uint8Array(sealed), NONCE_BYTES);
  return whole;
}

/** Throws where anything was changed. */
export async function open(key: CryptoKey, place: string, sealed: Uint8Array): Promise<Octets> {
  const nonce = sealed.slice(0, NONCE_BYTES);
  return new Uint8Array(await crypto.subtle.decrypt(algorithm(nonce, place), key, sealed.slice(NONCE_BYTES)));
}

function algorithm(iv: Octets, place: string): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(place) };
}
