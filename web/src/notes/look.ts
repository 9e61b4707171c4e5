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
}

export const NOTHING: Look = {
  active: new Set(),
  canUndo: false,
  canRedo: false,
  link: null,
  marked: false,
  empty: false,
};
