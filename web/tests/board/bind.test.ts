/** Two pages on one document, with a stand-in for Excalidraw that keeps a scene and tells of its changes. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type * as Y from "yjs";
import { Binding, byIndex, type Canvas, type CanvasState } from "../../src/board/bind";
import { BOUNDS, type BoardElement, type Point } from "../../src/board/clean";
import { elementsOf, firstPage } from "../../src/board/pages";
import { type LocalSharing, localPair } from "../local_pair";

const NEVER = Symbol("never");

class Scene implements Canvas {
  elements: readonly BoardElement[] = [];
  state: CanvasState = { isLoading: false, cursorButton: "up", editingTextElement: null };
  /** How a scene was laid on; an undo would take anything but NEVER back. */
  captures: unknown[] = [];
  told = { count: 0, full: 0, deleted: 0, applied: [] as string[], pictures: [] as string[] };
  readonly map: Y.Map<unknown>;
  readonly binding: Binding;
  private nonce = 0;

  constructor(sharing: LocalSharing, loading = false) {
    this.state = { ...this.state, isLoading: loading };
    this.map = elements(sharing);
    this.binding = new Binding({
      canvas: this,
      elements: this.map,
      restore: (elements) => elements.map((one) => ({ ...one })),
      never: NEVER,
      onCount: (count) => {
        this.told.count = count;
      },
      onFull: () => this.told.full++,
      onDeleted: (pictures) => {
        this.told.deleted++;
        this.told.pictures.push(...pictures);
      },
      onApplied: (ids) => this.told.applied.push(...ids),
    });
  }

  getSceneElementsIncludingDeleted = () => this.elements;
  getAppState = () => this.state;

  updateScene({ elements, captureUpdate }: { elements: readonly BoardElement[]; captureUpdate: unknown }): void {
    this.captures.push(captureUpdate);
    this.elements = elements;
    this.binding?.changed(this.state);
  }

  /** What a person does: the changed ones get a higher version, as Excalidraw gives them. */
  edit(id: string, more: Partial<BoardElement> = {}, state: Partial<CanvasState> = {}): void {
    const old = this.elements.find((one) => one.id === id);
    const next = { ...(old ?? blank(id)), ...more, version: (old?.version ?? 0) + 1, versionNonce: ++this.nonce };
    this.elements = old ? this.elements.map((one) => (one === old ? next : one)) : [...this.elements, next];
    this.state = { ...this.state, ...state };
    this.binding.changed(this.state);
  }

  point(cursorButton: "up" | "down"): void {
    this.state = { ...this.state, cursorButton };
    this.binding.changed(this.state);
  }

  get live(): string[] {
    return this.elements.filter((one) => !one.isDeleted).map((one) => `${one.id}@${one.x}`);
  }
}

/** Of the meeting's page, which both ends make. */
function elements({ doc }: LocalSharing): Y.Map<unknown> {
  const map = elementsOf(doc, firstPage(doc, "abcdefghijklmnop", 1));
  if (map === null) throw new Error("no page");
  return map;
}

function blank(id: string): BoardElement {
  return {
    id,
    type: "rectangle",
    x: 0,
    y: 0,
    width: 10,
    height: 10,
    angle: 0,
    strokeColor: "#000",
    strokeWidth: 2,
    version: 0,
    versionNonce: 0,
    index: "a0",
    isDeleted: false,
    link: null,
  };
}

let ends: [LocalSharing, LocalSharing];
let mentor: Scene;
let mentee: Scene;

beforeEach(() => {
  vi.useFakeTimers();
  ends = localPair();
  mentor = new Scene(ends[0]);
  mentee = new Scene(ends[1]);
});

afterEach(() => {
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTime(3000);

test("what one draws the other sees, and not as something to undo", () => {
  mentor.edit("a", { x: 5 });
  settle();
  expect(mentee.live).toEqual(["a@5"]);
  expect(new Set(mentee.captures)).toEqual(new Set([NEVER]));
  expect(mentee.told.applied).toEqual(["a"]);
});

test("nothing is laid on before Excalidraw has loaded its own", () => {
  const [here, there] = localPair();
  elements(here).set("a", { ...blank("a"), version: 1, versionNonce: 1 });
  const late = new Scene(there, true);
  expect([late.captures.length, late.binding.ready]).toEqual([0, false]);
  late.state = { ...late.state, isLoading: false };
  late.binding.changed(late.state);
  expect(late.live).toEqual(["a@0"]);
});

test("opening a page writes nothing, whatever Excalidraw makes of it", () => {
  for (const [id, index] of [
    ["c", "a2"],
    ["a", "a0"],
    ["b", "a1"],
  ] as const) {
    mentor.map.set(id, { ...blank(id), index, version: 4, versionNonce: 4 });
  }
  let written = 0;
  ends[1].doc.on("update", (_, origin) => {
    if (origin !== "line") written++;
  });
  const fresh = new Scene(ends[1]);
  settle();
  expect(fresh.elements.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(written).toBe(0);
});

test("a stroke is written once, when the pointer goes up", () => {
  let updates = 0;
  ends[0].doc.on("update", () => updates++);
  mentor.point("down");
  const points: [number, number][] = [];
  for (let at = 0; at < 200; at++) {
    points.push([at, at / 3]);
    mentor.edit("s", { type: "freedraw", points: [...points] });
    vi.advanceTimersByTime(16);
  }
  expect(updates).toBe(0);
  expect(mentor.binding.held().map(({ id }) => id)).toEqual(["s"]);
  mentor.point("up");
  expect([updates, mentor.binding.held().length]).toEqual([1, 0]);
  expect((mentor.map.get("s") as BoardElement).points?.[1]).toEqual([1, 0.33]);
  settle();
  expect(mentee.live).toEqual(["s@0"]);
  expect(updates).toBe(1);
});

test("while one types, words are stored now and then, and at the end", () => {
  const editing = { editingTextElement: { id: "t" } };
  let updates = 0;
  ends[0].doc.on("update", () => updates++);
  for (let at = 1; at <= 40; at++) {
    mentor.edit("t", { type: "text", text: "x".repeat(at) }, editing);
    vi.advanceTimersByTime(100);
  }
  expect(updates).toBeGreaterThan(1);
  expect(updates).toBeLessThan(6);
  mentor.edit("t", { text: "done" }, { editingTextElement: null });
  settle();
  expect((mentee.elements[0] as BoardElement).text).toBe("done");
});

test("words taken out of a text are deleted words, words added are not", () => {
  for (const [text, deleted] of [
    ["first", 0],
    ["first and more", 0],
    ["and more", 1],
  ] as const) {
    mentor.edit("t", { type: "text", text });
    settle();
    expect(mentor.told.deleted).toBe(deleted);
  }
});

test("closing writes what waits", () => {
  mentor.edit("a");
  mentor.edit("b");
  expect(mentor.map.has("b")).toBe(false);
  mentor.binding.close();
  expect(mentor.map.has("b")).toBe(true);
  mentor.edit("c");
  settle();
  expect(mentor.map.has("c")).toBe(false);
});

describe("deleting", () => {
  beforeEach(() => {
    mentor.edit("a");
    settle();
  });

  test("leaves nothing of it in the document", () => {
    mentor.edit("a", { isDeleted: true });
    settle();
    expect([mentor.map.size, mentee.live.length]).toEqual([0, 0]);
    expect([mentor.told.deleted, mentee.told.deleted]).toEqual([1, 0]);
  });

  test("can be undone, and the other sees it again", () => {
    mentor.edit("a", { isDeleted: true });
    settle();
    mentor.edit("a", { isDeleted: false, x: 3 });
    settle();
    expect([mentor.live, mentee.live]).toEqual([["a@3"], ["a@3"]]);
  });

  test("what the other changes meanwhile stays", () => {
    ends[0].cut();
    mentor.edit("a", { isDeleted: true });
    mentee.edit("a", { x: 9 });
    settle();
    ends[0].mend();
    settle();
    expect([mentor.live, mentee.live]).toEqual([["a@9"], ["a@9"]]);
  });
});

test.each([1, 2, 3, 4])("both change the same with the line down: they agree after (%i edits there)", (edits) => {
  mentor.edit("a");
  settle();
  ends[0].cut();
  mentor.edit("a", { x: 100 });
  mentor.edit("a", { x: 101 });
  for (let n = 0; n < edits; n++) mentee.edit("a", { x: 200 + n });
  mentee.edit("b");
  mentor.edit("c");
  settle();
  ends[0].mend();
  settle();
  expect([...mentor.live].sort()).toEqual([...mentee.live].sort());
  expect(mentor.live).toHaveLength(3);
  const stored = (mentor.map.get("a") as BoardElement).x;
  expect(mentor.live).toContain(`a@${stored}`);
});

test("going back to an earlier state goes back on both boards, though its versions are lower", async () => {
  mentor.edit("a");
  settle();
  const earlier = ends[0].keep();
  for (let n = 1; n < 5; n++) mentor.edit("a", { x: n });
  mentee.edit("b");
  settle();
  expect(mentee.live).toEqual(["a@4", "b@0"]);
  await ends[0].goBack(earlier);
  settle();
  expect([mentor.live, mentee.live, mentor.map.size]).toEqual([["a@0"], ["a@0"], 1]);
  mentee.edit("a", { x: 7 });
  settle();
  expect([mentor.live, mentee.live]).toEqual([["a@7"], ["a@7"]]);
});

test("what is under the pointer here is not pulled away, and is written after", () => {
  mentor.edit("a");
  settle();
  mentor.point("down");
  mentor.edit("a", { x: 30 });
  mentee.edit("a", { x: 60 });
  settle();
  expect(mentor.live).toEqual(["a@30"]);
  mentor.point("up");
  settle();
  expect([mentor.live, mentee.live]).toEqual([["a@30"], ["a@30"]]);
});

test("what the other writes that cannot be drawn is not, and an element made so goes", () => {
  mentor.edit("a");
  settle();
  mentor.map.set("x", { ...blank("x"), type: "embeddable", version: 1, versionNonce: 1 });
  mentor.map.set("y", { ...blank("other"), version: 1, versionNonce: 1 });
  mentor.map.set("a", "gone wild");
  settle();
  expect(mentee.live).toEqual([]);
});

test("a full page takes no more, and says so; what is on it can still be changed", () => {
  ends[1].doc.transact(() => {
    for (let n = 0; n < BOUNDS.elements; n++)
      mentee.map.set(`e${n}`, { ...blank(`e${n}`), version: 1, versionNonce: 1 });
  });
  settle();
  mentor.edit("one-more");
  settle();
  expect([mentor.told.full, mentor.map.has("one-more"), mentor.told.count]).toEqual([1, false, BOUNDS.elements]);
  expect(mentor.live).not.toContain("one-more@0");
  mentor.edit("e7", { x: 70 });
  settle();
  expect(mentee.live).toContain("e7@70");
});

describe("a page of 1000 strokes", () => {
  const MANY = 1000;
  /** Looks at a scene, elements of it that were read, and elements made ready to be drawn. */
  const work = { looks: 0, read: new Set<unknown>(), restored: 0 };
  const reset = () => {
    work.looks = work.restored = 0;
    work.read.clear();
  };

  beforeEach(() => {
    ends[1].doc.transact(() => {
      for (let n = 0; n < MANY; n++) {
        const index = `b${String(n).padStart(3, "0")}V`;
        mentee.map.set(`s${n}`, { ...blank(`s${n}`), ...LONG, index, version: 1, versionNonce: 1 });
      }
    });
    settle();
    expect(mentor.live).toHaveLength(MANY);
    watch(mentor);
    reset();
  });

  const LONG = { type: "freedraw", points: Array.from({ length: 60 }, (_, at): Point => [at, -at]) } as const;

  /** Beside their ids, which are compared to find an element, and their places, which are sorted. */
  function watch(scene: Scene): void {
    const get = (element: BoardElement, key: string) => {
      if (key !== "id" && key !== "index") work.read.add(element);
      return Reflect.get(element, key);
    };
    const watched = new Map<BoardElement, BoardElement>();
    scene.getSceneElementsIncludingDeleted = () => {
      work.looks += 1;
      return scene.elements.map((one) => {
        const proxy = watched.get(one) ?? new Proxy(one, { get: get as never });
        watched.set(one, proxy);
        return proxy;
      });
    };
    const options = (scene.binding as unknown as { options: { restore: (all: BoardElement[]) => BoardElement[] } })
      .options;
    const { restore } = options;
    options.restore = (all) => {
      work.restored += all.length;
      return restore(all);
    };
  }

  test("for the steps of a pointer that draws, nothing on it is looked at", () => {
    mentor.point("down");
    for (let at = 0; at < 100; at++) mentor.edit("new", { ...LONG, x: at });
    expect(work.looks).toBe(0);
    expect(mentor.binding.held().map(({ id }) => id)).toEqual(["new"]);
  });

  test("while one pans, it is looked at no more often than is written", () => {
    for (let ms = 0; ms < 1000; ms += 10) {
      mentor.point("up");
      vi.advanceTimersByTime(10);
    }
    expect(work.looks).toBeLessThanOrEqual(11);
    expect(mentor.binding.held()).toEqual([]);
  });

  test.each([1, 7])("%i strokes of the other's: so many are made ready, and no other is read", (count) => {
    for (let n = 0; n < count; n++) {
      mentee.edit(`new${n}`, { ...LONG, index: `c${String(n).padStart(3, "0")}V` });
      vi.advanceTimersByTime(200);
    }
    settle();
    expect(work.restored).toBe(count);
    expect(work.read.size).toBe(count);
    expect(mentor.live).toHaveLength(MANY + count);
  });

  test("a stroke of one's own is one key of the document and one small update", () => {
    const told: { keys: number; bytes: number }[] = [];
    mentor.map.observe((event) => told.push({ keys: event.keysChanged.size, bytes: 0 }));
    ends[0].doc.on("update", (update: Uint8Array) => Object.assign(told.at(-1) ?? {}, { bytes: update.length }));
    mentor.point("down");
    mentor.edit("new", LONG);
    mentor.point("up");
    settle();
    expect(told.map(({ keys }) => keys)).toEqual([1]);
    expect(told[0]?.bytes).toBeLessThan(3000);
    expect(mentor.told.count).toBe(MANY + 1);
  });

  test("the number of elements is kept, not counted: added, changed, deleted, by either", () => {
    mentor.edit("mine");
    mentee.edit("theirs");
    settle();
    mentor.edit("theirs", { x: 4 });
    mentee.edit("s7", { isDeleted: true });
    mentor.edit("s8", { isDeleted: true });
    settle();
    expect([mentor.told.count, mentee.told.count, mentor.map.size]).toEqual([MANY, MANY, MANY]);
  });
});

test("pictures among what was deleted are told", () => {
  mentor.edit("a", { type: "image", fileId: "f1" });
  mentor.edit("b");
  settle();
  for (const id of ["a", "b"]) mentor.edit(id, { isDeleted: true });
  settle();
  expect(mentor.told.pictures).toEqual(["f1"]);
});

test("order by index, then by id; without an index last", () => {
  const of = (id: string, index: string | null) => ({ ...blank(id), index });
  const sorted = [of("d", null), of("b", "a1"), of("a", "a1"), of("c", "Zz")].sort(byIndex);
  expect(sorted.map(({ id }) => id)).toEqual(["c", "a", "b", "d"]);
});
