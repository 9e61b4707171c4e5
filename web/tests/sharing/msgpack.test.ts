/** What the library makes is read, and what is made here the library reads; whatever else comes is refused. */
import { decode, encode } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import { type Packed, pack, unpack } from "../../src/sharing/msgpack";

const BOUNDS = { items: 70_000, octets: 70_000 };

/** The same numbers every time. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SIZES = [0, 1, 15, 16, 31, 32, 127, 128, 255, 256, 4000];
const NUMBERS = [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];

function any(roll: (below: number) => number, depth = 0): Packed {
  const size = SIZES[roll(SIZES.length)] ?? 0;
  const kind = roll(depth < 4 ? 6 : 5);
  if (kind === 0) return null;
  if (kind === 1) return roll(2) === 1;
  if (kind === 2) return NUMBERS[roll(NUMBERS.length)] ?? 0;
  if (kind === 3) return "aé☃"[roll(3)]?.repeat(Math.floor(size / 3)) ?? "";
  if (kind === 4) return new Uint8Array(size).map(() => roll(256));
  return Array.from({ length: roll(20) }, () => any(roll, depth + 1));
}

describe("frames", () => {
  test("both ways with the library: any value, and each size at which the form changes", () => {
    const roll = dice(7);
    const values = Array.from({ length: 400 }, () => any(roll));
    values.push(new Uint8Array(65_535), new Uint8Array(65_536), Array(15).fill(1), Array(16).fill(1));
    values.push(Array(65_536).fill(null), ...SIZES.map((size) => "x".repeat(size)), ...NUMBERS);
    for (const value of values) {
      expect(unpack(encode(value), BOUNDS)).toEqual(value);
      expect(decode(pack(value))).toEqual(value);
      expect(pack(value)).toEqual(encode(value));
    }
  });

  test("part of a larger buffer is read where it lies, and what is read is its own", () => {
    const made = encode([1, Uint8Array.of(5, 6)]);
    const larger = new Uint8Array(made.length + 8);
    larger.set(made, 4);
    const value = unpack(larger.subarray(4, 4 + made.length), BOUNDS);
    larger.fill(0);
    expect(value).toEqual([1, Uint8Array.of(5, 6)]);
  });

  test.each([
    ["a map", encode({ a: 1 })],
    ["a fraction", encode(1.5)],
    ["an extension", encode(new Date(0))],
    ["two values", Uint8Array.of(1, 2)],
    ["nothing", new Uint8Array()],
    ["an array of more than there is", Uint8Array.of(0xdc, 0xff, 0xff)],
    ["octets of more than there are", Uint8Array.of(0xc6, 0x7f, 0xff, 0xff, 0xff, 1)],
    ["a text that is none", Uint8Array.of(0xa2, 0xc3, 0x28)],
    ["a tag of no kind", Uint8Array.of(0xc1)],
    ["too deep", new Uint8Array(40).fill(0x91)],
    ["too long a text", encode("x".repeat(5000))],
    ["more octets than allowed", encode(new Uint8Array(70_001))],
    ["more items than allowed", encode(Array(70_001).fill(1))],
  ])("%s is refused", (_, frame) => {
    expect(() => unpack(frame, BOUNDS)).toThrow();
  });

  test("cut off anywhere, or changed in any octet, it is refused or read as something; never more", () => {
    const whole = encode(["entry", 5, null, true, "mentor", new Uint8Array(300), ["x", [2 ** 40]]]);
    for (let end = 0; end < whole.length; end += 1) expect(() => unpack(whole.slice(0, end), BOUNDS)).toThrow();
    const roll = dice(9);
    for (let round = 0; round < 5000; round += 1) {
      const changed = whole.slice();
      changed[roll(changed.length)] = roll(256);
      try {
        expect(pack(unpack(changed, BOUNDS)).length).toBeLessThanOrEqual(changed.length + 8);
      } catch (error) {
        expect(error).toSatisfy((it) => it instanceof RangeError || it instanceof TypeError);
      }
    }
  });

  test("what no frame holds is not packed", () => {
    for (const value of [-1, 1.5, Number.NaN, 2 ** 60]) expect(() => pack([value])).toThrow(RangeError);
  });
});
