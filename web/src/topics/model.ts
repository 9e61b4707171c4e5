/** Topics, goals, actions and agenda of the shared document: as values to show, and every change one can make to them. */
import { type ReadonlySignal, signal } from "@preact/signals";
import * as Y from "yjs";
import { type Id, newId, type Seat } from "../protocol";
import { actions, agenda, PLACES, type Place, topics } from "../sharing/layout.ts";
import {
  type Agenda,
  acknowledgeAgenda,
  afterSending,
  changedSinceSent,
  heldBefore,
  holdMeeting,
  readAgenda,
  sendAgenda,
} from "./agenda.ts";
import type { Met } from "./met.ts";
import { keysFor } from "./order.ts";
import { type Action, isDay, type Kind, LIMITS, readActions, readTopics, type Topic, wordsOf } from "./read.ts";
import type { Edit } from "./text.ts";

export interface View {
  /** Open ones, in order. */
  readonly places: Readonly<Record<Place, readonly Topic[]>>;
  readonly kinds: Readonly<Record<Kind, readonly Action[]>>;
  /** The last one done first. */
  readonly doneTopics: readonly Topic[];
  readonly doneActions: readonly Action[];
  readonly agenda: Agenda;
}

export interface ActionChange {
  readonly text?: string;
  readonly owner?: Seat | null;
  readonly due?: string | null;
}

export interface Clock {
  now(): number;
}

/** The lists something can stand in. */
export type ListName = Place | Kind;

export class TopicsModel {
  readonly view: ReadonlySignal<View>;
  /** Whether there is a change of one's own to take back. */
  readonly canUndo: ReadonlySignal<boolean>;
  readonly #undo: Y.UndoManager;
  readonly #origin = Symbol("topics");
  readonly #view = signal<View>(empty);
  readonly #canUndo = signal(false);
  #meeting: Id | null = null;
  #stale = false;
  #closed = false;

  constructor(
    readonly doc: Y.Doc,
    readonly you: Seat,
    private readonly clock: Clock = Date,
  ) {
    this.view = this.#view;
    this.canUndo = this.#canUndo;
    this.#undo = new Y.UndoManager([topics(doc), actions(doc)], { trackedOrigins: new Set([this.#origin]) });
    for (const event of ["stack-item-added", "stack-item-popped", "stack-cleared"] as const)
      this.#undo.on(event, () => {
        this.#canUndo.value = this.#undo.canUndo();
      });
    for (const map of [topics(doc), actions(doc), agenda(doc)]) map.observeDeep(this.#changed);
    this.#read();
  }

  close(): void {
    this.#closed = true;
    for (const map of [topics(this.doc), actions(this.doc), agenda(this.doc)]) map.unobserveDeep(this.#changed);
    this.#undo.destroy();
  }

  /** The meeting one is in; null before and between. */
  set meeting(meeting: Id | null) {
    this.#meeting = meeting;
    this.#read();
  }

  /** To be said when both are in the meeting with the topics open; see agenda.ts. */
  hold(meeting: Id): void {
    this.doc.transact(() => holdMeeting(this.doc, meeting, this.clock.now()), this.#origin);
  }

  /** To be said before and between meetings; see agenda.ts. */
  held(last: Met | null): void {
    if (last) this.doc.transact(() => heldBefore(this.doc, last), this.#origin);
  }

  // --- topics ---

  /** Adds at the end of the place. Null where there are no words in it, or 500 topics already. */
  addTopic(words: string, place: Place): Id | null {
    const title = wordsOf(words.slice(0, LIMITS.title));
    if (title === null || readTopics(this.doc).length >= LIMITS.items) return null;
    const made = this.#moment();
    return this.#add(topics(this.doc), place, {
      title,
      by: this.you,
      made_ms: made,
      changed_ms: made,
      done_ms: null,
      place,
      meeting: this.#meeting,
      note: new Y.Text(),
    });
  }

  renameTopic(id: Id, words: string): boolean {
    const title = wordsOf(words.slice(0, LIMITS.title));
    return title !== null && this.#set(topics(this.doc), id, { title, changed_ms: this.#moment() });
  }

  /** Changes the note's text. Typing goes on in one step to take back; a pause of half a second begins the next. */
  editNote(id: Id, { at, deleted, inserted }: Edit): void {
    const item = topics(this.doc).get(id);
    const note = item?.get("note");
    if (!(item instanceof Y.Map) || !(note instanceof Y.Text)) return;
    this.doc.transact(() => {
      const from = Math.min(at, note.length);
      const room = Math.max(0, LIMITS.note - note.length + deleted);
      if (deleted > 0) note.delete(from, Math.min(deleted, note.length - from));
      if (inserted !== "") note.insert(from, inserted.slice(0, room));
      if (!changedSinceSent(this.doc, item)) item.set("changed_ms", this.#moment());
    }, this.#origin);
  }

  // --- goals and actions ---

  addAction(kind: Kind, words: string, owner: Seat | null, due: string | null): Id | null {
    const text = wordsOf(words.slice(0, LIMITS.text));
    if (text === null || readActions(this.doc).length >= LIMITS.items) return null;
    return this.#add(actions(this.doc), kind, {
      kind,
      text,
      owner,
      due: isDay(due) ? due : null,
      made_ms: this.clock.now(),
      done_ms: null,
      meeting: this.#meeting,
    });
  }

  changeAction(id: Id, change: ActionChange): boolean {
    const fields: Record<string, unknown> = {};
    if (change.text !== undefined) {
      const text = wordsOf(change.text.slice(0, LIMITS.text));
      if (text === null) return false;
      fields.text = text;
    }
    if (change.owner !== undefined) fields.owner = change.owner;
    if (change.due !== undefined) fields.due = isDay(change.due) ? change.due : null;
    return this.#set(actions(this.doc), id, fields);
  }

  // --- both ---

  /** Crosses off, or opens again. */
  tick(id: Id, done: boolean): boolean {
    return this.#set(this.#mapOf(id), id, { done_ms: done ? this.clock.now() : null });
  }

  /** Puts an open item at `index` of a list, counted without it. Topics stay among the places, an action among its kind. */
  move(id: Id, list: ListName, index: number): boolean {
    const map = this.#mapOf(id);
    const item = map.get(id);
    const isTopic = map === topics(this.doc);
    if (!(item instanceof Y.Map) || isTopic !== isPlace(list) || (!isTopic && item.get("kind") !== list)) return false;
    const keys = keysFor(
      this.#list(list).filter((other) => other.id !== id),
      id,
      index,
    );
    this.#step(() => {
      for (const [one, key] of keys) (map.get(one) as Y.Map<unknown>).set("order", key);
      if (isTopic && item.get("place") !== list) {
        item.set("place", list);
        item.set("changed_ms", this.#moment());
      }
    });
    return true;
  }

  delete(id: Id): boolean {
    const map = this.#mapOf(id);
    if (!map.has(id)) return false;
    this.#step(() => map.delete(id));
    return true;
  }

  /** Takes back one's own last change; the other's changes stay. */
  undo(): void {
    this.#undo.undo();
    this.#undo.stopCapturing();
  }

  redo(): void {
    this.#undo.redo();
    this.#undo.stopCapturing();
  }

  // --- agenda ---

  send(): void {
    const newest = readTopics(this.doc).reduce((ms, topic) => Math.max(ms, plausible(topic, this.clock.now())), 0);
    this.doc.transact(() => sendAgenda(this.doc, this.you, this.clock.now(), newest), this.#origin);
  }

  acknowledge(): void {
    this.doc.transact(() => acknowledgeAgenda(this.doc), this.#origin);
  }

  #add(map: Y.Map<Y.Map<unknown>>, list: ListName, fields: Record<string, unknown>): Id {
    const id = newId();
    const others = this.#list(list);
    this.#step(() => {
      for (const [one, order] of keysFor(others, id, others.length))
        if (one === id) map.set(id, new Y.Map(Object.entries({ ...fields, order })));
        else map.get(one)?.set("order", order);
    });
    return id;
  }

  #set(map: Y.Map<Y.Map<unknown>>, id: Id, fields: Record<string, unknown>): boolean {
    const item = map.get(id);
    if (!(item instanceof Y.Map)) return false;
    this.#step(() => {
      for (const [key, value] of Object.entries(fields)) if (item.get(key) !== value) item.set(key, value);
    });
    return true;
  }

  /** One change, one step to take back. */
  #step(change: () => void): void {
    this.#undo.stopCapturing();
    this.doc.transact(change, this.#origin);
    this.#undo.stopCapturing();
  }

  #mapOf(id: Id): Y.Map<Y.Map<unknown>> {
    return topics(this.doc).has(id) ? topics(this.doc) : actions(this.doc);
  }

  #list(list: ListName): readonly (Topic | Action)[] {
    if (isPlace(list)) return readTopics(this.doc).filter((topic) => topic.place === list && topic.doneMs === null);
    return readActions(this.doc).filter((action) => action.kind === list && action.doneMs === null);
  }

  #moment(): number {
    return afterSending(this.doc, this.clock.now());
  }

  /** Several changes in one turn are read once. */
  readonly #changed = (events: readonly Y.YEvent<Y.AbstractType<unknown>>[]): void => {
    if (this.#stale || events.every(isWording)) return;
    this.#stale = true;
    queueMicrotask(() => {
      if (!this.#closed) this.#read();
    });
  };

  #read(): void {
    this.#stale = false;
    this.#view.value = readView(this.doc, this.#meeting);
  }
}

export function readView(doc: Y.Doc, meeting: Id | null): View {
  const all = readTopics(doc);
  const todo = readActions(doc);
  const at = (place: Place) => all.filter((topic) => topic.place === place && topic.doneMs === null);
  const of = (kind: Kind) => todo.filter((action) => action.kind === kind && action.doneMs === null);
  return {
    places: { now: at("now"), 30: at("30"), 60: at("60"), 90: at("90") },
    kinds: { goal: of("goal"), action: of("action") },
    doneTopics: lastDoneFirst(all),
    doneActions: lastDoneFirst(todo),
    agenda: readAgenda(doc, meeting),
  };
}

/** Whether only the words of a note changed, which its own field shows: no letter typed may draw the whole panel anew. */
function isWording({ target, changes }: Y.YEvent<Y.AbstractType<unknown>>): boolean {
  if (!(target instanceof Y.Text) || target.length === 0) return false;
  const length = (insert: unknown) => (typeof insert === "string" ? insert.length : insert === undefined ? 0 : 1);
  const grown = changes.delta.reduce((sum, step) => sum + length(step.insert) - (step.delete ?? 0), 0);
  return target.length - grown > 0;
}

function lastDoneFirst<T extends Topic | Action>(items: readonly T[]): T[] {
  return items.filter((item) => item.doneMs !== null).sort((a, b) => (b.doneMs ?? 0) - (a.doneMs ?? 0));
}

/** How many there are of what stands in this list, open and done: topics, or goals and actions together. */
export function countOf({ places, kinds, doneTopics, doneActions }: View, list: ListName): number {
  const open = Object.values(isPlace(list) ? places : kinds).flat();
  return open.length + (isPlace(list) ? doneTopics : doneActions).length;
}

export function isPlace(list: ListName): list is Place {
  return PLACES.some((place) => place === list);
}

const empty: View = {
  places: { now: [], 30: [], 60: [], 90: [] },
  kinds: { goal: [], action: [] },
  doneTopics: [],
  doneActions: [],
  agenda: { sent: null, lastBeganMs: null },
};

/** When a topic last changed, as far as it can be true. */
function plausible(topic: Topic, now: number): number {
  return Math.max(topic.madeMs, topic.changedMs) - now < 86_400_000 ? Math.max(topic.madeMs, topic.changedMs) : 0;
}
