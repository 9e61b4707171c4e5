import { useSignal } from "@preact/signals";
import type { IconNode } from "lucide";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "../ui/index.ts";
import "./gestures.css";

export interface Choice {
  readonly key: string;
  readonly children: ComponentChildren;
  readonly pick: () => void;
}

interface Props {
  readonly icon: IconNode;
  readonly word: string;
  readonly name?: string;
  /** Said above the choices. */
  readonly title?: string;
  readonly choices: readonly Choice[];
  /** Side by side instead of one below the other. */
  readonly row?: boolean;
  readonly on?: boolean;
}

/** A tool of the table that opens a few choices above itself: arrow keys, digits, Escape; closes after use. */
export function Popup({ icon, word, name, title, choices, row = false, on = false }: Props): JSX.Element {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const around = useRef<HTMLDivElement>(null);
  const close = (back: boolean) => {
    open.value = false;
    if (back) button.current?.focus();
  };
  useEffect(() => {
    if (!open.value) return;
    const outside = (event: Event) => {
      if (!around.current?.contains(event.target as Node)) open.value = false;
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open.value, open]);
  return (
    <div class="popup" ref={around}>
      <button
        type="button"
        ref={button}
        class={on ? "tool on" : "tool"}
        aria-label={name ?? word}
        aria-haspopup="menu"
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
        }}
        onKeyDown={(event) => {
          if (open.value || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
          event.preventDefault();
          open.value = true;
        }}
      >
        <Icon icon={icon} />
        <span>{word}</span>
      </button>
      {open.value && <Menu name={title ?? name ?? word} title={title} choices={choices} row={row} close={close} />}
    </div>
  );
}

interface MenuProps {
  readonly name: string;
  readonly title: string | undefined;
  readonly choices: readonly Choice[];
  readonly row: boolean;
  /** `back`: the focus goes to the button again. */
  readonly close: (back: boolean) => void;
}

function Menu({ name, title, choices, row, close }: MenuProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const items = () => [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  useLayoutEffect(() => {
    list.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
  }, []);
  const pick = (choice: Choice | undefined) => {
    if (!choice) return;
    choice.pick();
    close(true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = stepTo(event.key, at, all.length);
    if (to !== null) all[to]?.focus();
    else if (event.key === "Escape") close(true);
    else if (event.key === "Tab") return close(false);
    else if (/^[1-9]$/.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey)
      pick(choices[Number(event.key) - 1]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="choices">
      {title && (
        <p class="small second" aria-hidden="true">
          {title}
        </p>
      )}
      <div ref={list} role="menu" aria-label={name} class={row ? "row" : "column"} onKeyDown={onKeyDown}>
        {choices.map((choice) => (
          <button
            key={choice.key}
            type="button"
            role="menuitem"
            tabIndex={-1}
            class="choice"
            onClick={() => pick(choice)}
          >
            {choice.children}
          </button>
        ))}
      </div>
    </div>
  );
}

/** Where a key leads from item `at` of `count`, or null where it is not a key of steps. */
export function stepTo(key: string, at: number, count: number): number | null {
  switch (key) {
    case "ArrowRight":
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowLeft":
    case "ArrowUp":
      return (at - 1 + count) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
