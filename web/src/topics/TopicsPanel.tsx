import type { JSX } from "preact";
import type { Names } from "../sharing/layout.ts";
import type { Sharing } from "../sharing/types.ts";

export interface TopicsProps {
  readonly sharing: Sharing;
  readonly names: Names;
  /** The level of the headings inside; the frame around brings the one above. 3 in a wing, 2 on a page of its own. */
  readonly level?: 2 | 3;
}

/** Topics by place, goals and actions, and the agenda: from a wing of 288 pixels to a full page. Brings no title. */
export function TopicsPanel(_props: TopicsProps): JSX.Element {
  return <div class="topics" />;
}
