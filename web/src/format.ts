/** Dates, times and lengths in words, by Intl, in the reader's own time zone.
 *
 * The locale is the catalogue's and not the browser's: the words of a consent come from the server in the same
 * spelling, and one date must not be written in two ways. */

import { t, tn } from "./words.ts";

const LOCALE = "en-GB";
export const DAY_MS = 86_400_000;

type Options = Intl.DateTimeFormatOptions;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatted(ms: number, options: Options): string {
  const id = JSON.stringify(options);
  let format = formats.get(id);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(LOCALE, options);
    formats.set(id, format);
  }
  return format.format(ms);
}

/** "29 October", with the year where it is not that of `now`. */
export function day(ms: number, now: number = Date.now()): string {
  const sameYear = new Date(ms).getFullYear() === new Date(now).getFullYear();
  return formatted(ms, { day: "numeric", month: "long", ...(sameYear ? {} : { year: "numeric" }) });
}

/** "Friday 28 November 2025". */
export function longDay(ms: number): string {
  return formatted(ms, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).replace(",", "");
}

/** "15:02". */
export function clock(ms: number): string {
  return formatted(ms, { hour: "2-digit", minute: "2-digit" });
}

/** "29 October, 15:02". */
export function moment(ms: number, now: number = Date.now()): string {
  return t("common.day_and_time", { day: day(ms, now), time: clock(ms) });
}

/** "Friday 28 November 2025, 15:02". */
export function longMoment(ms: number): string {
  return t("common.day_and_time", { day: longDay(ms), time: clock(ms) });
}

/** "Today, 09:02", "Yesterday, 16:44", "10 November, 11:20". */
export function lately(ms: number, now: number = Date.now()): string {
  const days = Math.round((midnight(now) - midnight(ms)) / DAY_MS);
  const name = days === 0 ? t("common.today") : days === 1 ? t("common.yesterday") : day(ms, now);
  return t("common.day_and_time", { day: name, time: clock(ms) });
}

function midnight(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** A length for people: "48 minutes", "1 hour 5 minutes", "30 seconds". */
export function length(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return tn("common.seconds", seconds);
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return tn("common.minutes", minutes);
  const rest = minutes % 60;
  const hours = tn("common.hours", Math.floor(minutes / 60));
  return rest === 0 ? hours : `${hours} ${tn("common.minutes", rest)}`;
}

/** A place in a recording: "0:07", "25:58", "1:02:03". Rounds down: a second is shown when it has passed. */
export function digits(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** The same place for ears: "25 minutes 58 seconds". */
export function spokenPlace(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts: string[] = [];
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (hours > 0) parts.push(tn("common.hours", hours));
  if (minutes > 0) parts.push(tn("common.minutes", minutes));
  if (seconds % 60 > 0 || parts.length === 0) parts.push(tn("common.seconds", seconds % 60));
  return parts.join(" ");
}

/** How long until a moment: "in 16 days", "in 5 hours", "in 10 minutes", "now". */
export function until(ms: number, now: number = Date.now()): string {
  const left = ms - now;
  if (left <= 0) return t("common.now");
  if (left >= DAY_MS) return t("common.in", { length: tn("common.days", Math.floor(left / DAY_MS)) });
  if (left >= 3_600_000) return t("common.in", { length: tn("common.hours", Math.floor(left / 3_600_000)) });
  return t("common.in", { length: tn("common.minutes", Math.max(1, Math.floor(left / 60_000))) });
}

/** Bytes in decimal units, as disks are sold: "640 MB", "1.2 GB". */
export function size(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(LOCALE, {
    style: "unit",
    unit: units[unit] ?? "byte",
    unitDisplay: unit === 0 ? "long" : "short",
    maximumSignificantDigits: value < 10 ? 2 : 3,
  }).format(value);
}

/** "1 234". */
export function count(n: number): string {
  return new Intl.NumberFormat(LOCALE).format(n);
}
