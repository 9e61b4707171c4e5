/**
 * Pictures are made anew before they are kept and again before they are shown: decoded by the browser, drawn on a canvas
 * no larger than asked, and written out as WebP, JPEG or PNG. So no metadata (place, camera, name) leaves the person, and
 * nothing but pixels comes from the other one. What is no raster picture, by its bytes, is never given to a decoder.
 */

export interface Limits {
  /** The longer side of what comes out, in pixels. */
  readonly maxSide: number;
  readonly maxBytes: number;
  /** The most that may come in, by the file's own header; asked before anything is decoded. */
  readonly maxPixels?: number;
  readonly maxInputBytes?: number;
}

export interface Picture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mime: RasterMime;
  readonly width: number;
  readonly height: number;
}

/**
 * `not_a_picture`: no PNG, JPEG, GIF or WebP by its bytes (also every SVG). `too_large`: over the bytes or pixels that
 * may come in. `damaged`: the browser cannot decode it. `too_heavy`: cannot be made small enough. `no_canvas`: this
 * browser lets no page read a canvas (some privacy settings), so that what would come out is noise.
 */
export type PictureReason = "not_a_picture" | "too_large" | "damaged" | "too_heavy" | "no_canvas";

export class PictureError extends Error {
  readonly reason: PictureReason;

  constructor(reason: PictureReason) {
    super(reason);
    this.name = "PictureError";
    this.reason = reason;
  }
}

export type RasterMime = "image/png" | "image/jpeg" | "image/gif" | "image/webp";

export interface Size {
  readonly width: number;
  readonly height: number;
}

const MAX_PIXELS = 50_000_000;
const MAX_INPUT_BYTES = 40 * 1024 * 1024;
/** What a person may give of their own: a camera's largest. What comes from the other has been made small before. */
export const OWN: Pick<Limits, "maxPixels" | "maxInputBytes"> = {
  maxPixels: 110_000_000,
  maxInputBytes: 80 * 1024 * 1024,
};
/** More is scaled down as it is decoded, so that it lies in memory once and not twice. */
const LARGE = 25_000_000;
const QUALITIES = [0.88, 0.72, 0.55];

/** Makes `file` anew within `limits`; an animation becomes its first picture. Throws `PictureError`. */
export async function remake(file: Blob, limits: Limits): Promise<Picture> {
  const { maxSide, maxBytes, maxPixels = MAX_PIXELS, maxInputBytes = MAX_INPUT_BYTES } = limits;
  if (file.size > maxInputBytes) throw new PictureError("too_large");
  const bytes = new Uint8Array(await file.arrayBuffer());
  const mime = rasterMime(bytes);
  if (mime === null) throw new PictureError("not_a_picture");
  const declared = declaredSize(bytes, mime);
  if (declared === null) throw new PictureError("damaged");
  if (declared.width * declared.height > maxPixels) throw new PictureError("too_large");
  const bitmap = await decode(bytes, mime, halfway(declared, maxSide));
  try {
    return await encode(bitmap, maxSide, maxBytes, mime);
  } finally {
    bitmap.close();
  }
}

/** What the first bytes say, whatever the name or the type of the file claims. */
export function rasterMime(bytes: Uint8Array): RasterMime | null {
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return "image/png";
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return "image/jpeg";
  if (startsWith(bytes, ascii("GIF87a")) || startsWith(bytes, ascii("GIF89a"))) return "image/gif";
  if (startsWith(bytes, ascii("RIFF")) && startsWith(bytes.subarray(8), ascii("WEBP"))) return "image/webp";
  return null;
}

/** Width and height by the header, null where it holds none. */
export function declaredSize(bytes: Uint8Array, mime: RasterMime): Size | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const size = readers[mime](view);
    return size !== null && size.width > 0 && size.height > 0 ? size : null;
  } catch {
    return null; // cut off within its header
  }
}

/** `size` shrunk so that no side is over `maxSide`; never enlarged. */
export function shrunk({ width, height }: Size, maxSide: number): Size {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

const readers: Readonly<Record<RasterMime, (view: DataView) => Size | null>> = {
  // PNG 11.2.2: IHDR is the first chunk
  "image/png": (view) => ({ width: view.getUint32(16), height: view.getUint32(20) }),
  "image/gif": (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) }),
  "image/jpeg": jpegSize,
  "image/webp": webpSize,
};

/** ITU T.81 B.2: the size stands in the first start-of-frame segment. */
function jpegSize(view: DataView): Size | null {
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // fill byte
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    if (marker === 0xda || marker === 0xd9) return null;
    at += 2 + view.getUint16(at + 2);
  }
}

/** RFC 9649 sections 2.5 to 2.7. */
function webpSize(view: DataView): Size | null {
  const three = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000;
  switch (view.getUint32(12)) {
    case 0x56503858: // "VP8X"
      return { width: three(24) + 1, height: three(27) + 1 };
    case 0x5650384c: {
      const bits = view.getUint32(21, true); // "VP8L"
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 0x56503820: // "VP8 "
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    default:
      return null;
  }
}

/**
 * The width to decode a large picture to, null for its own. It may lie on its side still, so that its width becomes its
 * height: twice what is wanted is enough either way, and a strip, which could grow, is left as it is.
 */
export function halfway({ width, height }: Size, maxSide: number): number | null {
  const isStrip = Math.max(width, height) > 4 * Math.min(width, height);
  const side = 2 * maxSide;
  return width * height <= LARGE || isStrip || Math.min(width, height) <= side ? null : side;
}

async function decode(bytes: Uint8Array<ArrayBuffer>, mime: RasterMime, width: number | null): Promise<ImageBitmap> {
  const small: ImageBitmapOptions = width === null ? {} : { resizeWidth: width, resizeQuality: "medium" };
  try {
    return await createImageBitmap(new Blob([bytes], { type: mime }), { imageOrientation: "from-image", ...small });
  } catch {
    // what is well may be more than this device can decode
    throw new PictureError(width === null ? "damaged" : "too_large");
  }
}

async function encode(bitmap: ImageBitmap, maxSide: number, maxBytes: number, from: RasterMime): Promise<Picture> {
  for (let side = Math.min(maxSide, Math.max(bitmap.width, bitmap.height)); side >= 1; side = Math.floor(side / 2)) {
    const { width, height } = shrunk(bitmap, side);
    const canvas = drawn(bitmap, { width, height });
    for (const quality of QUALITIES) {
      const blob = await written(canvas, from, quality);
      if (blob.size > maxBytes) continue;
      return { bytes: new Uint8Array(await blob.arrayBuffer()), mime: blob.type as RasterMime, width, height };
    }
  }
  throw new PictureError("too_heavy");
}

function drawn(bitmap: ImageBitmap, { width, height }: Size): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null || !readable(context)) throw new PictureError("no_canvas");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return canvas;
}

/** Browsers that resist fingerprinting give noise instead of the pixels; a little noise in each pixel does no harm. */
function readable(context: CanvasRenderingContext2D): boolean {
  const paint = [40, 200, 120];
  context.fillStyle = `rgb(${paint.join(" ")})`;
  context.fillRect(0, 0, 1, 1);
  const { data } = context.getImageData(0, 0, 1, 1);
  context.clearRect(0, 0, 1, 1);
  return paint.every((value, channel) => Math.abs(value - (data[channel] ?? 0)) <= 8);
}

/** WebP; where the browser cannot write it (it answers with PNG then) JPEG, unless the source may be transparent. */
async function written(canvas: HTMLCanvasElement, from: RasterMime, quality: number): Promise<Blob> {
  const webp = await blobOf(canvas, "image/webp", quality);
  if (webp.type === "image/webp" || from !== "image/jpeg") return webp;
  return await blobOf(canvas, "image/jpeg", quality);
}

function blobOf(canvas: HTMLCanvasElement, mime: string, quality: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new PictureError("no_canvas"))), mime, quality);
  });
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}

function ascii(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
