/** Playing in step: corrections, the clock, and a run of both against elements that drift. */

import { describe, expect, test } from "vitest";
import {
  Clock,
  type Correction,
  correct,
  NUDGE,
  NUDGE_MS,
  SEEK_MS,
  SETTLED_MS,
  still,
} from "../src/recordings/sync.ts";

const rate = (rate: number, nudging: boolean): Correction => ({ kind: "rate", rate, nudging });

describe("correct", () => {
  test.each([
    ["in step", 0, false, rate(1, false)],
    ["a little behind is left alone", -NUDGE_MS, false, rate(1, false)],
    ["behind runs faster", -NUDGE_MS - 1, false, rate(1 + NUDGE, true)],
    ["ahead runs slower", NUDGE_MS + 1, false, rate(1 - NUDGE, true)],
    ["a nudge goes on until it is settled", SETTLED_MS + 1, true, rate(1 - NUDGE, true)],
    ["and ends there", SETTLED_MS, true, rate(1, false)],
    ["far ahead jumps", SEEK_MS + 1, false, { kind: "seek", to: 5000 }],
    ["far behind jumps, also while nudged", -SEEK_MS - 1, true, { kind: "seek", to: 5000 }],
  ] as const)("%s", (_, drift, nudging, wanted) => {
    expect(correct({ wanted: 5000, actual: 5000 + drift, speed: 1, nudging })).toEqual(wanted);
  });

  test("nudges around the chosen speed", () => {
    expect(correct({ wanted: 0, actual: 100, speed: 2, nudging: false })).toEqual(rate(2 * (1 - NUDGE), true));
  });
});

test("while paused the picture is set exactly, and then left alone", () => {
  expect(still(1000, 1030)).toBeNull();
  expect(still(1000, 1100)).toBe(1000);
});

describe("the clock", () => {
  test("stands until it runs, and holds its place", () => {
    const clock = new Clock();
    expect(clock.place(500)).toBe(0);
    clock.run(1000);
    expect(clock.place(1500)).toBe(500);
    clock.hold(2000);
    expect([clock.place(9000), clock.running]).toEqual([1000, false]);
  });

  test("running twice or holding twice changes nothing", () => {
    const clock = new Clock();
    clock.run(0);
    clock.run(100);
    clock.hold(200);
    clock.hold(300);
    expect(clock.place(400)).toBe(200);
  });

  test("a change of speed counts from then on", () => {
    const clock = new Clock();
    clock.run(0);
    clock.setSpeed(2, 1000);
    expect(clock.place(2000)).toBe(3000);
  });

  test("jumps, running and standing", () => {
    const clock = new Clock();
    clock.jump(700, 0);
    expect(clock.place(100)).toBe(700);
    clock.run(100);
    clock.jump(5000, 200);
    expect(clock.place(300)).toBe(5100);
  });
});

test("an element that is 250 ms off and 1 % too fast is in step within seven seconds and stays there", () => {
  const clock = new Clock();
  clock.run(0);
  let actual = 250;
  let playbackRate = 1;
  let nudging = false;
  let worst = 0;
  for (let now = 0; now <= 60_000; now += 60) {
    const made = correct({ wanted: clock.place(now), actual, speed: 1, nudging });
    if (made.kind === "seek") throw new Error("no jump is needed");
    playbackRate = made.rate;
    nudging = made.nudging;
    if (now > 7_000) worst = Math.max(worst, Math.abs(actual - clock.place(now)));
    actual += 60 * playbackRate * 1.01;
  }
  expect(worst).toBeLessThan(NUDGE_MS + 10);
});
