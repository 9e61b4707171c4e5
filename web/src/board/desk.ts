/** What the board's pieces share: which pages there are, which one lies open, who is on it, and what people are told. */
import { effect, type Signal, signal } from "@preact/signals";
import type * as Y from "yjs";
import type { Id } from "../protocol";
import { pages as pagesMap } from "../sharing/layout";
import type { Work } from "../sharing/types";
import { BOUNDS } from "./clean";
import { type Cleared, clearedBy, isBack, putBack } from "./cleared";
import { Collector } from "./collect";
import { Deletions } from "./deletions";
import type { Island } from "./island";
import { LiveReceiver } from "./live";
import * as model from "./pages";

/** The page that lies open. A new object whenever another page, or the same one made anew, is to be drawn. */
export interface Surface {
  readonly page: Id;
  readonly elements: Y.Map<unknown>;
  readonly files: Y.Map<unknown>;
}

/** Told beside the board; `cleared` can be undone. */
export type Note =
  | { readonly kind: "full" }
  | { readonly kind: "too_many_pages" }
  | { readonly kind: "working" }
  | { readonly kind: "image"; readonly reason: string }
  | { readonly kind: "cleared"; readonly undo: () => void };

/** A deleted page people are told of. */
export interface Gone extends model.DeletedPage {
  /** This person has deleted it here, or agreed that it goes. */
  readonly agreed: boolean;
}

const REFRESH_MS = 150;
const MOST_CLEARED = 20;
const COLLECT_MS = 10 * 60 * 1000;

export class BoardDesk {
  readonly pages: Signal<readonly model.PageInfo[]> = signal([]);
  /** Deleted ones that can be brought back, and have not been put away here; those this person must answer for first. */
  readonly deleted: Signal<readonly Gone[]> = signal([]);
  /** Pages the partner cleared, the last one first. */
  readonly cleared: Signal<readonly Cleared[]> = signal([]);
  readonly surface = signal<Surface | null>(null);
  /** Elements on the open page. */
  readonly count = signal(0);
  readonly note = signal<Note | null>(null);
  /** The drawn page, once React and Excalidraw are there. */
  readonly island = signal<Island | null>(null);
  readonly live: LiveReceiver;

  private readonly deletions: Deletions;
  private readonly pictures: Collector;
  private readonly stops: (() => void)[] = [];
  private readonly dismissed = new Set<Id>();
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  private begun = false;
  private nextKey = 1;
  private readonly keys = new WeakMap<Y.Map<unknown>, number>();

  constructor(
    readonly sharing: Work,
    readonly meeting: Id | null,
    wanted: Id | null = null,
  ) {
    this.live = new LiveReceiver(sharing);
    this.deletions = new Deletions(sharing);
    this.pictures = new Collector(sharing);
    const collecting = setInterval(() => this.collect(), COLLECT_MS);
    const changed = (events: readonly Y.YEvent<never>[], transaction: Y.Transaction) => {
      const cleared = clearedBy(events, transaction);
      if (cleared.length > 0) this.cleared.value = [...cleared, ...this.cleared.value].slice(0, MOST_CLEARED);
      this.refreshTimer ??= setTimeout(() => this.refresh(), REFRESH_MS);
    };
    pagesMap(sharing.doc).observeDeep(changed as never);
    this.stops.push(
      () => pagesMap(sharing.doc).unobserveDeep(changed as never),
      () => this.live.close(),
      () => clearInterval(collecting),
      // a page made before all is here might be made a second time
      effect(() => {
        if (sharing.ready.value) this.begin(wanted);
      }),
    );
  }

  /** One key a surface, to draw it anew when it is another one. */
  keyOf(surface: Surface): number {
    const key = this.keys.get(surface.elements) ?? this.nextKey++;
    this.keys.set(surface.elements, key);
    return key;
  }

  get gettingFull(): boolean {
    return this.count.value >= BOUNDS.elementsWarn;
  }

  open(page: Id): void {
    const elements = model.elementsOf(this.sharing.doc, page);
    const files = model.filesOf(this.sharing.doc, page);
    const now = this.surface.peek();
    if (elements === null || files === null) return;
    if (now?.elements === elements) return;
    this.note.value = null;
    this.count.value = elements.size;
    this.surface.value = { page, elements, files };
  }

  add(name: string): void {
    const page = model.addPage(this.sharing.doc, { meeting: this.meeting, name }, Date.now());
    if (page === null) {
      this.note.value = { kind: "too_many_pages" };
      return;
    }
    this.refresh();
    this.open(page);
  }

  /** Takes everything off the page that lies open, with the way back. */
  clear(): void {
    const undo = this.island.peek()?.clear();
    if (undo) this.note.value = { kind: "cleared", undo };
  }

  rename(page: Id, name: string): void {
    model.renamePage(this.sharing.doc, page, name);
    this.refresh();
  }

  remove(page: Id): void {
    const now = Date.now();
    model.deletePage(this.sharing.doc, page, this.sharing.you, now);
    this.deletions.agree({ id: page, deletedMs: now }, this.meeting, now);
    this.refresh();
  }

  bringBack(...pages: readonly Id[]): void {
    for (const page of pages) model.bringBack(this.sharing.doc, page);
    this.refresh();
    if (pages[0] !== undefined) this.open(pages[0]);
  }

  /** Puts what stood on a cleared page back on it. */
  putBack(cleared: Cleared): void {
    putBack(this.sharing.doc, cleared);
    this.refresh();
    this.open(cleared.page);
  }

  /** Says no more of a page the partner cleared. */
  leaveCleared(cleared: Cleared): void {
    this.cleared.value = this.cleared.value.filter((one) => one !== cleared);
  }

  /** It may go for good, when this meeting is over. */
  agree(gone: Gone): void {
    this.deletions.agree(gone, this.meeting, Date.now());
    this.dismiss(gone.id);
  }

  /** Deleted for good, with its pictures, also on the server. */
  removeNow(page: Id): void {
    this.purge([page]);
    this.refresh();
  }

  /** Says no more of a deleted page while this one lies open. */
  dismiss(page: Id): void {
    this.dismissed.add(page);
    this.refresh();
  }

  /** A picture was stored for a page. */
  put(blob: Id): void {
    this.pictures.put(blob);
  }

  /** These pictures of a page that lies open were taken off by this person. */
  tookOff({ files }: Surface, fileIds: readonly string[]): void {
    const blobs = fileIds.map((fileId) => model.blobOf(files.get(fileId))).filter((blob) => blob !== null);
    this.pictures.took(blobs, Date.now(), true);
  }

  /** The sheet is taken down, and with it what could be undone on it. */
  putAway(): void {
    this.pictures.forgetUndo();
  }

  close(): void {
    clearTimeout(this.refreshTimer);
    for (const stop of this.stops.splice(0)) stop();
  }

  private begin(wanted: Id | null): void {
    if (this.begun) return;
    this.begun = true;
    const { doc } = this.sharing;
    const now = Date.now();
    const over = model.deletedPages(doc, now).filter((page) => this.deletions.isOver(page, this.meeting, now));
    this.purge(over.map(({ id }) => id));
    this.collect();
    const first = model.firstPage(doc, this.meeting, now);
    this.refresh();
    this.open(this.pages.value.some(({ id }) => id === wanted) && wanted !== null ? wanted : first);
  }

  private refresh(): void {
    clearTimeout(this.refreshTimer);
    this.refreshTimer = undefined;
    if (!this.begun) return;
    const { doc } = this.sharing;
    const now = Date.now();
    const gone = model.deletedPages(doc, now);
    this.deletions.tidy(gone, (page) => pagesMap(doc).has(page));
    replace(this.pages, model.listPages(doc, this.meeting, now));
    replace(this.deleted, this.toTell(gone));
    const cleared = this.cleared.peek().filter((one) => model.isShown(doc, one.page) && !isBack(doc, one));
    if (cleared.length < this.cleared.peek().length) this.cleared.value = cleared;
    const page = this.surface.peek()?.page;
    if (page === undefined) return;
    if (model.isShown(doc, page)) this.open(page);
    else this.open(this.pages.value[0]?.id ?? model.firstPage(doc, this.meeting, now));
  }

  /** Of an empty page nobody wants to hear. */
  private toTell(pages: readonly model.DeletedPage[]): Gone[] {
    const open = pages.filter(({ id, empty }) => !this.dismissed.has(id) && !empty);
    const told = open.map((page) => ({ ...page, agreed: this.deletions.has(page) }));
    return [...told.filter(({ agreed }) => !agreed), ...told.filter(({ agreed }) => agreed)];
  }

  private purge(pages: readonly Id[]): void {
    if (pages.length === 0) return;
    this.pictures.took(model.purge(this.sharing.doc, pages), Date.now(), false);
    this.sharing.forgetSoon();
  }

  private collect(): void {
    void this.pictures.collect(Date.now());
  }
}

/** Only where something has changed: while somebody draws, what lists the pages is not drawn anew all the time. */
function replace<T>(told: Signal<T>, value: T): void {
  if (JSON.stringify(told.peek()) !== JSON.stringify(value)) told.value = value;
}
