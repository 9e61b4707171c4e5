import { Feather } from "lucide";
import type { JSX } from "preact";
import { partnerName, partnerOf } from "../meeting/derive";
import type { Meeting } from "../meeting/meeting";
import type { RoomView, Seat } from "../protocol";
import { Icon } from "../ui/index.ts";
import { t } from "../words";
import "./gestures.css";

/** "I'm thinking": pressed while it shows; pressing again ends it. */
export function ThinkingTool({ meeting, onPress }: { meeting: Meeting; onPress?: () => void }): JSX.Element {
  const on = meeting.view.value?.seats[meeting.you].thinking ?? false;
  const press = () => {
    meeting.send({ type: "thinking", on: !on });
    onPress?.();
  };
  return (
    <button type="button" class={on ? "tool on" : "tool"} aria-pressed={on} onClick={press}>
      <Icon icon={Feather} />
      <span>{t("gestures.thinking")}</span>
    </button>
  );
}

/** Who thinks, in words; empty when nobody does. */
export function thinkingWords(view: RoomView | null, you: Seat): string {
  if (view === null) return "";
  const [me, partner] = [view.seats[you].thinking, partnerOf(view, you).thinking];
  if (me && partner) return t("gestures.thinking.both");
  if (me) return t("gestures.thinking.you");
  return partner ? t("gestures.thinking.partner", { name: partnerName(view, you) }) : "";
}

/** The calm sign for both, at the window's edge. */
export function ThinkingSign({ meeting }: { meeting: Meeting }): JSX.Element {
  const words = thinkingWords(meeting.view.value, meeting.you);
  return (
    <p class={words ? "plate thinking" : "heard"} aria-live="polite" data-of="thinking">
      {words && <Icon icon={Feather} />}
      {words && <span>{words}</span>}
    </p>
  );
}
