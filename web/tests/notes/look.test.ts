/** When a note is told to be filling up, and when no more fits. */
import { expect, test } from "vitest";
import { FILLING, filled } from "../../src/notes/look";

const text = (size: number, childCount = 1) => ({ content: { size }, childCount });

test("a note fills up by its letters, and by its blocks", () => {
  expect(filled(text(2))).toBeLessThan(0.01);
  expect(filled(text(159_999))).toBeLessThan(FILLING);
  expect(filled(text(160_000))).toBeGreaterThanOrEqual(FILLING);
  expect(filled(text(10_000, 4000))).toBeGreaterThan(FILLING);
  expect(filled(text(200_000))).toBe(1);
  expect(filled(text(200_001))).toBeGreaterThan(1);
  expect(filled(text(10_000, 4999))).toBe(1);
  expect(filled(text(10_000, 5000))).toBeGreaterThan(1);
});
