/**
 * Ties one page of the document to Excalidraw's scene. What is finished here is written once, an element a key; what the
 * other wrote is cleaned and laid over, only what changed, and never into one's own undo. What is under the pointer still
 * is not written; see live.ts.
 *
 * The document decides, not the higher version as in Excalidraw's own way: it is the same for both in the end, and going
 * back to an earlier state brings lower versions. Versions only tell what has changed here and is not written yet.
 */
import type * as Y from "yjs";
import { BOUNDS, type BoardElement, cleanElement, cleanId, isRecord, type Point } from "./clean";
import { picturesIn } from "./pages";

/** What of Excalidraw's state matters here. */
export interface CanvasState {
  readonly isLoading: boolean;
  readonly cursorButton: "up" | "down";
  readonly editingTextElement: { readonly id: string } | null;
}

/** Excalidraw's imperative handle, as far as it is used here. */
export interface Canvas {
  getSceneElementsIncludingDeleted(): readonly BoardElement[];
  getAppState(): CanvasState;
  updateScene(scene: { elements: readonly BoardElement[]; captureUpdate: unknown }): void;
}

export interface BindOptions {
  readonly canvas: Canvas;
  readonly elements: Y.Map<unknown>;
  /** Excalidraw's `restoreElements`: fills in what it needs. */
  readonly restore: (elements: readonly BoardElement[]) => readonly BoardElement[];
  /** Excalidraw's `CaptureUpdateAction.NEVER`. */
  readonly never: unknown;
  /** Elements on the page, after each change. */
  readonly onCount: (count: number) => void;
  /** The page is full: what was drawn last has been taken back. */
  readonly onFull: () => void;
  /** Something that was stored has been deleted here, or words of it; told with the pictures among it, by file id. */
  readonly onDeleted: (pictures: readonly string[]) => void;
  /** The other's finished elements are on the scene now. */
  readonly onApplied: (ids: ReadonlySet<string>) => void;
}

interface Mark {
  readonly version: number;
  readonly nonce: number;
}

const WRITE_MS = 100;
const TYPING_MS = 1500;
const APPLY_MS = 30;
/** Each change that is laid on draws all that is in sight anew: with a full page not as often. */
const APPLY_FULL_MS = 150;
const MANY = 300;

export class Binding {
  private readonly options: BindOptions;
  /** Of each element, the state on the scene that the document agrees with. */
  private readonly agreed = new Map<string, Mark>();
  private readonly incoming = new Set<string>();
  private loaded = false;
  private closed = false;
  private drawing = false;
  private laying = false;
  private typing = false;
  /** Elements in the document; asked for its size, it would count them one by one. */
  private size = 0;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private appliedAt = Number.NEGATIVE_INFINITY;
  private applyTimer: ReturnType<typeof setTimeout> | undefined;
  private writeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: BindOptions) {
    this.options = options;
    this.size = options.elements.size;
    options.elements.observe(this.observer);
    this.load();
  }

  get ready(): boolean {
    return this.loaded;
  }

  /** What is being drawn, moved or shaped under the pointer at this moment. */
  held(): readonly BoardElement[] {
    return this.drawing && this.loaded && !this.closed ? this.dirty() : [];
  }

  /**
   * Excalidraw's `onChange`: for every step of the pointer, and whatever else has changed. Nothing is looked at while the
   * pointer is down, and otherwise not more often than is written.
   */
  changed(state: CanvasState): void {
    if (this.closed || this.laying || !this.load()) return;
    const drawing = state.cursorButton === "down";
    const released = this.drawing && !drawing;
    this.drawing = drawing;
    this.typing = state.editingTextElement !== null;
    if (drawing) return;
    const left = released ? 0 : this.lookedAt + (this.typing ? TYPING_MS : WRITE_MS) - performance.now();
    if (left <= 0) this.flush();
    else this.flushIn(left);
  }

  /** Writes all that is finished; also what is typed still. */
  flush(): void {
    if (this.closed || !this.loaded) return;
    clearTimeout(this.writeTimer);
    this.writeTimer = undefined;
    this.lookedAt = performance.now();
    const dirty = this.dirty();
    if (dirty.length > 0) this.write(dirty);
  }

  close(): void {
    if (this.closed) return;
    this.flush();
    this.closed = true;
    clearTimeout(this.applyTimer);
    clearTimeout(this.writeTimer);
    this.options.elements.unobserve(this.observer);
  }

  private dirty(): BoardElement[] {
    return this.options.canvas.getSceneElementsIncludingDeleted().filter((element) => this.differs(element));
  }

  private flushIn(ms: number): void {
    clearTimeout(this.writeTimer);
    this.writeTimer = setTimeout(() => this.flush(), ms);
  }

  /** Excalidraw loads its own first scene late and wipes what was there: nothing is laid on before. */
  private load(): boolean {
    const { canvas, elements, restore } = this.options;
    if (this.loaded || canvas.getAppState().isLoading) return this.loaded;
    const clean: BoardElement[] = [];
    for (const [id, raw] of elements) {
      if (clean.length >= BOUNDS.elements) break;
      const element = cleanElement(raw);
      if (element !== null && element.id === id) clean.push(element);
    }
    // unsorted, Excalidraw would give them new places on every load, and write them again
    this.lay(restore(clean.sort(byIndex)), new Set(clean.map(({ id }) => id)));
    this.loaded = true;
    this.count();
    return true;
  }

  private readonly observer = (event: Y.YMapEvent<unknown>, transaction: Y.Transaction): void => {
    for (const { action } of event.changes.keys.values()) {
      if (action !== "update") this.size += action === "add" ? 1 : -1;
    }
    if (transaction.origin === this) return;
    for (const id of event.keysChanged) this.incoming.add(id);
    const since = performance.now() - this.appliedAt;
    const wait = this.size < MANY ? APPLY_MS : Math.max(APPLY_MS, APPLY_FULL_MS - since);
    this.applyTimer ??= setTimeout(() => {
      this.applyTimer = undefined;
      this.apply();
    }, wait);
  };

  private apply(): void {
    if (this.closed || !this.loaded) return;
    const { canvas, onApplied } = this.options;
    const scene = [...canvas.getSceneElementsIncludingDeleted()];
    const places = placesOf(scene, this.incoming);
    const laid = new Set<string>();
    let moved = false;
    for (const id of this.incoming) {
      const at = places.get(id) ?? scene.length;
      const element = this.incomingOf(id, scene[at], scene.length);
      if (element === null) continue;
      moved ||= scene[at]?.index !== element.index;
      scene[at] = element;
      laid.add(id);
    }
    const ids = new Set(this.incoming);
    this.incoming.clear();
    if (laid.size > 0) this.lay(moved ? scene.sort(byIndex) : scene, laid);
    this.appliedAt = performance.now();
    this.count();
    onApplied(ids);
  }

  /** What to lay on the scene for `id`, or null where the scene stands. */
  private incomingOf(id: string, local: BoardElement | undefined, size: number): BoardElement | null {
    const raw = this.options.elements.get(id);
    const theirs = raw === undefined ? null : cleanElement(raw);
    if (theirs === null || theirs.id !== id) {
      // changed here meanwhile: it stays, and is written again
      if (local === undefined || local.isDeleted || this.differs(local)) return null;
      return { ...local, isDeleted: true, version: local.version + 1, versionNonce: randomNonce() };
    }
    if (local === undefined) return size < BOUNDS.elements * 2 ? this.restored(theirs) : null;
    if (this.differs(local)) {
      if (this.writeTimer === undefined && !this.drawing) this.flushIn(WRITE_MS);
      return null;
    }
    const same = theirs.version === local.version && theirs.versionNonce === local.versionNonce;
    return same ? null : this.restored(theirs);
  }

  private restored(element: BoardElement): BoardElement | null {
    return this.options.restore([element])[0] ?? null;
  }

  private write(dirty: readonly BoardElement[]): void {
    const { elements, onDeleted, onFull } = this.options;
    let deleted = false;
    const pictures: string[] = [];
    const refused: BoardElement[] = [];
    const write = () => {
      let room = BOUNDS.elements - this.size;
      for (const element of dirty) {
        const before = elements.get(element.id);
        if (element.isDeleted) {
          deleted ||= before !== undefined;
          pictures.push(...picturesIn([before]));
          if (before !== undefined) elements.delete(element.id);
        } else if (before === undefined && room <= 0) {
          refused.push(element);
          continue;
        } else {
          const portable = toWrite(element);
          if (portable === null) continue;
          deleted = loses(before, portable) || deleted;
          elements.set(element.id, portable);
          if (before === undefined) room -= 1;
        }
        this.agreed.set(element.id, { version: element.version, nonce: element.versionNonce });
      }
    };
    const doc = elements.doc;
    if (doc === null) return;
    doc.transact(write, this);
    if (refused.length > 0) {
      this.takeBack(refused);
      onFull();
    }
    if (deleted) onDeleted(pictures);
    this.count();
  }

  private takeBack(refused: readonly BoardElement[]): void {
    const { canvas } = this.options;
    const ids = new Set(refused.map(({ id }) => id));
    const elements = canvas
      .getSceneElementsIncludingDeleted()
      .map((one) => (ids.has(one.id) ? { ...one, isDeleted: true, version: one.version + 1 } : one));
    this.lay(elements, ids);
  }

  private differs(element: BoardElement): boolean {
    const mark = this.agreed.get(element.id);
    if (mark === undefined) return !element.isDeleted || this.options.elements.has(element.id);
    return mark.version !== element.version || mark.nonce !== element.versionNonce;
  }

  /** Lays a scene on that the document agrees with in `ids`, as Excalidraw then has it. */
  private lay(elements: readonly BoardElement[], ids: ReadonlySet<string>): void {
    const { canvas, never } = this.options;
    this.laying = true;
    canvas.updateScene({ elements, captureUpdate: never });
    this.laying = false;
    this.agree(ids);
  }

  private agree(ids: ReadonlySet<string>): void {
    for (const element of this.options.canvas.getSceneElementsIncludingDeleted()) {
      if (!ids.has(element.id)) continue;
      this.agreed.set(element.id, { version: element.version, nonce: element.versionNonce });
    }
  }

  private count(): void {
    this.options.onCount(this.size);
  }
}

/** Where in the scene these stand. */
function placesOf(scene: readonly BoardElement[], ids: ReadonlySet<string>): Map<string, number> {
  const places = new Map<string, number>();
  scene.forEach(({ id }, at) => {
    if (ids.has(id)) places.set(id, at);
  });
  return places;
}

/** The order in which elements lie over each other. */
export function byIndex(one: BoardElement, other: BoardElement): number {
  if (one.index !== other.index) {
    if (one.index === null) return 1;
    if (other.index === null) return -1;
    return one.index < other.index ? -1 : 1;
  }
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}

/** As it is stored: what would not come through at the other side is not sent, and points are told to the hundredth. */
function toWrite(element: BoardElement): BoardElement | null {
  if (cleanId(element.id) === null) return null;
  const points = element.points;
  if (points === undefined) return cleanElement(element);
  const pressures = Array.isArray(element.pressures) ? (element.pressures as number[]) : [];
  const step = Math.ceil(points.length / BOUNDS.points);
  const keep = (_: unknown, at: number) => step === 1 || at % step === 0 || at === points.length - 1;
  return cleanElement({
    ...element,
    points: points.filter(keep).map(([x, y]): Point => [hundredth(x), hundredth(y)]),
    pressures: element.simulatePressure === true ? [] : pressures.filter(keep).map(hundredth),
  });
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Whether words that were stored are no longer there. */
function loses(before: unknown, after: BoardElement): boolean {
  const words = isRecord(before) && before.type === "text" ? before.text : "";
  return typeof words === "string" && !(after.text ?? "").startsWith(words);
}

function randomNonce(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] as number) >>> 1;
}
