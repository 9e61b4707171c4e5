import type { IconNode } from "lucide";
import { createElement, type JSX } from "preact";

interface Props {
  /** A node list from `lucide`, imported by name so that only the used ones are shipped. */
  readonly icon: IconNode;
  /** Pixels. */
  readonly size?: number;
}

/** A drawn sign. Never alone: a word stands beside it, so it is hidden from screen readers. */
export function Icon({ icon, size = 20 }: Props): JSX.Element {
  return (
    <svg
      class="icon"
      aria-hidden="true"
      focusable="false"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      {icon.map(([tag, attributes], index) => createElement(tag, { ...attributes, key: index }))}
    </svg>
  );
}
