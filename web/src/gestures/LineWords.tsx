import type { JSX } from "preact";
import { isCalm, partnerName } from "../meeting/derive";
import type { Meeting } from "../meeting/meeting";
import { t } from "../words";
import "./gestures.css";

/** What the thread says, in words: by itself only when nothing arrives; else to who points at the pill. */
export function LineWords({ meeting }: { meeting: Meeting }): JSX.Element {
  const { pulse, silent } = meeting.link;
  const view = meeting.view.value;
  const stalled = pulse.value === "stalled" && view !== null;
  const fine = silent.value && !isCalm(view) ? "gestures.line.silent" : "gestures.line.fine";
  return (
    <>
      <p class={stalled ? "plate line-words" : "heard"} aria-live="polite" data-of="line">
        {stalled && t("gestures.line.stalled", { name: partnerName(view, meeting.you) })}
      </p>
      {pulse.value === "alive" && <p class="plate line-words asked-for">{t(fine)}</p>}
    </>
  );
}
