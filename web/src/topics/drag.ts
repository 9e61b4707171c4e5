/** One drag of a row, by mouse, pen or finger. The row follows the pointer; nothing moves in the page until it is let go. */
import type { Id } from "../protocol";
import type { Desk } from "./desk.ts";
import type { ListName } from "./model.ts";

/** Pixels a pointer moves before a press becomes a drag. */
const SLACK = 5;
/** Pixels from the edge of what scrolls in which a drag scrolls it, and how far in each picture. */
const EDGE = 56;
const SCROLL = 9;

interface What {
  readonly id: Id;
  readonly title: string;
  readonly list: ListName;
}

export class Drag {
  dragged = false;
  readonly #grip: HTMLElement;
  readonly #row: HTMLElement;
  readonly #panel: HTMLElement;
  readonly #scroller: HTMLElement;
  readonly #begin: { readonly x: number; readonly y: number };
  #at: { x: number; y: number };
  #frame = 0;

  constructor(
    private readonly desk: Desk,
    event: PointerEvent & { readonly currentTarget: EventTarget | null },
    private readonly what: What,
  ) {
    this.#grip = event.currentTarget as HTMLElement;
    this.#row = this.#grip.closest<HTMLElement>("[data-item]") ?? this.#grip;
    this.#panel = this.#grip.closest<HTMLElement>(".topics-panel") ?? this.#grip;
    this.#scroller = scrollerOf(this.#panel);
    this.#at = { x: event.clientX, y: event.clientY };
    this.#begin = { x: event.clientX, y: event.clientY + this.#scroller.scrollTop };
    this.#grip.setPointerCapture(event.pointerId);
    this.#grip.addEventListener("pointermove", this.#move);
    this.#grip.addEventListener("pointerup", this.#up);
    this.#grip.addEventListener("pointercancel", this.#away);
    document.addEventListener("keydown", this.#key, true);
  }

  end(keep: boolean): void {
    cancelAnimationFrame(this.#frame);
    this.#grip.removeEventListener("pointermove", this.#move);
    this.#grip.removeEventListener("pointerup", this.#up);
    this.#grip.removeEventListener("pointercancel", this.#away);
    document.removeEventListener("keydown", this.#key, true);
    this.#row.style.translate = "";
    if (this.desk.carry.value?.by !== "pointer") return;
    if (keep) this.desk.drop();
    else this.desk.cancel();
  }

  readonly #move = (event: PointerEvent): void => {
    this.#at = { x: event.clientX, y: event.clientY };
    const far = Math.hypot(event.clientX - this.#begin.x, event.clientY + this.#scroller.scrollTop - this.#begin.y);
    if (!this.dragged && far < SLACK) return;
    if (!this.dragged) {
      this.dragged = true;
      if (this.desk.open.value === this.what.id) this.desk.open.value = null;
      this.desk.lift(this.what.id, this.what.title, this.what.list, "pointer");
      this.#frame = requestAnimationFrame(this.#scroll);
    }
    this.#follow();
  };

  readonly #up = (): void => this.end(true);
  readonly #away = (): void => this.end(false);

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !this.dragged) return;
    event.preventDefault();
    event.stopPropagation();
    this.end(false);
  };

  #follow(): void {
    const dx = this.#at.x - this.#begin.x;
    const dy = this.#at.y + this.#scroller.scrollTop - this.#begin.y;
    this.#row.style.translate = `${dx}px ${dy}px`;
    const list = this.#listUnder();
    if (list !== null) this.desk.aim(list.name, list.index);
  }

  /** The nearest list, and before which of its rows the pointer is. */
  #listUnder(): { name: ListName; index: number } | null {
    const { x, y } = this.#at;
    let nearest: HTMLElement | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const name of this.desk.lists(this.what.list)) {
      const list = this.#panel.querySelector<HTMLElement>(`[data-list="${name}"]`);
      if (list === null) continue;
      const box = list.getBoundingClientRect();
      const off = Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
      if (off < least) [nearest, least] = [list, off];
    }
    if (nearest === null) return null;
    const rows = [...nearest.querySelectorAll<HTMLElement>("[data-item]")].filter((row) => row !== this.#row);
    const index = rows.filter((row) => {
      const box = row.getBoundingClientRect();
      return y > (box.top + box.bottom) / 2;
    }).length;
    return { name: nearest.dataset.list as ListName, index };
  }

  readonly #scroll = (): void => {
    const box = this.#scroller === document.documentElement ? null : this.#scroller.getBoundingClientRect();
    const top = Math.max(box?.top ?? 0, 0);
    const bottom = Math.min(box?.bottom ?? innerHeight, innerHeight);
    const by = this.#at.y < top + EDGE ? -SCROLL : this.#at.y > bottom - EDGE ? SCROLL : 0;
    if (by !== 0) {
      this.#scroller.scrollTop += by;
      this.#follow();
    }
    this.#frame = requestAnimationFrame(this.#scroll);
  };
}

function scrollerOf(node: HTMLElement): HTMLElement {
  for (let at: HTMLElement | null = node; at !== null; at = at.parentElement)
    if (at.scrollHeight > at.clientHeight && /auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  return document.documentElement;
}
