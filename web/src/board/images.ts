/**
 * Pictures on the board: made anew before they are stored, sealed with the room as blobs, and made anew once more when they
 * come from the other side. The page's `files` name the blob of each; Excalidraw gets them as data addresses.
 */
import type * as Y from "yjs";
import { type Id, newId } from "../protocol";
import type { Sharing } from "../sharing/types";
import { type Limits, OWN, type Picture, PictureError, remake } from "../ui/pictures";
import { BOUNDS, type BoardElement } from "./clean";
import { blobOf, picturesIn } from "./pages";

export const LIMITS: Limits = { maxSide: 1600, maxBytes: 2 * 1024 * 1024 };
const AT_ONCE = 2;
/** Fetched while a page lies open; who puts and takes away without end is not followed. */
const MOST_FETCHED = BOUNDS.images * 10;

/** Bytes of pictures kept for a board that is opened again. */
export const MOST_KEPT = 48 * 1024 * 1024;

/** As Excalidraw takes it. */
export interface FileData {
  readonly id: string;
  readonly mimeType: string;
  readonly dataURL: string;
  readonly created: number;
}

export interface Placed {
  readonly fileId: string;
  readonly width: number;
  readonly height: number;
}

export class TooManyImages extends Error {}

type Making = (file: Blob, limits: Limits) => Promise<Picture>;

export interface ImagePorts {
  /** Gives Excalidraw a picture. */
  show(file: FileData): void;
  /** What stands on the page now. */
  elements(): Iterable<BoardElement>;
  /** A blob has been put for this page. */
  put(blob: Id): void;
}

/**
 * Pictures that were made anew in this page, as long as it lives, the last seen ones: so a board that is put away and opened
 * again has them at once, also while the line is down.
 */
export class Made {
  private static readonly all = new WeakMap<object, Made>();
  private readonly pictures = new Map<Id, Picture>();
  private bytes = 0;

  static of(sharing: object): Made {
    const made = Made.all.get(sharing) ?? new Made();
    Made.all.set(sharing, made);
    return made;
  }

  get(blob: Id): Picture | undefined {
    const picture = this.pictures.get(blob);
    if (picture) this.put(blob, picture);
    return picture;
  }

  put(blob: Id, picture: Picture): void {
    this.drop(blob);
    this.pictures.set(blob, picture);
    this.bytes += picture.bytes.length;
    for (const oldest of this.pictures.keys()) {
      if (this.bytes <= MOST_KEPT) break;
      this.drop(oldest);
    }
  }

  private drop(blob: Id): void {
    this.bytes -= this.pictures.get(blob)?.bytes.length ?? 0;
    this.pictures.delete(blob);
  }
}

export class Images {
  private readonly asked = new Set<string>();
  private readonly waiting: string[] = [];
  private running = 0;
  private fetched = 0;
  private closed = false;
  private readonly made: Made;

  /** `making` is replaced in tests, where there is no canvas. */
  constructor(
    private readonly sharing: Pick<Sharing, "putBlob" | "getBlob">,
    private readonly files: Y.Map<unknown>,
    private readonly ports: ImagePorts,
    private readonly making: Making = remake,
  ) {
    this.made = Made.of(sharing);
  }

  /** Stores a picture a person chose. Throws `PictureError`, `TooManyImages`, and what `putBlob` throws. */
  async add(file: Blob): Promise<Placed> {
    if (picturesIn(this.ports.elements()).size >= BOUNDS.images) throw new TooManyImages();
    const picture = await this.making(file, { ...LIMITS, ...OWN });
    const blob = await this.sharing.putBlob(picture.bytes);
    this.made.put(blob.id, picture);
    this.ports.put(blob.id);
    const fileId = newId();
    this.asked.add(fileId);
    this.ports.show(asFile(fileId, picture));
    const { mime, width, height } = picture;
    this.files.set(fileId, { blob: blob.id, mime, width, height });
    return { fileId, width, height };
  }

  /** Fetches the pictures of the page that are not here yet: as many as it may hold. */
  want(): void {
    for (const fileId of [...picturesIn(this.ports.elements())].slice(0, BOUNDS.images)) {
      if (this.asked.has(fileId) || this.fetched >= MOST_FETCHED) continue;
      if (blobOf(this.files.get(fileId)) === null) continue;
      this.fetched += 1;
      this.asked.add(fileId);
      this.waiting.push(fileId);
    }
    while (this.running < AT_ONCE && this.waiting.length > 0) void this.next();
  }

  /** What could not be fetched while the line was down may be asked for again. */
  close(): void {
    this.closed = true;
    this.waiting.length = 0;
  }

  private async next(): Promise<void> {
    const fileId = this.waiting.shift();
    if (fileId === undefined) return;
    this.running += 1;
    try {
      const blob = blobOf(this.files.get(fileId));
      if (blob !== null) await this.fetch(fileId, blob);
    } catch (failure) {
      // a damaged one stays an empty frame; one that did not come may be asked for again
      if (!(failure instanceof PictureError)) this.asked.delete(fileId);
    } finally {
      this.running -= 1;
    }
    if (!this.closed && this.waiting.length > 0) void this.next();
  }

  private async fetch(fileId: string, blob: Id): Promise<void> {
    const picture = this.made.get(blob) ?? (await this.making(new Blob([await this.sharing.getBlob(blob)]), LIMITS));
    this.made.put(blob, picture);
    if (!this.closed) this.ports.show(asFile(fileId, picture));
  }
}

export function asFile(id: string, picture: Picture): FileData {
  return { id, mimeType: picture.mime, dataURL: dataAddress(picture), created: Date.now() };
}

function dataAddress({ bytes, mime }: Picture): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return `data:${mime};base64,${btoa(text)}`;
}
