import type { JSX } from "preact";

/** Two half-discs facing each other, lake and heather, a honey line between. */
export function Mark(): JSX.Element {
  return (
    <svg class="mark" aria-hidden="true" focusable="false" width="34" height="22" viewBox="0 0 34 22">
      <path class="mentor" d="M2 2a9 9 0 0 1 0 18z" />
      <path class="mentee" d="M32 2a9 9 0 0 0 0 18z" />
      <path class="between" d="M12 11h10" />
    </svg>
  );
}
