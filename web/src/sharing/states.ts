/** A journal's kept snapshots, fetched and opened. */
import * as Y from "yjs";
import { ApiError } from "../api.ts";
import type { Id } from "../protocol";
import { holdsDeleted } from "./compare";
import { tryApply } from "./log";
import type { Requests, SnapshotAbout } from "./requests";
import type { Journal } from "./types";

export class KeptStates {
  constructor(
    private readonly journal: Journal,
    private readonly requests: Requests,
    private readonly open: (body: Uint8Array) => Promise<Uint8Array> | Uint8Array,
  ) {}

  all(): Promise<SnapshotAbout[]> {
    return this.requests.snapshots(this.journal);
  }

  /** Null: it is gone, or cannot be read. Throws where the line is down. */
  async fetch(id: Id): Promise<Y.Doc | null> {
    try {
      const update = await this.open(await this.requests.snapshot(this.journal, id));
      const doc = new Y.Doc();
      return tryApply(doc, update) ? doc : null;
    } catch (error) {
      if (error instanceof ApiError && error.code === "offline") throw error;
      return null;
    }
  }

  async update(id: Id): Promise<Uint8Array | null> {
    const doc = await this.fetch(id);
    const update = doc && Y.encodeStateAsUpdate(doc);
    doc?.destroy();
    return update;
  }

  /** Those of these that still hold what is deleted in `now`; with `held` false, those that do not. */
  async holding(ids: readonly Id[], now: Y.Doc, held = true): Promise<Id[]> {
    const found: Id[] = [];
    for (const id of ids) {
      const before = await this.fetch(id);
      if (before && holdsDeleted(before, now) === held) found.push(id);
      before?.destroy();
    }
    return found;
  }
}
