import { ListChecks, MessageCircle, NotebookPen, Shapes } from "lucide";
import type { JSX } from "preact";
import { otherSeat } from "../protocol";
import { Icon } from "../ui/index.ts";
import { t, tn } from "../words";
import type { OnDocument } from "./marks";
import { PANELS, type Panel, type Together } from "./together";
import "./activity.css";

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
      {!open && <News words={panel === "chat" ? unreadWords(together) : freshWords(together, panel)} />}
      {!open && panel !== "chat" && <AtWork {...{ together, panel }} />}
    </button>
  );
}

/** A dot, and in words what it stands for. */
function News({ words }: { words: string | null }): JSX.Element | null {
  if (words === null) return null;
  return (
    <span class="unread">
      <span class="heard">{words}</span>
    </span>
  );
}

function unreadWords({ unread }: Together): string | null {
  return unread.value > 0 ? tn("together.unread", unread.value) : null;
}

function freshWords(together: Together, panel: OnDocument): string | null {
  const isFresh = together.activity.value?.fresh.value.includes(panel);
  return isFresh ? t("together.fresh", { name: partnerOf(together) }) : null;
}

/** Where the partner is just now; nothing while somebody thinks. */
function AtWork({ together, panel }: { together: Together; panel: OnDocument }): JSX.Element | null {
  const activity = together.activity.value;
  if (!activity || together.calm.value) return null;
  const name = partnerOf(together);
  if (activity.doing.value === panel) return <span class="at-work">{t(`together.doing.${panel}`, { name })}</span>;
  const isThere = panel === "whiteboard" && activity.atBoard.value;
  return isThere ? <span class="heard">{t("together.at_board", { name })}</span> : null;
}

/** On the one button of a narrow page, which stands for all of them. */
export function AllNews({ together }: { together: Together }): JSX.Element | null {
  const fresh = together.activity.value?.fresh.value.length ?? 0;
  const words = [unreadWords(together), fresh > 0 ? t("together.fresh", { name: partnerOf(together) }) : null];
  const told = words.filter((one) => one !== null);
  return <News words={told.length > 0 ? told.join(", ") : null} />;
}

/** Said once when there is something new; what lies open tells it by itself. */
export function SpokenNews({ together }: { together: Together }): JSX.Element {
  const name = partnerOf(together);
  const fresh = together.activity.value?.fresh.value ?? [];
  return (
    <div class="heard" aria-live="polite" aria-relevant="additions" data-of="news">
      {fresh.map((panel) => (
        <p key={panel}>{t(`together.news.${panel}`, { name })}</p>
      ))}
    </div>
  );
}

function partnerOf({ names, you }: Together): string {
  return names().names[otherSeat(you)];
}
