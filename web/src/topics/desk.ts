/** What the parts of the panel share: the model, who is who, and what is open, lifted, said and offered to take back. */
import { type Signal, signal } from "@preact/signals";
import type { Id, Seat } from "../protocol";
import type { Draft } from "../sharing/drafts.ts";
import { type Names, PLACES } from "../sharing/layout.ts";
import type { Work } from "../sharing/types.ts";
import { t } from "../words.ts";
import { isPlace, type ListName, TopicsModel } from "./model.ts";
import { KINDS } from "./read.ts";

/** An item on its way to another place: it stays where it is on the page while a line shows where it would stand. */
export interface Carry {
  readonly id: Id;
  readonly title: string;
  readonly list: ListName;
  /** Counted without the item itself. */
  readonly index: number;
  readonly by: "keys" | "pointer";
}

/** What was just done to an item, and can be taken back. */
export interface Offer {
  readonly id: Id;
  readonly words: string;
}

export class Desk {
  readonly model: TopicsModel;
  /** The one item whose notes and fields are open. */
  readonly open: Signal<Id | null> = signal(null);
  /** The list whose field for a new item is open. */
  readonly adding: Signal<ListName | null> = signal(null);
  readonly onlyMine: Signal<boolean> = signal(false);
  readonly carry: Signal<Carry | null> = signal(null);
  /** What one did last, with the offer to take it back. */
  readonly offer: Signal<Offer | null> = signal(null);
  /** For ears. */
  readonly heard: Signal<string> = signal("");
  /** The control that gets the focus once the page shows what was just done. */
  wanted: string | null = null;
  names: Names = { names: { mentor: "", mentee: "" }, meeting: null };

  constructor(readonly sharing: Work) {
    this.model = new TopicsModel(sharing.doc, sharing.you);
    void this.#reopen();
  }

  /** What is half written for a list; null where it is not kept. */
  draft(list: ListName): Draft | null {
    return this.sharing.draft?.(`topics.${list}`) ?? null;
  }

  /** The field somebody wrote in when the page was left is open again. */
  async #reopen(): Promise<void> {
    for (const list of [...PLACES, ...KINDS]) {
      const words = await this.draft(list)?.read();
      if (words && this.adding.peek() === null) this.adding.value = list;
    }
  }

  nameOf(seat: Seat): string {
    return this.names.names[seat].trim() || t(seat === "mentor" ? "common.mentor" : "common.mentee");
  }

  ownerWords(owner: Seat | null): string {
    return owner === null ? t("topics.both") : this.nameOf(owner);
  }

  say(words: string): void {
    // the same words twice are read twice only if something differs
    this.heard.value = this.heard.value === words ? `${words}\u00a0` : words;
  }

  /** Lists an item of this one can go to, in the order of the page. */
  lists(list: ListName): readonly ListName[] {
    return isPlace(list) ? PLACES : [list];
  }

  /** The open items of a list as shown, in order. */
  shown(list: ListName): readonly { readonly id: Id }[] {
    const { places, kinds } = this.model.view.value;
    if (isPlace(list)) return places[list];
    const { you } = this.sharing;
    return kinds[list].filter(({ owner }) => !this.onlyMine.value || owner === null || owner === you);
  }

  /** Crosses off, or opens again. */
  tick(id: Id, title: string, done: boolean): void {
    this.model.tick(id, done);
    const words = done ? t("topics.said.done", { title }) : t("topics.said.opened", { title });
    this.#did(id, words);
  }

  delete(id: Id, title: string): void {
    this.model.delete(id);
    this.sharing.forgetSoon();
    this.#did(id, t("topics.said.deleted", { title }));
  }

  #did(id: Id, words: string): void {
    if (this.open.value === id) this.open.value = null;
    this.offer.value = { id, words };
    this.say(words);
  }

  lift(id: Id, title: string, list: ListName, by: Carry["by"]): void {
    const index = this.shown(list).findIndex((item) => item.id === id);
    this.carry.value = { id, title, list, index, by };
    if (by === "keys") this.say(t("topics.said.lifted", { title, where: this.where(list, index, id) }));
  }

  /** The lifted item one place further (`by` 1) or back (-1), across the borders of lists. */
  step(by: 1 | -1): void {
    const carry = this.carry.value;
    if (carry === null) return;
    const lists = this.lists(carry.list);
    const next = lists[lists.indexOf(carry.list) + by];
    const index = carry.index + by;
    if (index >= 0 && index <= this.#room(carry.list, carry.id)) this.aim(carry.list, index);
    else if (next !== undefined) this.aim(next, by === 1 ? 0 : this.#room(next, carry.id));
  }

  /** The lifted item to the list before or after. */
  sidestep(by: 1 | -1): void {
    const carry = this.carry.value;
    if (carry === null) return;
    const lists = this.lists(carry.list);
    const next = lists[lists.indexOf(carry.list) + by];
    if (next !== undefined) this.aim(next, Math.min(carry.index, this.#room(next, carry.id)));
  }

  aim(list: ListName, index: number): void {
    const carry = this.carry.value;
    if (carry === null || (carry.list === list && carry.index === index)) return;
    this.carry.value = { ...carry, list, index };
    if (carry.by === "keys") this.say(this.where(list, index, carry.id));
  }

  /** Puts the lifted item down. */
  drop(): void {
    const carry = this.carry.value;
    this.carry.value = null;
    if (carry) this.put(carry.id, carry.title, carry.list, carry.index);
  }

  cancel(): void {
    const carry = this.carry.value;
    if (carry === null) return;
    this.carry.value = null;
    this.say(t("topics.said.stayed", { title: carry.title }));
  }

  /** Moves an item to `index` of what is shown of a list, counted without it. */
  put(id: Id, title: string, list: ListName, index: number): void {
    const now = this.shown(list).findIndex((item) => item.id === id);
    if (now !== index) {
      this.model.move(id, list, this.#among(list, id, index));
      this.offer.value = null;
      this.say(t("topics.said.moved", { title, where: this.where(list, index, id) }));
    } else this.say(t("topics.said.stayed", { title }));
  }

  /** Where the focus goes when an item leaves its list: to the next one's same control, or the one before. */
  neighbour(id: Id, list: readonly { readonly id: Id }[], control: string): string | null {
    const at = list.findIndex((item) => item.id === id);
    const next = list[at + 1] ?? list[at - 1];
    return next ? `${next.id}:${control}` : null;
  }

  where(list: ListName, index: number, id: Id): string {
    const name = isPlace(list) ? t(`topics.place.${list}`) : t(`topics.kind.${list}`);
    return t("topics.said.where", { position: index + 1, count: this.#room(list, id) + 1, list: name });
  }

  /** How many others a list shows. */
  #room(list: ListName, id: Id): number {
    return this.shown(list).filter((item) => item.id !== id).length;
  }

  /** The index among all of a list for an index among the shown. */
  #among(list: ListName, id: Id, index: number): number {
    const { places, kinds } = this.model.view.value;
    const all: readonly { readonly id: Id }[] = isPlace(list) ? places[list] : kinds[list];
    const others = all.filter((item) => item.id !== id);
    const shown = this.shown(list).filter((item) => item.id !== id);
    const next = shown[index];
    return next ? others.findIndex((item) => item.id === next.id) : others.length;
  }
}
