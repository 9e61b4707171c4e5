/**
 * What lies where in the shared document. Every collection is a map by id whose values are maps, so that two who write
 * at once never lose each other's items; order is a fractional index in the item. Whatever comes from the other browser
 * may be of any shape: readers check each field and skip what they do not understand.
 */
import type * as Y from "yjs";
import type { Id, Seat } from "../protocol";

/** Board pages: `name` string, `made_ms` number, `meeting` id or null, `order` string; `elements` Y.Map of Excalidraw's
 * elements as plain JSON by id; `files` Y.Map of `{blob, mime, width, height}` by Excalidraw's file id. */
export const pages = (doc: Y.Doc): Y.Map<Y.Map<unknown>> => doc.getMap("pages");

/** Shared notes: `title` Y.Text, `made_ms` number, `meeting` id or null, `order` string; `body` Y.XmlFragment. */
export const notes = (doc: Y.Doc): Y.Map<Y.Map<unknown>> => doc.getMap("notes");

/** Topics: `title` string, `by` seat, `made_ms`, `done_ms` number or null, `place` of PLACES, `order` string, `note` Y.Text;
 * beside them `changed_ms` (its words or its place) and `meeting` (made in it, or null). */
export const topics = (doc: Y.Doc): Y.Map<Y.Map<unknown>> => doc.getMap("topics");

/** Goals and actions: `kind` "goal" or "action", `text` string, `owner` seat or null (both), `due` "YYYY-MM-DD" or null,
 * `made_ms`, `done_ms` number or null, `order` string, `meeting` id or null. */
export const actions = (doc: Y.Doc): Y.Map<Y.Map<unknown>> => doc.getMap("actions");

/** `sent_ms` number or null, `sent_by` seat: the agenda of the next meeting; what else stands there see topics/agenda.ts. */
export const agenda = (doc: Y.Doc): Y.Map<unknown> => doc.getMap("agenda");

/** When a seat went back to an earlier state, by seat, until the other has read it (went_back.ts). */
export const wentBack = (doc: Y.Doc): Y.Map<unknown> => doc.getMap("went_back");

export const PLACES = ["now", "30", "60", "90"] as const;
export type Place = (typeof PLACES)[number];

export const SEATS: readonly Seat[] = ["mentor", "mentee"];

/** Props of everything that opens beside the picture, or on a page of its own. */
export interface Names {
  readonly names: Readonly<Record<Seat, string>>;
  /** The meeting one is in, null before and between. */
  readonly meeting: Id | null;
}
