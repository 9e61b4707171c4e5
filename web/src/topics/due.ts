/** Days by which something is to be done, in words, in the reader's own time zone. */
import { DAY_MS, day } from "../format.ts";
import { t } from "../words.ts";

/** The day of a moment, "2026-11-21". */
export function dayOf(ms: number): string {
  const date = new Date(ms);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** "by 28 November", "due today", "was due 3 November". */
export function dueWords(due: string, now: number): { readonly words: string; readonly late: boolean } {
  const [year = 0, month = 1, date = 1] = due.split("-").map(Number);
  // noon, so that an hour of summer time more or less stays in the day
  const name = day(new Date(year, month - 1, date, 12).getTime(), now);
  const today = dayOf(now);
  if (due < today) return { words: t("topics.due.was", { day: name }), late: true };
  if (due === today) return { words: t("topics.due.today"), late: false };
  if (due === dayOf(new Date(now).setHours(12) + DAY_MS)) return { words: t("topics.due.tomorrow"), late: false };
  return { words: t("topics.due.by", { day: name }), late: false };
}
