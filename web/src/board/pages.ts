/**
 * The pages of the board in the shared document: made, renamed, put aside and brought back. A deleted page is only marked
 * (`deleted_ms`, `deleted_by`), so that either can bring it back; when it goes for good see deletions.ts.
 */
import { generateKeyBetween } from "fractional-indexing";
import * as Y from "yjs";
import { clock, day } from "../format";
import { type Id, newId, type Seat } from "../protocol";
import { pages, SEATS } from "../sharing/layout";
import { t } from "../words";
import { cleanId, cleanIndex, isRecord, number } from "./clean";

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

/** A page that is marked as deleted and can be brought back. `by` is as the document says: for words only. */
export interface DeletedPage extends PageInfo {
  readonly deletedMs: number;
  readonly by: Seat | null;
}

interface Read extends Omit<PageInfo, "label"> {
  readonly order: string;
  readonly deletedMs: number | null;
  readonly by: Seat | null;
}

/** The pages to choose from, newest first. What an earlier meeting left empty is not among them. */
export function listPages(doc: Y.Doc, meeting: Id | null, now: number): PageInfo[] {
  const all = readAll(doc).filter((page) => page.deletedMs === null);
  const shown = all.filter((page, at) => !page.empty || page.name !== "" || page.meeting === meeting || at === 0);
  return labelled(shown.slice(0, MAX_PAGES), now);
}

/** Pages that can be brought back still, the last deleted first. */
export function deletedPages(doc: Y.Doc, now: number): DeletedPage[] {
  const gone = readAll(doc).filter((page): page is Read & { deletedMs: number } => page.deletedMs !== null);
  gone.sort((one, other) => other.deletedMs - one.deletedMs);
  const infos = labelled(gone, now);
  return gone.map(({ deletedMs, by }, at) => ({ ...(infos[at] as PageInfo), deletedMs, by }));
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

export function deletePage(doc: Y.Doc, id: Id, by: Seat, now: number): void {
  const page = pageMap(doc, id);
  if (page === null) return;
  doc.transact(() => {
    page.set("deleted_ms", now);
    page.set("deleted_by", by);
  });
}

export function bringBack(doc: Y.Doc, id: Id): void {
  const page = pageMap(doc, id);
  if (page === null) return;
  doc.transact(() => {
    page.delete("deleted_ms");
    page.delete("deleted_by");
  });
}

/** Removes pages for good; answers the blobs of their pictures. */
export function purge(doc: Y.Doc, ids: readonly Id[]): Id[] {
  const blobs: Id[] = [];
  doc.transact(() => {
    for (const id of ids) {
      for (const file of filesOf(doc, id)?.values() ?? []) {
        const blob = blobOf(file);
        if (blob !== null) blobs.push(blob);
      }
      pages(doc).delete(id);
    }
  });
  return blobs;
}

/** The pictures that elements of a page show, by Excalidraw's file id. */
export function picturesIn(elements: Iterable<unknown>): Set<string> {
  const found = new Set<string>();
  for (const element of elements) {
    if (isRecord(element) && element.type === "image" && typeof element.fileId === "string") found.add(element.fileId);
  }
  return found;
}

/** The blob that an entry of a page's `files` names. */
export function blobOf(file: unknown): Id | null {
  return isRecord(file) ? cleanId(file.blob) : null;
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

function readAll(doc: Y.Doc): Read[] {
  const all: Read[] = [];
  for (const [id, page] of pages(doc)) {
    if (cleanId(id) !== null && page instanceof Y.Map) all.push(readPage(id, page));
  }
  return all.sort((one, other) => compare(other.order, one.order) || compare(other.id, one.id));
}

function readPage(id: Id, page: PageMap): Read {
  const [name, made, meeting, deleted] = ["name", "made_ms", "meeting", "deleted_ms"].map((key) => page.get(key));
  const isMarked = page.has("deleted_ms");
  return {
    id,
    name: typeof name === "string" ? name.trim().slice(0, MAX_NAME) : "",
    madeMs: typeof made === "number" && made > 0 && made < 8e15 ? made : 0,
    meeting: cleanId(meeting),
    order: cleanIndex(page.get("order")) ?? "a0",
    // not its size, for which all of them would be gone through
    empty: mapIn(page, "elements")?.keys().next().done !== false,
    deletedMs: isMarked ? (number(deleted, -8e15, 8e15) ?? 0) : null,
    by: SEATS.find((seat) => seat === page.get("deleted_by")) ?? null,
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
