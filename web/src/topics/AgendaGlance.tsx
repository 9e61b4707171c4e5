import type { JSX } from "preact";
import type { Names } from "../sharing/layout.ts";
import type { Sharing } from "../sharing/types.ts";

interface Props {
  readonly sharing: Sharing;
  readonly names: Names;
}

/** For the page before the meeting: whose agenda was sent, the open topics of "now", and the way to all of them.
 * Null as long as there is nothing to tell. */
export function AgendaGlance(_props: Props): JSX.Element | null {
  return null;
}
