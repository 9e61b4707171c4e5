/** How much of the line the recorder's leg may take. The call comes first; the leg yields first. */
import type { Quality } from "./stats";

/** Bits per second. */
export const LEG_START = 1_000_000;
export const LEG_FLOOR = 120_000;

/**
 * The cap for the next second. While the call's picture is held back, the leg gives way by a third a second; otherwise
 * it climbs by a quarter towards what the call leaves free, never over 1 Mb/s.
 */
export function nextCap(cap: number, quality: Quality): number {
  const { available, sending, limited, lost } = quality;
  if (limited || lost > 0.08) return Math.max(LEG_FLOOR, Math.round(cap * 0.67));
  if (available === null) return cap;
  const left = Math.max(LEG_FLOOR, available - sending);
  return Math.round(Math.max(LEG_FLOOR, Math.min(LEG_START, left, cap * 1.25)));
}
