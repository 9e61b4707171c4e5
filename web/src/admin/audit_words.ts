/** A line of the audit log in words. */

import { size } from "../format.ts";
import { known, t, tn, type Values } from "../words.ts";
import type { AuditLine } from "./types.ts";

export function auditWords(line: AuditLine): string {
  const key = `admin.audit.${line.action}`;
  const values: Record<string, string | number> = { by: byWords(line.by) };
  for (const [name, number] of Object.entries(line.numbers)) values[name] = number;
  if (typeof line.numbers.size === "number") values.size = size(line.numbers.size);
  if (typeof line.numbers.days === "number") values.days = tn("common.days", line.numbers.days);
  if (typeof line.numbers.longest_days === "number") values.longest_days = tn("common.days", line.numbers.longest_days);
  return known(key) ? t(key, values satisfies Values) : t("admin.audit_other", { action: line.action });
}

function byWords(by: string): string {
  const key = `admin.by.${by}`;
  return known(key) ? t(key) : by;
}
