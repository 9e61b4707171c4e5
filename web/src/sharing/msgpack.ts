/**
 * As much of MessagePack as the frames of sharing are made of: arrays of whole numbers, texts, octets, flags and null. A
 * whole library would be a tenth of what a meeting's page fetches before anything is opened. What comes may be hostile:
 * nothing is taken that was not announced, nothing is kept that was not sent, and what is not of these kinds throws.
 */

/** What may come: an array's items, its depth, a text's and a blob's octets. */
export interface Bounds {
  readonly items: number;
  readonly octets: number;
}

export type Packed = null | boolean | number | string | Uint8Array | readonly Packed[];

const DEEPEST = 8;
const LONGEST_TEXT = 4096;
const HIGH = 2 ** 32;

/** Throws RangeError on anything else than one value, whole, within its bounds. */
export function unpack(frame: Uint8Array, bounds: Bounds): Packed {
  const reader = new Reader(frame, bounds);
  const value = reader.value(0);
  if (!reader.atEnd) throw new RangeError("more than one value");
  return value;
}

class Reader {
  #at = 0;
  readonly #view: DataView;
  readonly #text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(
    private readonly frame: Uint8Array,
    private readonly bounds: Bounds,
  ) {
    this.#view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.frame.length;
  }

  value(depth: number): Packed {
    const tag = this.#whole(1);
    if (tag <= 0x7f) return tag;
    if (tag >= 0xe0) return tag - 0x100;
    if (tag >= 0x90 && tag <= 0x9f) return this.#array(tag & 0x0f, depth);
    if (tag >= 0xa0 && tag <= 0xbf) return this.#string(tag & 0x1f);
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return tag === 0xc3;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#octets(this.#whole(2 ** (tag - 0xc4)), this.bounds.octets);
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf:
        return this.#whole(2 ** (tag - 0xcc));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(this.#whole(2 ** (tag - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#whole(2 ** (tag - 0xdb)), depth);
      default:
        throw new RangeError("a kind that no frame is made of");
    }
  }

  #whole(size: number): number {
    const at = this.#at;
    this.#at += size;
    if (size === 1) return this.#view.getUint8(at);
    if (size === 2) return this.#view.getUint16(at);
    if (size === 4) return this.#view.getUint32(at);
    return this.#view.getUint32(at) * HIGH + this.#view.getUint32(at + 4);
  }

  #octets(length: number, most: number): Uint8Array {
    if (length > most || length > this.frame.length - this.#at) throw new RangeError("too long");
    this.#at += length;
    return this.frame.slice(this.#at - length, this.#at);
  }

  #string(length: number): string {
    return this.#text.decode(this.#octets(length, LONGEST_TEXT));
  }

  #array(length: number, depth: number): Packed[] {
    if (length > this.bounds.items || depth >= DEEPEST) throw new RangeError("too many");
    const items: Packed[] = [];
    while (items.length < length) items.push(this.value(depth + 1));
    return items;
  }
}

/** Throws RangeError where it holds anything else. */
export function pack(value: Packed): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  write(value, parts);
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function write(value: Packed, parts: Uint8Array[]): void {
  if (value === null) parts.push(Uint8Array.of(0xc0));
  else if (typeof value === "boolean") parts.push(Uint8Array.of(value ? 0xc3 : 0xc2));
  else if (typeof value === "number") parts.push(numbered(value));
  else if (typeof value === "string") {
    const text = new TextEncoder().encode(value);
    parts.push(head(text.length, 0xa0, 31, [0xd9, 0xda, 0xdb]), text);
  } else if (value instanceof Uint8Array) parts.push(head(value.length, 0, -1, [0xc4, 0xc5, 0xc6]), value);
  else {
    parts.push(head(value.length, 0x90, 15, [null, 0xdc, 0xdd]));
    for (const item of value) write(item, parts);
  }
}

function numbered(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError("not a whole number from 0 on");
  if (value < HIGH) return head(value, 0, 0x7f, [0xcc, 0xcd, 0xce]);
  const made = new DataView(new ArrayBuffer(9));
  made.setUint8(0, 0xcf);
  made.setUint32(1, Math.floor(value / HIGH));
  made.setUint32(5, value % HIGH);
  return new Uint8Array(made.buffer);
}

/** A tag with its number: within the tag itself up to `most`, else in one, two or four octets after it. */
function head(number: number, fixed: number, most: number, tags: readonly (number | null)[]): Uint8Array {
  if (number <= most) return Uint8Array.of(fixed + number);
  const [one = null, two, four] = tags;
  if (number <= 0xff && one !== null) return Uint8Array.of(one, number);
  if (number <= 0xffff) return Uint8Array.of(two as number, number >> 8, number & 0xff);
  const made = new DataView(new ArrayBuffer(5));
  made.setUint8(0, four as number);
  made.setUint32(1, number);
  return new Uint8Array(made.buffer);
}
