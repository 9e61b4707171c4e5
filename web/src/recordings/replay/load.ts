/** Fetches what the two made together in each run, as far as it can be read. */
import { type Manifest, partUrl } from "../types.ts";
import { readFrames } from "./frames.ts";
import type { Part } from "./replay.ts";

export interface Loaded {
  readonly parts: readonly Part[];
  /** Some part was not read to its end: the line was cut, or the server could not read it. */
  readonly lacking: boolean;
}

export async function loadParts(room: string, manifest: Manifest, gone: AbortSignal): Promise<Loaded> {
  const parts: Part[] = [];
  let lacking = false;
  for (const part of manifest.shared) {
    const read = await readPart(partUrl(room, manifest.id, part.id), gone);
    parts.push({ run: part.run, frames: readFrames(read.bytes) });
    lacking ||= read.cut;
  }
  return { parts, lacking };
}

/** What came before the line was cut counts too. */
async function readPart(url: string, signal: AbortSignal): Promise<{ bytes: Uint8Array; cut: boolean }> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let cut = false;
  try {
    const answer = await fetch(url, { signal, credentials: "same-origin", cache: "no-store" });
    if (!answer.ok || answer.body === null) return { bytes: new Uint8Array(), cut: true };
    const reader = answer.body.getReader();
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      if (value) chunks.push(value);
    }
  } catch {
    cut = true;
  }
  return { bytes: new Uint8Array(await new Blob(chunks).arrayBuffer()), cut };
}
