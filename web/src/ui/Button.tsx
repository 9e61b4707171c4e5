import type { IconNode } from "lucide";
import type { ButtonHTMLAttributes, ComponentChildren, JSX, Ref } from "preact";
import { Icon } from "./Icon.tsx";

/** `do`: the one thing to do here. `plain`: beside it. `quiet`: words only. `danger`: destroys a recording. */
export type ButtonKind = "do" | "plain" | "quiet" | "danger";

interface Props extends ButtonHTMLAttributes {
  readonly kind?: ButtonKind;
  readonly icon?: IconNode;
  /** Something runs because of the press: told to screen readers, and pressing again does nothing. */
  readonly busy?: boolean;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
  readonly buttonRef?: Ref<HTMLButtonElement>;
}

export function Button({
  kind = "plain",
  icon,
  busy = false,
  wide = false,
  children,
  buttonRef,
  ...rest
}: Props): JSX.Element {
  const { class: more, onClick, type = "button", ...attributes } = rest;
  return (
    <button
      {...attributes}
      ref={buttonRef ?? null}
      type={type}
      class={["button", kind, wide && "wide", more].filter(Boolean).join(" ")}
      aria-busy={busy ? "true" : undefined}
      aria-disabled={busy ? "true" : rest["aria-disabled"]}
      onClick={(event) => {
        // a busy button keeps the focus (disabling would drop it) but does nothing
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon && <Icon icon={icon} />}
      <span>{children}</span>
    </button>
  );
}
