import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { BoardElement, Point } from "../../src/board/clean";
import { KIND, LiveReceiver, LiveSender } from "../../src/board/live";
import { type LocalSharing, localPair } from "../local_pair";

let mentor: LocalSharing;
let mentee: LocalSharing;
let sender: LiveSender;
let receiver: LiveReceiver;
const passed: string[] = [];
let held: readonly BoardElement[] = [];

function drawing(elements: readonly BoardElement[]): void {
  held = elements;
  sender.drawing();
}

beforeEach(() => {
  vi.useFakeTimers();
  passed.length = 0;
  [mentor, mentee] = localPair();
  mentee.onPass(KIND, (data) => passed.push(JSON.stringify(data)));
  receiver = new LiveReceiver(mentee);
  held = [];
  sender = new LiveSender(
    mentor,
    "page",
    (id) => id === "old",
    () => held,
  );
});

afterEach(() => {
  sender.close();
  receiver.close();
  vi.useRealTimers();
});

const stroke = (id: string, points: Point[]) =>
  ({
    id,
    type: "freedraw",
    x: 1,
    y: 2,
    width: 5,
    height: 5,
    angle: 0,
    strokeColor: "#f00",
    strokeWidth: 2,
    points,
  }) as unknown as BoardElement;

test("a pointer moves at most seventeen times a second", () => {
  for (let at = 0; at < 1000; at += 5) {
    sender.moved(at, at);
    vi.advanceTimersByTime(5);
  }
  vi.advanceTimersByTime(100);
  expect(passed.length).toBeLessThanOrEqual(17);
  expect(receiver.partner.value).toMatchObject({ page: "page", pointer: [995, 995] });
});

test("a stroke travels by what was added, and arrives whole", () => {
  const points: Point[] = [];
  for (let at = 1; at <= 400; at++) {
    points.push([at, -at]);
    drawing([stroke("s", [...points])]);
    vi.advanceTimersByTime(16);
  }
  vi.advanceTimersByTime(200);
  const [ghost] = receiver.partner.value.ghosts;
  expect(ghost?.points).toEqual(points);
  expect(passed.join("").length).toBeLessThan(30_000);
});

test("a stroke longer than a word may be comes in several", () => {
  const points = Array.from({ length: 1000 }, (_, at): Point => [at, 0]);
  drawing([stroke("s", points)]);
  vi.advanceTimersByTime(1000);
  expect(receiver.partner.value.ghosts[0]?.points).toHaveLength(1000);
});

test("let go, it stays until the finished one is there", () => {
  drawing([stroke("s", [[0, 0]])]);
  vi.advanceTimersByTime(100);
  drawing([]);
  vi.advanceTimersByTime(100);
  expect(receiver.partner.value.ghosts).toHaveLength(1);
  receiver.finished(new Set(["s"]));
  expect(receiver.partner.value.ghosts).toHaveLength(0);
});

test("what stands on the page already is told by its outline, and goes when it is let go", () => {
  drawing([stroke("old", [[0, 0]])]);
  vi.advanceTimersByTime(100);
  expect(receiver.partner.value.ghosts[0]).toMatchObject({ moved: true, points: [] });
  drawing([]);
  vi.advanceTimersByTime(100);
  expect(receiver.partner.value.ghosts).toHaveLength(0);
});

test("a board put away, or a page that is heard of no more, has no pointer", () => {
  sender.moved(1, 1);
  vi.advanceTimersByTime(100);
  mentor.cut();
  vi.advanceTimersByTime(9000);
  expect(receiver.partner.value).toEqual({ page: null, pointer: null, ghosts: [] });
  mentor.mend();
  sender.moved(2, 2);
  vi.advanceTimersByTime(100);
  expect(receiver.partner.value.page).toBe("page");
  sender.close();
  expect(receiver.partner.value.page).toBeNull();
});

test("words of any shape do no harm", () => {
  const ghost = { i: "g", t: "freedraw", b: [0, 0, 1, 1, 0] };
  for (const data of [
    null,
    "x",
    [],
    {},
    { p: "../x" },
    { p: "page", c: "nowhere", g: "none" },
    { p: "page", g: [null, { ...ghost, t: "iframe" }, { ...ghost, b: [Number.NaN] }, { ...ghost, i: "<b>" }] },
    { p: "page", g: Array(1000).fill(ghost) },
    { p: "page", g: [{ ...ghost, k: "url(//evil.example)", f: -5, d: Array(1e5).fill(1) }] },
  ]) {
    mentor.pass(KIND, data);
  }
  const { ghosts } = receiver.partner.value;
  expect(ghosts).toHaveLength(1);
  expect(ghosts[0]).toMatchObject({ colour: "#1e1e1e" });
  expect(ghosts[0]?.points.length).toBeLessThanOrEqual(400);
});
