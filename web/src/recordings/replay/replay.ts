/**
 * What the two made together, on the recording's own axis: at each moment the document, the chat and what happened as
 * they were. Each run has its own part, or none. Times in milliseconds.
 */
import type * as Y from "yjs";
import type { ChatEntry } from "../../sharing/types.ts";
import type { Run } from "../types.ts";
import type { Frame, Happened } from "./frames.ts";
import { Origins } from "./origins.ts";
import { countUntil, type Kept, type Line, stretchOf } from "./stretch.ts";
import { type Touched, Track } from "./track.ts";

export interface Part {
  readonly run: number;
  readonly frames: readonly Frame[];
}

/** Something that happened, at its place. */
export type Event = Happened & { readonly at: number };

export interface Moment {
  readonly doc: Y.Doc;
  readonly touched: Touched;
  /** Chat entries until then; a body that was deleted by then is null. */
  readonly chat: readonly ChatEntry[];
  /** Of this run until then, and of those before. */
  readonly happened: readonly Event[];
  /** Since here what was written was not kept; null: all of it is there. */
  readonly cutAt: number | null;
  /** Since here nothing was kept at all, and this is how it stood last; null: it is of this moment. */
  readonly stoodAt: number | null;
}

type KeptRun = Kept & { readonly track: Track; readonly earlier: readonly Event[] };

interface Stretch {
  readonly from: number;
  readonly kept: KeptRun | null;
}

/** What stands at a moment. */
interface Standing {
  readonly index: number;
  readonly kept: KeptRun;
  /** It is from before here, and since then nothing was kept. */
  readonly stoodAt: number | null;
}

export class Replay {
  readonly origins = new Origins();
  readonly #stretches: readonly Stretch[];
  /** Where each chat entry was written, if during the recording. */
  readonly #said = new Map<number, number>();

  constructor(runs: readonly Run[], parts: readonly Part[]) {
    let began: number | null = null;
    const stretches: Stretch[] = [];
    let earlier: readonly Event[] = [];
    for (const run of [...runs].sort((one, other) => one.run - other.run)) {
      const kept = stretchOf(run, parts.find((part) => part.run === run.run)?.frames ?? []);
      const from = run.offset_ms;
      if (kept === null) {
        // a run that was opened and never recorded anything hides nothing
        if (run.length_ms > 0) stretches.push({ from, kept });
      } else {
        // what a later run begins with, beyond what is known, was written while the recording was paused
        this.#noteOrigins(kept, began === null ? null : from);
        began ??= run.started_ms;
        this.#noteSaid(kept.lines, began);
        const updates = kept.changes.map((change) => change.update);
        stretches.push({ from, kept: { ...kept, earlier, track: new Track(kept.document, updates) } });
        earlier = [...earlier, ...told(kept.lines).happened];
      }
    }
    this.#stretches = stretches;
  }

  /** Stays the same as long as there is nothing new to be seen. */
  place(at: number): string {
    const stands = this.#standing(at);
    if (stands === null) return "";
    const { index, kept, stoodAt } = stands;
    const cut = cutUntil(kept, at) === null ? "" : "/cut";
    return `${index}/${countUntil(kept.changes, at)}/${countUntil(kept.lines, at)}${cut}/${stoodAt ?? ""}`;
  }

  /** Null where nothing was kept until then. The document changes with the next question. */
  moment(at: number): Moment | null {
    const stands = this.#standing(at);
    if (stands === null) return null;
    const { kept, stoodAt } = stands;
    const cutAt = cutUntil(kept, at);
    const doc = kept.track.at(countUntil(kept.changes, at));
    const { chat, happened } = told(kept.lines.slice(0, countUntil(kept.lines, at)));
    return { doc, touched: kept.track.touched, chat, happened: [...kept.earlier, ...happened], cutAt, stoodAt };
  }

  /** Where a chat entry was written; null: before the recording. */
  saidAt(n: number): number | null {
    return this.#said.get(n) ?? null;
  }

  close(): void {
    for (const { kept } of this.#stretches) kept?.track.close();
  }

  /** Of a run of which nothing was kept, what stood last is shown, and that it does not go on. */
  #standing(at: number): Standing | null {
    const here = this.#indexAt(at);
    const index = this.#stretches.findLastIndex(({ kept }, place) => place <= here && kept !== null);
    const kept = this.#stretches[index]?.kept;
    if (!kept) return null;
    const stoodAt = index < here ? (this.#stretches[index + 1]?.from ?? null) : null;
    return { index, kept, stoodAt };
  }

  #indexAt(at: number): number {
    const later = this.#stretches.findIndex(({ from }) => from > at);
    return later === -1 ? this.#stretches.length - 1 : Math.max(0, later - 1);
  }

  #noteOrigins({ document, changes }: Kept, at: number | null): void {
    const add = (early: boolean) => {
      for (const { early: known, before, update, at: place, seat } of changes) {
        if (known === early) this.origins.add(update, { at: before ? at : place, seat });
      }
    };
    add(true);
    this.origins.add(document, { at, seat: null });
    add(false);
  }

  /** `since`: when the recording began. */
  #noteSaid(lines: readonly Line[], since: number): void {
    for (const line of lines) {
      if (line.kind !== "entry" || line.entry.atMs < since || this.#said.has(line.entry.n)) continue;
      this.#said.set(line.entry.n, line.at);
    }
  }
}

function cutUntil({ cutAt }: Kept, at: number): number | null {
  return cutAt !== null && cutAt <= at ? cutAt : null;
}

function told(lines: readonly Line[]): Pick<Moment, "chat" | "happened"> {
  const struck = new Set<number>();
  const chat: ChatEntry[] = [];
  const happened: Event[] = [];
  for (const line of lines) {
    if (line.kind === "entry") chat.push(line.entry);
    else if (line.kind === "struck") struck.add(line.n);
    else happened.push({ ...line.happened, at: line.at });
  }
  if (struck.size === 0) return { chat, happened };
  return { chat: chat.map((entry) => (struck.has(entry.n) ? { ...entry, body: null } : entry)), happened };
}
