import type { JSX } from "preact";
import type { Seat } from "../protocol";

/** The colour of a seat, or of both. Never alone: a name stands beside it. */
export function Who({ seat }: { readonly seat: Seat | null }): JSX.Element {
  if (seat !== null) return <span class={`topic-dot ${seat}`} />;
  return (
    <span class="topic-dots">
      <span class="topic-dot mentor" />
      <span class="topic-dot mentee" />
    </span>
  );
}
