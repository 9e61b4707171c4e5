/**
 * The pages of the board in the shared document: made, renamed, put aside and brought back. A deleted page stays until the
 * meeting is over (`deleted_ms`, `deleted_in`), so that either can bring it back; then it goes for good.
 */
import { generateKeyBetween } from "fractional-indexing";
import * as Y from "yjs";
import { clock, day } from "../format";
import { type Id, newId } from "../protocol";
import { pages } from "../sharing/layout";
import { t } from "../words";
import { cleanId, cleanIndex } from "./clean";

export type PageMap = Y.Map<unknown>;

export interface PageInfo {
  readonly id: Id;
  /** What a person named it, or "" where the date stands for it. */
  readonly name: string;
  /** The name to show. */
  readonly label: string;
  readonly madeMs: number;
  readonly meeting: Id | null;
  readonly empty: boolean;
}

export const MAX_PAGES = 100;
export const MAX_NAME = 80;
const BROUGHT_BACK_FOR_MS = 12 * 60 * 60 * 1000;

interface Read extends Omit<PageInfo, "label"> {
  readonly order: string;
  readonly deletedMs: number | null;
  readonly deletedIn: Id | null;
}

/** The pages to choose from, newest first. What an earlier meeting left empty is not among them. */
export function listPages(doc: Y.Doc, meeting: Id | null, now: number): PageInfo[] {
  const all = readAll(doc).filter((page) => page.deletedMs === null);
  const shown = all.filter((page, at) => !page.empty || page.name !== "" || page.meeting === meeting || at === 0);
  return labelled(shown.slice(0, MAX_PAGES), now);
}

/** Pages that can be brought back still, the last deleted first. */
export function deletedPages(doc: Y.Doc, meeting: Id | null, now: number): PageInfo[] {
  const gone = readAll(doc).filter((page) => page.deletedMs !== null && !isOver(page, meeting, now));
  gone.sort((one, other) => (other.deletedMs ?? 0) - (one.deletedMs ?? 0));
  return labelled(gone, now);
}

/** The page to begin with: in a meeting its own, which is made where it is missing; else the newest there is. */
export function firstPage(doc: Y.Doc, meeting: Id | null, now: number): Id {
  if (meeting !== null) return meetingPage(doc, meeting, now);
  return listPages(doc, null, now)[0]?.id ?? addPage(doc, { meeting: null, name: "" }, now) ?? "";
}

/** Makes a page after all others; null when there are too many. */
export function addPage(doc: Y.Doc, page: { meeting: Id | null; name: string; id?: Id }, now: number): Id | null {
  const all = readAll(doc);
  if (all.filter((one) => one.deletedMs === null).length >= MAX_PAGES) return null;
  const id = page.id ?? newId();
  doc.transact(() => {
    const map = new Y.Map<unknown>();
    pages(doc).set(id, map);
    map.set("meeting", page.meeting);
    map.set("elements", new Y.Map());
    map.set("files", new Y.Map());
    describe(map, page.name, lastOrder(all), now);
  });
  return id;
}

export function renamePage(doc: Y.Doc, id: Id, name: string): void {
  pageMap(doc, id)?.set("name", name.trim().slice(0, MAX_NAME));
}

export function deletePage(doc: Y.Doc, id: Id, meeting: Id | null, now: number): void {
  const page = pageMap(doc, id);
  if (page === null) return;
  doc.transact(() => {
    page.set("deleted_ms", now);
    page.set("deleted_in", meeting);
  });
}

export function bringBack(doc: Y.Doc, id: Id): void {
  const page = pageMap(doc, id);
  if (page === null) return;
  doc.transact(() => {
    page.delete("deleted_ms");
    page.delete("deleted_in");
  });
}

/** Removes for good what was deleted in an earlier meeting, or one page at once; answers the blobs of their pictures. */
export function purge(doc: Y.Doc, which: Id | { meeting: Id | null; now: number }): { gone: number; blobs: Id[] } {
  const over = readAll(doc).filter((page) =>
    typeof which === "string" ? page.id === which : page.deletedMs !== null && isOver(page, which.meeting, which.now),
  );
  const blobs: Id[] = [];
  doc.transact(() => {
    for (const page of over) {
      for (const file of filesOf(doc, page.id)?.values() ?? []) {
        const blob = cleanId((file as { blob?: unknown } | null)?.blob);
        if (blob !== null) blobs.push(blob);
      }
      pages(doc).delete(page.id);
    }
  });
  return { gone: over.length, blobs };
}

/** Whether the page is there and not deleted. */
export function isShown(doc: Y.Doc, id: Id): boolean {
  const page = pageMap(doc, id);
  return page !== null && !page.has("deleted_ms");
}

/** The page's elements, null where there is no such page or the other browser wrote something else there. */
export function elementsOf(doc: Y.Doc, id: Id): Y.Map<unknown> | null {
  return mapIn(pageMap(doc, id), "elements");
}

export function filesOf(doc: Y.Doc, id: Id): Y.Map<unknown> | null {
  return mapIn(pageMap(doc, id), "files");
}

/**
 * The meeting's own page, made where it is missing. Both browsers make it when both open the board at once, perhaps with
 * the line down. Two maps set under one key would lose one with all that was drawn on it; so both make the very same
 * changes, under a client number taken from the meeting, and merging finds them made already.
 */
function meetingPage(doc: Y.Doc, meeting: Id, now: number): Id {
  const standing = readAll(doc).find((page) => page.meeting === meeting && page.deletedMs === null);
  if (standing !== undefined) return standing.id;
  const order = lastOrder(readAll(doc));
  if (!pages(doc).has(meeting)) Y.applyUpdate(doc, sameForBoth(meeting), "meeting-page");
  const page = pageMap(doc, meeting);
  // deleted by somebody, or its number taken by something else
  if (page === null || page.has("deleted_ms")) return addPage(doc, { meeting, name: "" }, now) ?? meeting;
  doc.transact(() => describe(page, "", order, now));
  return meeting;
}

function sameForBoth(meeting: Id): Uint8Array {
  const seed = new Y.Doc();
  seed.clientID = numberOf(meeting);
  seed.transact(() => {
    const page = new Y.Map<unknown>();
    pages(seed).set(meeting, page);
    page.set("meeting", meeting);
    page.set("elements", new Y.Map());
    page.set("files", new Y.Map());
  });
  const update = Y.encodeStateAsUpdate(seed);
  seed.destroy();
  return update;
}

/** FNV-1a, 32 bits. */
function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}

function describe(page: PageMap, name: string, order: string | null, now: number): void {
  page.set("name", name.trim().slice(0, MAX_NAME));
  page.set("made_ms", now);
  page.set("order", generateKeyBetween(order, null));
}

function isOver(page: Read, meeting: Id | null, now: number): boolean {
  const otherMeeting = meeting !== null && page.deletedIn !== meeting;
  return otherMeeting || now - (page.deletedMs ?? 0) > BROUGHT_BACK_FOR_MS;
}

function readAll(doc: Y.Doc): Read[] {
  const all: Read[] = [];
  for (const [id, page] of pages(doc)) {
    if (cleanId(id) !== null && page instanceof Y.Map) all.push(readPage(id, page));
  }
  return all.sort((one, other) => compare(other.order, one.order) || compare(other.id, one.id));
}

function readPage(id: Id, page: PageMap): Read {
  const [name, made, meeting, deleted] = ["name", "made_ms", "meeting", "deleted_ms"].map((key) => page.get(key));
  return {
    id,
    name: typeof name === "string" ? name.trim().slice(0, MAX_NAME) : "",
    madeMs: typeof made === "number" && made > 0 && made < 8e15 ? made : 0,
    meeting: cleanId(meeting),
    order: cleanIndex(page.get("order")) ?? "a0",
    empty: (mapIn(page, "elements")?.size ?? 0) === 0,
    deletedMs: typeof deleted === "number" ? deleted : null,
    deletedIn: cleanId(page.get("deleted_in")),
  };
}

/** Dates stand for names; where two are alike the time is told as well. */
function labelled(read: readonly Read[], now: number): PageInfo[] {
  const dates = read.filter((page) => page.name === "").map((page) => day(page.madeMs, now));
  return read.map(({ id, name, madeMs, meeting, empty }) => {
    const date = day(madeMs, now);
    const twice = dates.filter((other) => other === date).length > 1;
    const dated = twice ? t("common.day_and_time", { day: date, time: clock(madeMs) }) : date;
    return { id, name, madeMs, meeting, empty, label: name || dated };
  });
}

function pageMap(doc: Y.Doc, id: Id): PageMap | null {
  const page: unknown = pages(doc).get(id);
  return page instanceof Y.Map ? page : null;
}

function mapIn(page: PageMap | null, key: string): Y.Map<unknown> | null {
  const inner = page?.get(key);
  return inner instanceof Y.Map ? inner : null;
}

function lastOrder(all: readonly Read[]): string | null {
  return all[0]?.order ?? null;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
