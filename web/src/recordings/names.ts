import { t } from "../words.ts";
import type { Part, Seat } from "./types.ts";

interface Named {
  readonly names: Partial<Record<Seat, string>>;
}

export function seatWord(seat: Seat): string {
  return seat === "mentor" ? t("common.mentor") : t("common.mentee");
}

/** "You", the name of the person in the seat, or the seat's word where no name is known. */
export function nameOf({ names }: Named, seat: Seat, you: Seat | null): string {
  if (seat === you) return t("common.you");
  return names[seat] || seatWord(seat);
}

/** What a part is called in the list of downloads: whose it is, and which one where there are several. */
export function partName(named: Named, part: Part, parts: readonly Part[]): string {
  const name = named.names[part.seat] || seatWord(part.seat);
  const own = parts.filter((one) => one.seat === part.seat).sort((one, other) => one.offset_ms - other.offset_ms);
  if (own.length < 2) return name;
  return t("recordings.part_name", { name, n: own.findIndex((one) => one.id === part.id) + 1, of: own.length });
}
