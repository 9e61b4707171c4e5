/** Dates, lengths and sizes in words; read in Copenhagen's time (see vitest.config.ts). */

import { expect, test } from "vitest";
import {
  clock,
  count,
  DAY_MS,
  day,
  digits,
  lately,
  length,
  longMoment,
  moment,
  size,
  spokenPlace,
  until,
} from "../src/format.ts";

const at = (text: string) => Date.parse(text);
const NOW = at("2025-11-12T12:00:00Z");

test("a day has its year only when it is another one", () => {
  expect(day(at("2025-10-29T10:00:00Z"), NOW)).toBe("29 October");
  expect(day(at("2026-02-10T10:00:00Z"), NOW)).toBe("10 February 2026");
});

test("the day is the reader's, not UTC's", () => {
  expect(day(at("2025-10-29T23:30:00Z"), NOW)).toBe("30 October");
  expect(clock(at("2025-07-01T12:05:00Z"))).toBe("14:05");
  expect(clock(at("2025-12-01T12:05:00Z"))).toBe("13:05");
});

test("a promise names weekday, year and time", () => {
  expect(longMoment(at("2025-11-28T14:02:00Z"))).toBe("Friday 28 November 2025, 15:02");
  expect(moment(at("2025-11-28T14:02:00Z"), NOW)).toBe("28 November, 15:02");
});

test("lately", () => {
  expect(lately(at("2025-11-12T08:02:00Z"), NOW)).toBe("Today, 09:02");
  expect(lately(at("2025-11-11T23:30:00Z"), NOW)).toBe("Today, 00:30");
  expect(lately(at("2025-11-11T15:44:00Z"), NOW)).toBe("Yesterday, 16:44");
  expect(lately(at("2025-11-10T10:20:00Z"), NOW)).toBe("10 November, 11:20");
  // the night the clocks change has 25 hours, and yesterday is yesterday still
  expect(lately(at("2025-10-25T22:30:00Z"), at("2025-10-27T11:00:00Z"))).toBe("Yesterday, 00:30");
});

test.each([
  [0, "0 seconds"],
  [1_000, "1 second"],
  [59_400, "59 seconds"],
  [60_000, "1 minute"],
  [48 * 60_000 + 10_000, "48 minutes"],
  [60 * 60_000, "1 hour"],
  [125 * 60_000, "2 hours 5 minutes"],
])("%i ms is %s long", (ms, words) => expect(length(ms)).toBe(words));

test.each([
  [0, "0:00", "0 seconds"],
  [999, "0:00", "0 seconds"],
  [1_558_000, "25:58", "25 minutes 58 seconds"],
  [3_723_000, "1:02:03", "1 hour 2 minutes 3 seconds"],
  [60_000, "1:00", "1 minute"],
])("the place %i ms is %s, spoken %s", (ms, written, spoken) => {
  expect(digits(ms)).toBe(written);
  expect(spokenPlace(ms)).toBe(spoken);
});

test("how long is left never promises more than there is", () => {
  expect(until(NOW + 17 * DAY_MS - 1, NOW)).toBe("in 16 days");
  expect(until(NOW + DAY_MS - 1, NOW)).toBe("in 23 hours");
  expect(until(NOW + 30_000, NOW)).toBe("in 1 minute");
  expect(until(NOW, NOW)).toBe("now");
});

test("sizes", () => {
  expect([size(0), size(812_000_000), size(1_240_000_000), size(41e9)].map((text) => text.replace(/\s/g, " "))).toEqual(
    ["0 bytes", "812 MB", "1.2 GB", "41 GB"],
  );
  expect(count(1234)).toBe("1,234");
});
