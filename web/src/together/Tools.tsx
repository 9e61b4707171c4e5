import { ListChecks, MessageCircle, NotebookPen, Shapes } from "lucide";
import type { JSX } from "preact";
import { Icon } from "../ui/index.ts";
import { t, tn } from "../words";
import { PANELS, type Panel, type Together } from "./together";

const ICONS = { whiteboard: Shapes, notes: NotebookPen, topics: ListChecks, chat: MessageCircle } as const;

interface Props {
  readonly together: Together;
  readonly narrow: boolean;
  readonly onPress?: () => void;
}

/** The buttons that open what the two make together. */
export function TogetherTools({ together, narrow, onPress }: Props): JSX.Element {
  return (
    <>
      {PANELS.map((panel) => (
        <PanelTool key={panel} {...{ together, narrow, panel }} {...(onPress ? { onPress } : {})} />
      ))}
    </>
  );
}

function PanelTool({ together, narrow, panel, onPress }: Props & { panel: Panel }): JSX.Element {
  const open = together.isOpen(panel);
  const unread = panel === "chat" && !open ? together.unread.value : 0;
  return (
    <button
      type="button"
      class="tool"
      aria-pressed={open}
      onClick={() => {
        together.toggle(panel, narrow);
        onPress?.();
      }}
    >
      <Icon icon={ICONS[panel]} />
      <span>{t(`together.${panel}`)}</span>
      {unread > 0 && (
        <span class="unread">
          <span class="heard">{tn("together.unread", unread)}</span>
        </span>
      )}
    </button>
  );
}
