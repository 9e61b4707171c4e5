/** Search over all that the two wrote, in the browser: pure, and in slices so that ten thousand messages never hold up
 * the page. Case and accents do not matter, every word of the query must occur. */

import type { Seat } from "../protocol.ts";

export const KINDS = ["note", "private", "topic", "action", "message", "board"] as const;
export type Kind = (typeof KINDS)[number];

/** One thing that can be found. */
export interface Item {
  readonly kind: Kind;
  /** The note's, topic's, action's or board page's id; of a message its number. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly atMs: number | null;
  readonly seat: Seat | null;
}

/** A stretch of text; `hit` where a word of the query stands. */
export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

export interface Found {
  readonly item: Item;
  readonly score: number;
  readonly title: readonly Piece[];
  readonly snippet: readonly Piece[];
}
