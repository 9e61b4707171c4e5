import type { JSX } from "preact";
import type { Names } from "../sharing/layout.ts";
import type { Sharing } from "../sharing/types.ts";
import type { Found } from "./search.ts";

export interface Props {
  readonly sharing: Sharing;
  readonly names: Names;
  /** A note to begin with, by its id. */
  readonly open?: string;
  /** Something else than a note was found by searching and pressed: the shell shows it. Left out, it is only read. */
  readonly onOpen?: (found: Found) => void;
}

/** Shared notes, private notes and the search over everything; from a wing of 288 px to a whole page. */
export function NotesPanel(_props: Props): JSX.Element {
  throw new Error("not written yet");
}
