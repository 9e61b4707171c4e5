/**
 * Which of the shared things lie open, and the code and the line they need. Both come late, so that the partner's picture
 * never waits for them: first line and chat, and the documents with the first panel that shows them.
 */
import { computed, effect, signal } from "@preact/signals";
import { remembered } from "../meeting/memory";
import type { Id, Seat } from "../protocol";
import type { Names } from "../sharing/layout";
import type { Troubles } from "../sharing/Troubles";
import type { Bounded, Sharing } from "../sharing/types";
import type { Activity } from "./activity";

export const PANELS = ["whiteboard", "notes", "topics", "chat"] as const;
export type Panel = (typeof PANELS)[number];

/** Where a panel lies in a meeting: topics to the left, notes or chat to the right, the board in the middle. */
export type Place = "left" | "right" | "middle";
export const placeOf = (panel: Panel): Place =>
  panel === "topics" ? "left" : panel === "whiteboard" ? "middle" : "right";

/** What each panel shows, and so the troubles it tells. */
export const JOURNALS: Readonly<Record<Panel, readonly Bounded[]>> = {
  whiteboard: ["document", "files"],
  notes: ["document", "notes"],
  topics: ["document"],
  chat: ["chat", "files"],
};

/** Whose troubles a panel tells: not those that another open one tells already. */
export function tells(open: Open, panel: Panel): readonly Bounded[] {
  const panels = [open.left, open.middle, open.right].filter((one) => one !== null);
  const before = panels.slice(0, Math.max(0, panels.indexOf(panel))).flatMap((one) => JOURNALS[one]);
  return JOURNALS[panel].filter((journal) => !before.includes(journal));
}

export type Open = Readonly<Record<Place, Panel | null>>;
const NOTHING: Open = { left: null, right: null, middle: null };

/** Opens or puts away; on a narrow page one thing at a time. */
export function toggled(open: Open, panel: Panel, narrow: boolean): Open {
  const place = placeOf(panel);
  if (open[place] === panel) return { ...open, [place]: null };
  return { ...(narrow ? NOTHING : open), [place]: panel };
}

export class Together {
  readonly sharing = signal<Sharing | null>(null);
  readonly open = signal<Open>(NOTHING);
  /** As it is told: while nothing may nag it does not rise. */
  readonly unread = signal(0);
  /** Somebody thinks, or both are quiet. */
  readonly calm = signal(false);
  /** Above the table it is told already that the line is down. */
  readonly lineTold = signal(false);
  /** Draws what people must know of it. */
  readonly troubles = signal<typeof Troubles | null>(null);
  /** Something to show in a panel once it is open: a note, a message. */
  readonly target = signal<{ panel: Panel; id: string } | null>(null);
  /** What the other does with board, notes and topics. */
  readonly activity = signal<Activity | null>(null);
  readonly #visible = signal(document.visibilityState === "visible");
  /** What lies open here and can be seen. */
  readonly looking = computed(() => {
    const { left, middle, right } = this.open.value;
    return this.#visible.value ? [left, middle, right, this.alone].filter((panel) => panel !== null) : [];
  });
  readonly any = computed(() => Object.values(this.open.value).some((panel) => panel !== null));
  #loading: Promise<void> | null = null;
  #closed = false;
  #ends: (() => void)[] = [];

  constructor(
    readonly room: Id,
    readonly you: Seat,
    readonly names: () => Names,
    /** The panel that is a page of its own here. */
    private readonly alone: Panel | null = null,
  ) {
    const follow = () => {
      this.#visible.value = document.visibilityState === "visible";
    };
    document.addEventListener("visibilitychange", follow);
    this.#ends.push(() => document.removeEventListener("visibilitychange", follow));
  }

  /** Fetches the light part: line and chat. May be called again after a failure, which it does not throw. */
  load(): Promise<void> {
    this.#loading ??= this.#load()
      .catch((error: unknown) => {
        console.warn("board, notes and chat did not come", error);
      })
      .finally(() => {
        this.#loading = null;
      });
    return this.#loading;
  }

  /** And what only this panel needs; throws where something of it did not come. */
  async loadFor(panel: Panel): Promise<void> {
    await this.load();
    if (this.#closed) return;
    const sharing = this.sharing.peek();
    if (!sharing) throw new Error("the code did not come");
    await Promise.all([this.#fetchTroubles(), panel !== "chat" && sharing.openWork()]);
  }

  /** What tells of troubles comes with the first panel, which tells of its line too, or with the first of them. */
  async #fetchTroubles(): Promise<void> {
    const { Troubles } = await import("../sharing/Troubles");
    this.troubles.value = Troubles;
  }

  async #load(): Promise<void> {
    if (this.sharing.peek() || this.#closed) return;
    const [{ openSharing }, { unreadCount, browserStorage }, { Activity }] = await Promise.all([
      import("../sharing/open"),
      import("../chat/unread"),
      import("./activity"),
    ]);
    if (this.#closed) return;
    const sharing = openSharing({
      room: this.room,
      you: this.you,
      seatSecret: remembered(this.room).personal ?? null,
    });
    const storage = browserStorage();
    const unread = unreadCount(sharing, storage);
    const activity = new Activity(sharing, this, storage);
    this.#ends.push(
      effect(() => {
        const [count, calm] = [unread.count.value, this.calm.value];
        if (!calm || count < this.unread.peek()) this.unread.value = count;
      }),
      effect(() => {
        if (sharing.troubles.value.length > 0) this.#fetchTroubles().catch(() => undefined); // the next one tries again
      }),
      () => unread.close(),
      () => activity.close(),
      () => sharing.close(),
    );
    this.activity.value = activity;
    this.sharing.value = sharing;
  }

  isOpen(panel: Panel): boolean {
    return this.open.value[placeOf(panel)] === panel;
  }

  toggle(panel: Panel, narrow: boolean): void {
    this.open.value = toggled(this.open.value, panel, narrow);
  }

  show(panel: Panel, id: string, narrow: boolean): void {
    this.target.value = { panel, id };
    if (!this.isOpen(panel)) this.toggle(panel, narrow);
  }

  putAway(panel: Panel): void {
    if (this.isOpen(panel)) this.open.value = { ...this.open.value, [placeOf(panel)]: null };
  }

  close(): void {
    this.#closed = true;
    for (const end of this.#ends.splice(0)) end();
    this.activity.value = null;
    this.sharing.value = null;
  }
}
