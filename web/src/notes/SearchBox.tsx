import type { JSX } from "preact";
import type { Names } from "../sharing/layout.ts";
import type { Sharing } from "../sharing/types.ts";
import type { Found } from "./search.ts";

interface Props {
  readonly sharing: Sharing;
  readonly names: Names;
  readonly onOpen: (found: Found) => void;
  /** Whether pressing this result leads anywhere; it is only read otherwise. */
  readonly canOpen?: (found: Found) => boolean;
}

/** Finds in all notes, topics, actions, messages and boards of this room. */
export function SearchBox(_props: Props): JSX.Element {
  throw new Error("not written yet");
}
