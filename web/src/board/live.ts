/**
 * What passes and is never stored: where the partner's pointer is, and what grows or moves under it before it is finished.
 * A stroke travels as the points added since the last word, so that a long one costs no more than a short one.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Id } from "../protocol";
import type { Sharing } from "../sharing/types";
import {
  BOUNDS,
  type BoardElement,
  cleanColour,
  cleanId,
  isRecord,
  KINDS,
  type Kind,
  list,
  number,
  type Point,
  point,
} from "./clean";

export const KIND = "board";
const SEND_MS = 60;
/** Nothing heard of a pointer or a stroke for so long: it is taken away. */
const GONE_MS = 8000;
const MAX_GHOSTS = 12;
const MAX_POINTS_A_WORD = 400;

/** Something the partner draws or moves at this moment. */
export interface Ghost {
  readonly id: string;
  readonly kind: Kind;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly angle: number;
  readonly colour: string;
  readonly strokeWidth: number;
  readonly points: readonly Point[];
  /** It stands on the board already and is only moved: its outline is enough. */
  readonly moved: boolean;
}

export interface Partner {
  /** The page the partner looks at; null when the board is closed there. */
  readonly page: Id | null;
  /** On the page, in the board's own measure. */
  readonly pointer: Point | null;
  readonly ghosts: readonly Ghost[];
}

const NOBODY: Partner = { page: null, pointer: null, ghosts: [] };

/**
 * Sends one's own pointer and what it draws: asked for with `drawn` when a word is made, not for each step of the pointer.
 * `stored` tells whether the page holds an element already.
 */
export class LiveSender {
  private pointer: Point | null = null;
  private held: readonly BoardElement[] = [];
  private sentPoints = new Map<string, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private greeting: ReturnType<typeof setInterval>;

  constructor(
    private readonly sharing: Pick<Sharing, "pass">,
    private readonly page: Id,
    private readonly stored: (id: string) => boolean,
    private readonly drawn: () => readonly BoardElement[],
  ) {
    this.soon();
    this.greeting = setInterval(() => this.soon(), GONE_MS / 2);
  }

  moved(x: number, y: number): void {
    this.pointer = [Math.round(x), Math.round(y)];
    this.soon();
  }

  /** What lies under the pointer unfinished has changed, or was let go. */
  drawing(): void {
    this.soon();
  }

  close(): void {
    clearTimeout(this.timer);
    clearInterval(this.greeting);
    this.sharing.pass(KIND, { p: null });
  }

  private soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.send();
    }, SEND_MS);
  }

  private send(): void {
    const held = this.drawn();
    this.held = held.length > MAX_GHOSTS ? [] : held;
    const word: Record<string, unknown> = { p: this.page };
    if (this.pointer) word.c = this.pointer;
    word.g = this.held.map((element) => this.ghost(element));
    const ids = new Set(this.held.map(({ id }) => id));
    for (const id of this.sentPoints.keys()) if (!ids.has(id)) this.sentPoints.delete(id);
    this.sharing.pass(KIND, word);
    // more of a long stroke than fits into one word waits for the next
    const behind = this.held.some(
      ({ id, points }) => (this.sentPoints.get(id) ?? 0) < growing(points, this.stored(id)),
    );
    if (behind) this.soon();
  }

  private ghost(element: BoardElement): unknown {
    const moved = this.stored(element.id);
    const at = [element.x, element.y, element.width, element.height].map(tenth);
    const ghost = {
      i: element.id,
      t: element.type,
      b: [...at, element.angle],
      k: element.strokeColor,
      w: element.strokeWidth,
    };
    if (moved || element.points === undefined) return { ...ghost, m: moved };
    // a line's last point follows the pointer, a pen's points stay as they are
    const from = element.type === "freedraw" ? (this.sentPoints.get(element.id) ?? 0) : 0;
    const points = element.points.slice(from, from + MAX_POINTS_A_WORD);
    this.sentPoints.set(element.id, from + points.length);
    return { ...ghost, f: from, d: points.flatMap(([x, y]) => [tenth(x), tenth(y)]) };
  }
}

/** Hears what the partner's browser passes and keeps what can be believed of it. */
export class LiveReceiver {
  readonly partner: ReadonlySignal<Partner>;
  private readonly seen = signal<Partner>(NOBODY);
  private readonly stop: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sharing: Pick<Sharing, "onPass" | "you">) {
    this.partner = this.seen;
    this.stop = sharing.onPass(KIND, (data, seat) => {
      // one's own other pages are not the partner
      if (seat !== sharing.you) this.hear(data);
    });
  }

  /** Finished elements have reached the page: their ghosts go. */
  finished(ids: ReadonlySet<string>): void {
    const { ghosts } = this.seen.value;
    if (!ghosts.some(({ id }) => ids.has(id))) return;
    this.seen.value = { ...this.seen.value, ghosts: ghosts.filter(({ id }) => !ids.has(id)) };
  }

  close(): void {
    clearTimeout(this.timer);
    this.stop();
  }

  private hear(data: unknown): void {
    if (!isRecord(data)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.seen.value = NOBODY;
    }, GONE_MS);
    const page = cleanId(data.p);
    if (page === null) {
      this.seen.value = NOBODY;
      return;
    }
    const before = this.seen.value.page === page ? this.seen.value.ghosts : [];
    const heard = list(data.g, MAX_GHOSTS, (one) => readGhost(one, before));
    // let go: it stays to be seen until the finished one has come, or a moment has passed
    const waiting = heard.length === 0 ? before.filter(({ moved }) => !moved) : [];
    this.seen.value = { page, pointer: data.c === undefined ? null : point(data.c), ghosts: [...waiting, ...heard] };
  }
}

function readGhost(given: unknown, before: readonly Ghost[]): Ghost | null {
  if (!isRecord(given)) return null;
  const id = cleanId(given.i);
  const kind = KINDS.find((one) => one === given.t);
  const box = list(given.b, 5, (one) => number(one, -BOUNDS.place, BOUNDS.place));
  const [x, y, width, height, angle] = box;
  if (id === null || kind === undefined || x === undefined || y === undefined) return null;
  if (width === undefined || height === undefined || angle === undefined) return null;
  const from = number(given.f, 0, BOUNDS.points) ?? 0;
  const old = before.find((ghost) => ghost.id === id)?.points ?? [];
  const points = [...old.slice(0, from), ...pairs(given.d)].slice(0, BOUNDS.points);
  return {
    id,
    kind,
    x,
    y,
    width,
    height,
    angle,
    colour: cleanColour(given.k, "#1e1e1e"),
    strokeWidth: number(given.w, 0.5, 50) ?? 2,
    points,
    moved: given.m === true,
  };
}

function pairs(given: unknown): Point[] {
  const flat = list(given, MAX_POINTS_A_WORD * 2, (one) => number(one, -BOUNDS.side, BOUNDS.side));
  return Array.from(
    { length: Math.floor(flat.length / 2) },
    (_, at): Point => [flat[2 * at] ?? 0, flat[2 * at + 1] ?? 0],
  );
}

function growing(points: readonly Point[] | undefined, stored: boolean): number {
  return stored ? 0 : (points?.length ?? 0);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
