import { SmilePlus } from "lucide";
import type { JSX } from "preact";
import type { Meeting } from "../meeting/meeting";
import { Icon } from "../ui/index.ts";
import { t } from "../words";
import "./gestures.css";
import { Popup } from "./Popup";
import { SIGNS } from "./signs";

/** "Reactions": five quiet signs. Each is shown to both once the server has passed it on. */
export function Reactions({ meeting }: { meeting: Meeting }): JSX.Element {
  const choices = SIGNS.map(({ kind, icon }) => ({
    key: kind,
    children: (
      <>
        <Icon icon={icon} size={28} />
        <span>{t(`gestures.kind.${kind}`)}</span>
      </>
    ),
    pick: () => void meeting.send({ type: "gesture", kind }),
  }));
  return <Popup icon={SmilePlus} word={t("gestures.reactions")} choices={choices} row />;
}

/** The same five, laid out in a sheet. */
export function ReactionChoices({ meeting, onChosen }: { meeting: Meeting; onChosen: () => void }): JSX.Element {
  return (
    <section class="in-sheet" aria-label={t("gestures.reactions")}>
      <h3>{t("gestures.reactions")}</h3>
      <div class="row">
        {SIGNS.map(({ kind, icon }) => (
          <button
            key={kind}
            type="button"
            class="tool"
            onClick={() => {
              meeting.send({ type: "gesture", kind });
              onChosen();
            }}
          >
            <Icon icon={icon} size={28} />
            <span>{t(`gestures.kind.${kind}`)}</span>
          </button>
        ))}
      </div>
    </section>
  );
}
