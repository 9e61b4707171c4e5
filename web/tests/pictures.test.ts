import { describe, expect, test } from "vitest";
import { declaredSize, halfway, OWN, PictureError, rasterMime, remake, shrunk } from "../src/ui/pictures";

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const bytes = (...parts: (number | number[] | string)[]) =>
  new Uint8Array(parts.flatMap((part) => (typeof part === "string" ? ascii(part) : part)));

const png = (width: number, height: number) =>
  bytes([0x89], "PNG\r\n\x1a\n", [0, 0, 0, 13], "IHDR", u32(width), u32(height), [8, 6, 0, 0, 0]);
const u32 = (n: number) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const gif = bytes("GIF89a", [0x40, 0x01, 0xf0, 0x00], [0, 0, 0]);
const jpeg = bytes(
  [0xff, 0xd8, 0xff, 0xe1, 0, 8],
  "Exif\0\0",
  [0xff, 0xc4, 0, 4, 1, 2, 0xff, 0xff, 0xc2, 0, 11, 8, 0x02, 0x58, 0x03, 0x20, 1, 1, 0x11, 0],
);
const vp8x = bytes("RIFF", [0, 0, 0, 0], "WEBPVP8X", [10, 0, 0, 0], [0, 0, 0, 0], [0x1f, 3, 0], [0x57, 2, 0]);
const vp8l = bytes("RIFF", [0, 0, 0, 0], "WEBPVP8L", [9, 0, 0, 0], [0x2f], [0x1f, 0xc3, 0x95, 0]);
const vp8 = bytes("RIFF", [0, 0, 0, 0], "WEBPVP8 ", [9, 0, 0, 0], [0, 0, 0, 0x9d, 1, 0x2a], [0x20, 3, 0x58, 2]);

describe("what a file says of itself", () => {
  test.each([
    ["image/png", png(800, 600), { width: 800, height: 600 }],
    ["image/gif", gif, { width: 320, height: 240 }],
    ["image/jpeg", jpeg, { width: 800, height: 600 }],
    ["image/webp", vp8x, { width: 800, height: 600 }],
    ["image/webp", vp8l, { width: 800, height: 600 }],
    ["image/webp", vp8, { width: 800, height: 600 }],
  ] as const)("%s", (mime, file, size) => {
    expect(rasterMime(file)).toBe(mime);
    expect(declaredSize(file, mime)).toEqual(size);
    for (let cut = 0; cut < file.length; cut += 1) {
      // never throws, never reads past the end
      const kind = rasterMime(file.subarray(0, cut));
      if (kind !== null) declaredSize(file.subarray(0, cut), kind);
    }
  });

  test("a name or a type makes no picture", () => {
    for (const text of ["<svg xmlns='http://www.w3.org/2000/svg'/>", "<html>", "%PDF-1.7", "BM", ""]) {
      expect(rasterMime(bytes(text))).toBeNull();
    }
  });
});

test("pictures shrink to the longer side and never grow", () => {
  expect(shrunk({ width: 4000, height: 3000 }, 1600)).toEqual({ width: 1600, height: 1200 });
  expect(shrunk({ width: 30, height: 20 }, 1600)).toEqual({ width: 30, height: 20 });
  expect(shrunk({ width: 50_000, height: 1 }, 1600)).toEqual({ width: 1600, height: 1 });
});

test("a large picture is scaled down as it is decoded, never below what is wanted, and never up", () => {
  expect(halfway({ width: 4000, height: 3000 }, 1600)).toBeNull();
  for (const size of [
    { width: 9000, height: 9000 },
    { width: 12_000, height: 8000 },
    { width: 20_000, height: 5000 },
  ]) {
    const width = halfway(size, 1600) ?? 0;
    // upright, and turned as its camera was held
    for (const [wide, high] of [[size.width, size.height] as const, [size.height, size.width] as const]) {
      expect(width).toBeLessThan(wide);
      expect(Math.max(width, (width * high) / wide)).toBeGreaterThanOrEqual(1600);
      expect((width * width * high) / wide).toBeLessThan(50_000_000);
    }
  }
  expect(halfway({ width: 40_000, height: 2000 }, 1600)).toBeNull();
  expect(halfway({ width: 30_000, height: 1000 }, 1600)).toBeNull();
});

test("what may not be decoded is refused before it is", async () => {
  const limits = { maxSide: 1600, maxBytes: 1_000_000 };
  const reason = async (part: Uint8Array<ArrayBuffer>, more = {}) =>
    remake(new Blob([part], { type: "image/png" }), { ...limits, ...more }).then(
      () => "made",
      (failure) => (failure instanceof PictureError ? failure.reason : "other"),
    );
  expect(await reason(bytes("<svg onload='alert(1)'/>"))).toBe("not_a_picture");
  expect(await reason(png(60_000, 60_000))).toBe("too_large");
  expect(await reason(png(0, 60))).toBe("damaged");
  expect(await reason(png(10, 10).subarray(0, 20))).toBe("damaged");
  expect(await reason(png(10, 10), { maxInputBytes: 5 })).toBe("too_large");
  expect(await reason(jpeg, { maxPixels: 1000 })).toBe("too_large");
  // one's own may be larger; nothing decodes here, so what is tried is damaged, or too large for this device
  expect(await reason(png(9000, 9000))).toBe("too_large");
  expect(await reason(png(9000, 6000), OWN)).toBe("too_large");
  expect(await reason(png(12_000, 12_000), OWN)).toBe("too_large");
});
