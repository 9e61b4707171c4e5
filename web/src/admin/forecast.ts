/** What a setting of the retention would mean, in words with real dates, before it is saved. Pure. */

import { wholeDays } from "../days.ts";
import { DAY_MS, longDay } from "../format.ts";
import { t, tn } from "../words.ts";
import type { Counts, Policy } from "./types.ts";

export const MOST_DAYS = 3650;

export interface Mistakes {
  readonly days?: string;
  readonly longest?: string;
}

/** The policy as typed, or what is wrong with it. */
export function read(days: string, longest: string): Policy | Mistakes {
  const kept = wholeDays(days);
  const most = wholeDays(longest);
  const range = t("admin.days_out_of_range", { most: MOST_DAYS });
  const fits = (n: number | null): n is number => n !== null && n >= 1 && n <= MOST_DAYS;
  if (!fits(kept) || !fits(most)) {
    return { ...(fits(kept) ? {} : { days: range }), ...(fits(most) ? {} : { longest: range }) };
  }
  if (kept > most) return { longest: t("admin.longest_too_short", { days: kept }) };
  return { days: kept, longest_days: most };
}

export function isPolicy(value: Policy | Mistakes): value is Policy {
  return "longest_days" in value;
}

/** The green sentence. */
export function promise(policy: Policy, now: number): { readonly day: string; readonly longest: string } {
  return { day: longDay(now + policy.days * DAY_MS), longest: longDay(now + policy.longest_days * DAY_MS) };
}

/** The honey sentences: what pairs were told and would no longer hold. Empty when nothing shrinks. */
export function shrinking(policy: Policy, before: Policy, counts: Counts, now: number): string[] {
  const said: string[] = [];
  if (policy.longest_days < before.longest_days && counts.rooms > 0) {
    said.push(t("admin.shrinks", { days: tn("common.days", policy.longest_days) }));
    const oldest = counts.oldest_kept_ms;
    if (oldest !== null && oldest + policy.longest_days * DAY_MS < now) said.push(t("admin.shrinks_at_once"));
  } else if (policy.days < before.days && counts.rooms > 0) {
    said.push(t("admin.shrinks_following", { days: tn("common.days", policy.days) }));
  }
  return said;
}
