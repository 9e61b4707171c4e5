import { known, t, tn } from "../words.ts";
import type { Notice } from "./types.ts";

/** What the pair is told, in words; `days` in a notice is written as "20 days". */
export function noticeWords(notice: Notice): string {
  const key = `recordings.notice.${notice.code}`;
  if (!known(key)) return t("recordings.notice.other");
  const days = typeof notice.days === "number" ? tn("common.days", notice.days) : "";
  return t(key, { days });
}
