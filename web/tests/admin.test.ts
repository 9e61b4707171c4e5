/** What the admin reads before "Save", and the audit log in words. */

import { describe, expect, test } from "vitest";
import { auditWords } from "../src/admin/audit_words.ts";
import { isPolicy, promise, read, shrinking } from "../src/admin/forecast.ts";
import type { AuditLine, Counts } from "../src/admin/types.ts";
import { DAY_MS } from "../src/format.ts";

const NOW = Date.parse("2025-11-12T12:00:00Z");
const counts: Counts = {
  rooms: 3,
  meetings: 9,
  recordings_kept: 14,
  recordings_running: 0,
  recordings_deleted: 2,
  size: 1,
  next_due_ms: null,
  oldest_kept_ms: NOW - 20 * DAY_MS,
};

describe("reading the form", () => {
  test("good", () => expect(read("30", "90")).toEqual({ days: 30, longest_days: 90 }));

  test.each([
    ["", "90", ["days"]],
    ["30", "x", ["longest"]],
    ["0", "3651", ["days", "longest"]],
    ["60", "30", ["longest"]],
  ])("%s and %s", (days, longest, fields) => {
    const made = read(days, longest);
    expect(isPolicy(made)).toBe(false);
    expect(Object.keys(made)).toEqual(fields);
  });
});

test("the promise has real dates", () => {
  expect(promise({ days: 30, longest_days: 90 }, NOW)).toEqual({
    day: "Friday 12 December 2025",
    longest: "Tuesday 10 February 2026",
  });
});

describe("shrinking promises", () => {
  const before = { days: 30, longest_days: 90 };
  const said = (days: number, longest_days: number, these = counts) =>
    shrinking({ days, longest_days }, before, these, NOW);

  test("nothing shrinks when nothing gets shorter", () => {
    expect(said(30, 90)).toEqual([]);
    expect(said(40, 100)).toEqual([]);
  });

  test("a shorter longest is said", () => {
    expect(said(30, 60)).toHaveLength(1);
    expect(said(30, 60)[0]).toContain("60 days");
  });

  test("and that some go at once", () => expect(said(10, 19)).toHaveLength(2));

  test("a shorter offer touches recordings to come", () => expect(said(20, 90)[0]).toContain("coming recordings"));

  test("without rooms there is nobody to tell", () => {
    expect(said(1, 1, { ...counts, rooms: 0, oldest_kept_ms: null })).toEqual([]);
  });
});

describe("the audit log", () => {
  const line = (action: string, by: string, numbers = {}): AuditLine => ({
    n: 1,
    at_ms: NOW,
    action,
    by,
    room: null,
    recording: null,
    numbers,
  });

  test("in words, with the numbers of the line", () => {
    const words = auditWords(line("recording_due", "server", { size: 812_000_000, parts: 2 }));
    expect(words.replace(/\s/g, " ")).toBe("1 recording deleted on its day. Key destroyed, 812 MB removed.");
    expect(auditWords(line("seat_claimed", "mentee"))).toBe("A mentee took a seat in a room.");
  });

  test("an action we have no words for shows its name", () => {
    expect(auditWords(line("from_a_newer_server", "server"))).toContain("from_a_newer_server");
  });
});
