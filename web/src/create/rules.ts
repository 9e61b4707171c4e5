/** What the create form checks before it asks the server, and what it makes of the answer. Pure. */

import { wholeDays } from "../days.ts";
import { t, tn } from "../words.ts";

export type Who = "mentor" | "mentee" | "neither";

export interface Draft {
  readonly title: string;
  readonly password: string;
  readonly days: string;
  readonly downloads: boolean;
  readonly seat: Who | null;
  readonly code: string;
}

/** What is wrong, in words, by field. */
export type Mistakes = Partial<Record<"title" | "password" | "days" | "seat" | "code", string>>;

export interface Limits {
  readonly longestDays: number;
  readonly needsCode: boolean;
}

export const MIN_PASSWORD = 8;

export function mistakes(draft: Draft, limits: Limits): Mistakes {
  const found: Mistakes = {};
  if (limits.needsCode && draft.code.trim() === "") found.code = t("create.code_missing");
  if (draft.title.trim() === "") found.title = t("create.room_title_missing");
  if ([...draft.password.normalize("NFC").trim()].length < MIN_PASSWORD) {
    found.password = t("create.password_short", { n: MIN_PASSWORD });
  }
  const days = wholeDays(draft.days);
  if (days === null || days < 1 || days > limits.longestDays) {
    found.days = t("create.days_out_of_range", { longest: limits.longestDays });
  }
  if (draft.seat === null) found.seat = t("create.seat_missing");
  return found;
}

export interface Invitation {
  readonly link: string;
  readonly password: string;
  readonly withPassword: boolean;
  readonly creator: Who;
  readonly days: number;
}

/** The friendly text to send to the other person, or to both where the creator is neither. */
export function invitation({ link, password, withPassword, creator, days }: Invitation): string {
  const lines = [t("create.invite.hello", { link })];
  if (withPassword) lines.push(t("create.invite.password", { password }));
  else lines.push(t("create.invite.password_apart"));
  if (creator === "mentor") lines.push(t("create.invite.you_are_mentee"));
  if (creator === "mentee") lines.push(t("create.invite.you_are_mentor"));
  if (creator === "neither") lines.push(t("create.invite.own_password"));
  lines.push(t("create.invite.place"));
  lines.push(t("create.invite.recording", { days: tn("common.days", days) }));
  return lines.join("\n\n");
}

/** The link that opens one seat from another device; its secret lies in the fragment, which no server sees. */
export function personalLink(link: string, personal: { seat: string; secret: string }): string {
  return `${link}#seat=${personal.seat}&key=${personal.secret}`;
}
