/** What can be searched, gathered from a room's documents and its chat. Whatever is of another shape is left out. */
import * as Y from "yjs";
import type { Seat } from "../protocol.ts";
import * as layout from "../sharing/layout.ts";
import type { ChatEntry } from "../sharing/types.ts";
import { plainText, readBody } from "./body.ts";
import { bodyIn, list } from "./model.ts";
import type { Item, Kind } from "./search.ts";

const LONGEST = 200_000;

/** Remembers what it read, so that only what has changed is read (and folded) again. */
export class Sources {
  readonly #messages = new WeakMap<ChatEntry, Item | null>();
  #rest = new Map<string, Item>();

  /** Messages come last first, everything else before them. */
  gather(doc: Y.Doc, own: Y.Doc | null, chat: readonly ChatEntry[]): readonly Item[] {
    const rest = new Map<string, Item>();
    const put = (item: Item): void => {
      const name = `${item.kind}/${item.id}`;
      const before = this.#rest.get(name);
      rest.set(name, before !== undefined && same(before, item) ? before : item);
    };
    for (const item of notesIn(doc, "note")) put(item);
    if (own !== null) for (const item of notesIn(own, "private")) put(item);
    for (const item of topicsIn(doc)) put(item);
    for (const item of actionsIn(doc)) put(item);
    for (const item of boardsIn(doc)) put(item);
    this.#rest = rest;
    return [...rest.values(), ...this.#chat(chat)];
  }

  #chat(chat: readonly ChatEntry[]): Item[] {
    const items: Item[] = [];
    for (let at = chat.length - 1; at >= 0; at -= 1) {
      const entry = chat[at] as ChatEntry;
      let item = this.#messages.get(entry);
      if (item === undefined) {
        item = messageOf(entry);
        this.#messages.set(entry, item);
      }
      if (item !== null) items.push(item);
    }
    return items;
  }
}

function same(one: Item, other: Item): boolean {
  return one.title === other.title && one.text === other.text && one.atMs === other.atMs && one.seat === other.seat;
}

function notesIn(doc: Y.Doc, kind: Kind): Item[] {
  return list(doc).map(({ id, title, madeMs }) => ({
    kind,
    id,
    title,
    text: plainText(readBody(bodyIn(doc, id)).blocks).slice(0, LONGEST),
    atMs: madeMs,
    seat: null,
  }));
}

function topicsIn(doc: Y.Doc): Item[] {
  return entriesOf(layout.topics(doc)).map(([id, topic]) => ({
    kind: "topic",
    id,
    title: words(topic.get("title")),
    text: words(topic.get("note")),
    atMs: time(topic.get("made_ms")),
    seat: seat(topic.get("by")),
  }));
}

function actionsIn(doc: Y.Doc): Item[] {
  return entriesOf(layout.actions(doc)).map(([id, action]) => ({
    kind: "action",
    id,
    title: words(action.get("text")),
    text: "",
    atMs: time(action.get("made_ms")),
    seat: seat(action.get("owner")),
  }));
}

function boardsIn(doc: Y.Doc): Item[] {
  return entriesOf(layout.pages(doc)).map(([id, page]) => ({
    kind: "board",
    id,
    title: words(page.get("name")),
    text: boardText(page.get("elements")),
    atMs: time(page.get("made_ms")),
    seat: null,
  }));
}

function boardText(elements: unknown): string {
  if (!(elements instanceof Y.Map)) return "";
  const found: string[] = [];
  elements.forEach((element: unknown) => {
    if (typeof element !== "object" || element === null) return;
    const { type, text, isDeleted } = element as Record<string, unknown>;
    if (type === "text" && typeof text === "string" && isDeleted !== true) found.push(text);
  });
  return found.join("\n").slice(0, LONGEST);
}

/** A message's words and the names of its files; null where there is nothing to find. */
export function messageOf(entry: ChatEntry): Item | null {
  if (entry.body === null || !entry.stored) return null;
  const text = messageText(entry.body);
  if (text === "") return null;
  return { kind: "message", id: String(entry.n), title: "", text, atMs: entry.atMs, seat: entry.seat };
}

function messageText(body: Uint8Array): string {
  try {
    const said: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof said !== "object" || said === null) return "";
    const { text, files } = said as Record<string, unknown>;
    const names = Array.isArray(files)
      ? files.map((file: unknown) => words((file as { name?: unknown } | null)?.name))
      : [];
    return [words(text), ...names].filter((part) => part !== "").join("\n");
  } catch {
    return "";
  }
}

function entriesOf(map: Y.Map<Y.Map<unknown>>): [string, Y.Map<unknown>][] {
  return [...(map as Y.Map<unknown>).entries()].filter(
    (entry): entry is [string, Y.Map<unknown>] => entry[1] instanceof Y.Map,
  );
}

function words(value: unknown): string {
  if (typeof value === "string") return value.slice(0, LONGEST);
  if (!(value instanceof Y.Text)) return "";
  const delta: readonly { insert?: unknown }[] = value.toDelta();
  return delta
    .map(({ insert }) => (typeof insert === "string" ? insert : ""))
    .join("")
    .slice(0, LONGEST);
}

function time(value: unknown): number | null {
  return typeof value === "number" && Math.abs(value) <= 8.64e15 ? value : null;
}

function seat(value: unknown): Seat | null {
  return value === "mentor" || value === "mentee" ? value : null;
}
