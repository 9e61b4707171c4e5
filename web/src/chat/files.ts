/** Files others sent: pictures are made anew before they are shown, everything else can only be saved. */
import type { Id } from "../protocol";
import type { Sharing } from "../sharing/types";
import { remake } from "../ui/pictures.ts";
import { type FileNote, MAX_FILE_BYTES } from "./body.ts";
import { PICTURE_SIDE } from "./composer.ts";

/** More than any honest browser sends, which makes them no larger than PICTURE_SIDE. */
const MAX_PIXELS = 8_000_000;
const AT_ONCE = 2;

/** Object URL of the picture, made anew here; the caller revokes it. Throws `ApiError`, `PictureError`. */
export async function shownPicture(sharing: Sharing, blob: Id): Promise<string> {
  await turn();
  try {
    const kept = new Blob([await sharing.getBlob(blob)]);
    const limits = { maxSide: PICTURE_SIDE, maxBytes: MAX_FILE_BYTES, maxInputBytes: MAX_FILE_BYTES };
    const { bytes, mime } = await remake(kept, { ...limits, maxPixels: MAX_PIXELS });
    return URL.createObjectURL(new Blob([bytes], { type: mime }));
  } finally {
    over();
  }
}

/** Saves the file as it is. As octets, so that no browser opens it as a page of ours. */
export async function save(sharing: Sharing, file: FileNote): Promise<void> {
  const bytes = await sharing.getBlob(file.blob);
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// a hundred pictures in a row must not be fetched and decoded at once
let busy = 0;
const waiting: (() => void)[] = [];

async function turn(): Promise<void> {
  if (busy < AT_ONCE) busy += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
}

function over(): void {
  const next = waiting.shift();
  if (next) next();
  else busy -= 1;
}
