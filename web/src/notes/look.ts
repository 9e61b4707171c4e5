/** What the buttons above a note can do, and how they stand. */

export const ACTIONS = [
  "heading",
  "subheading",
  "bold",
  "italic",
  "bullets",
  "numbers",
  "tasks",
  "undo",
  "redo",
] as const;
export type Action = (typeof ACTIONS)[number];

export interface Look {
  readonly active: ReadonlySet<Action>;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** The link the caret stands in. */
  readonly link: string | null;
  /** Some text is marked. */
  readonly marked: boolean;
  readonly empty: boolean;
  /** How much of what a note may hold it holds: 1 is all. */
  readonly filled: number;
}

/** A note's own growth ends here, well before `readBody` would refuse it. Characters, and two for each element. */
const FULL = 200_000;
const FULL_BLOCKS = 4999;
/** From here on the person is told that a note fills up. */
export const FILLING = 0.8;

export function filled(text: { readonly content: { readonly size: number }; readonly childCount: number }): number {
  return Math.max(text.content.size / FULL, text.childCount / FULL_BLOCKS);
}

export const NOTHING: Look = {
  active: new Set(),
  canUndo: false,
  canRedo: false,
  link: null,
  marked: false,
  empty: false,
  filled: 0,
};
