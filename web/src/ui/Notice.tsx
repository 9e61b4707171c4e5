import { CircleAlert, CircleCheck, Info } from "lucide";
import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./Icon.tsx";

/** `good`: as it should be. `pause`: caution, also every error (red is for recordings alone). `calm`: worth knowing. */
export type NoticeKind = "good" | "pause" | "calm";

interface Props {
  readonly kind: NoticeKind;
  /** `alert` speaks at once, `status` when there is a gap; left out, it is only read. */
  readonly role?: "alert" | "status";
  readonly children: ComponentChildren;
}

const icons = { good: CircleCheck, pause: CircleAlert, calm: Info };

export function Notice({ kind, role, children }: Props): JSX.Element {
  return (
    <div class={`notice ${kind}`} role={role}>
      <Icon icon={icons[kind]} />
      <div>{children}</div>
    </div>
  );
}
