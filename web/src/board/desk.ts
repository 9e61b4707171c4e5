/** What the board's pieces share: which pages there are, which one lies open, who is on it, and what people are told. */
import { effect, type Signal, signal } from "@preact/signals";
import type * as Y from "yjs";
import type { Id } from "../protocol";
import { pages as pagesMap } from "../sharing/layout";
import type { Sharing } from "../sharing/types";
import { BOUNDS } from "./clean";
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

const REFRESH_MS = 150;

export class BoardDesk {
  readonly pages: Signal<readonly model.PageInfo[]> = signal([]);
  /** Deleted ones that can be brought back. */
  readonly deleted: Signal<readonly model.PageInfo[]> = signal([]);
  readonly surface = signal<Surface | null>(null);
  /** Elements on the open page. */
  readonly count = signal(0);
  readonly note = signal<Note | null>(null);
  /** The drawn page, once React and Excalidraw are there. */
  readonly island = signal<Island | null>(null);
  readonly live: LiveReceiver;

  private readonly stops: (() => void)[] = [];
  private readonly dismissed = new Set<Id>();
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  private begun = false;
  private nextKey = 1;
  private readonly keys = new WeakMap<Y.Map<unknown>, number>();

  constructor(
    readonly sharing: Sharing,
    readonly meeting: Id | null,
    wanted: Id | null = null,
  ) {
    this.live = new LiveReceiver(sharing);
    const changed = () => {
      this.refreshTimer ??= setTimeout(() => this.refresh(), REFRESH_MS);
    };
    pagesMap(sharing.doc).observeDeep(changed);
    this.stops.push(
      () => pagesMap(sharing.doc).unobserveDeep(changed),
      () => this.live.close(),
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

  rename(page: Id, name: string): void {
    model.renamePage(this.sharing.doc, page, name);
    this.refresh();
  }

  remove(page: Id): void {
    model.deletePage(this.sharing.doc, page, this.meeting, Date.now());
    this.refresh();
  }

  bringBack(page: Id): void {
    model.bringBack(this.sharing.doc, page);
    this.refresh();
    this.open(page);
  }

  /** Deleted for good, with its pictures, also on the server. */
  removeNow(page: Id): void {
    this.forget(model.purge(this.sharing.doc, page));
    this.refresh();
  }

  /** Says no more of a deleted page; it can be brought back no longer from this page. */
  dismiss(page: Id): void {
    this.dismissed.add(page);
    this.refresh();
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
    this.forget(model.purge(doc, { meeting: this.meeting, now }));
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
    this.pages.value = model.listPages(doc, this.meeting, now);
    this.deleted.value = model.deletedPages(doc, this.meeting, now).filter(({ id }) => !this.dismissed.has(id));
    const page = this.surface.peek()?.page;
    if (page === undefined) return;
    if (model.isShown(doc, page)) this.open(page);
    else this.open(this.pages.value[0]?.id ?? model.firstPage(doc, this.meeting, now));
  }

  private forget({ gone, blobs }: { gone: number; blobs: readonly Id[] }): void {
    if (gone === 0) return;
    this.sharing.forgetSoon();
    // the other's pictures are the other's to drop; theirs are dropped when their browser comes by
    for (const blob of blobs) this.sharing.dropBlob(blob).catch(() => undefined);
  }
}
