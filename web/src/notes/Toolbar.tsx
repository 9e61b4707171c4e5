import {
  Bold,
  Heading1,
  Heading2,
  type IconNode,
  Italic,
  Link,
  List,
  ListOrdered,
  ListTodo,
  Redo2,
  Undo2,
} from "lucide";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Icon } from "../ui/index.ts";
import { t } from "../words.ts";
import type { Action, Look } from "./look.ts";

interface Tool {
  readonly action: Action | "link";
  readonly icon: IconNode;
  readonly name: string;
  /** As it is pressed, told in the button's title. */
  readonly keys: string;
}

const MOD = typeof navigator !== "undefined" && /Mac|iP(hone|ad)/.test(navigator.userAgent) ? "⌘" : "Ctrl+";

function tools(): readonly (readonly Tool[])[] {
  return [
    [
      { action: "heading", icon: Heading1, name: t("notes.heading"), keys: `${MOD}Alt+1` },
      { action: "subheading", icon: Heading2, name: t("notes.subheading"), keys: `${MOD}Alt+2` },
      { action: "bold", icon: Bold, name: t("notes.bold"), keys: `${MOD}B` },
      { action: "italic", icon: Italic, name: t("notes.italic"), keys: `${MOD}I` },
      { action: "link", icon: Link, name: t("notes.link"), keys: `${MOD}K` },
    ],
    [
      { action: "bullets", icon: List, name: t("notes.bullets"), keys: `${MOD}Shift+8` },
      { action: "numbers", icon: ListOrdered, name: t("notes.numbers"), keys: `${MOD}Shift+7` },
      { action: "tasks", icon: ListTodo, name: t("notes.tasks"), keys: `${MOD}Shift+9` },
      { action: "undo", icon: Undo2, name: t("notes.undo"), keys: `${MOD}Z` },
      { action: "redo", icon: Redo2, name: t("notes.redo"), keys: `${MOD}Shift+Z` },
    ],
  ];
}

interface Props {
  readonly look: Look;
  readonly onRun: (action: Action) => void;
  readonly onLink: () => void;
  /** The id of the text these buttons work on. */
  readonly controls: string;
}

/** One stop of the Tab key; the arrow keys go from button to button. */
export function Toolbar({ look, onRun, onLink, controls }: Props): JSX.Element {
  const bar = useRef<HTMLDivElement>(null);
  const rest = useRef(0);
  function move(event: KeyboardEvent): void {
    const buttons = [...(bar.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const step = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (step === undefined || at < 0) return;
    event.preventDefault();
    rest.current = (step + buttons.length) % buttons.length;
    for (const [n, button] of buttons.entries()) button.tabIndex = n === rest.current ? 0 : -1;
    buttons[rest.current]?.focus();
  }
  let n = -1;
  return (
    <div
      class="note-tools"
      role="toolbar"
      aria-label={t("notes.tools")}
      aria-controls={controls}
      ref={bar}
      tabIndex={-1}
      onKeyDown={move}
    >
      {tools().map((group) => (
        <div class="note-tools-group" key={group[0]?.action}>
          {group.map(({ action, icon, name, keys }) => {
            n += 1;
            const steps = action === "undo" || action === "redo";
            const off = (action === "undo" && !look.canUndo) || (action === "redo" && !look.canRedo);
            const on = action === "link" ? look.link !== null : look.active.has(action);
            return (
              <button
                key={action}
                type="button"
                class="note-tool"
                tabIndex={n === rest.current ? 0 : -1}
                aria-label={name}
                title={`${name} (${keys})`}
                aria-pressed={steps ? undefined : on}
                aria-disabled={off ? "true" : undefined}
                // the text keeps the focus and what is marked in it
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => {
                  if (action === "link") onLink();
                  else if (!off) onRun(action);
                }}
              >
                <Icon icon={icon} />
              </button>
            );
          })}
        </div>
      ))}
    </div>
  );
}
