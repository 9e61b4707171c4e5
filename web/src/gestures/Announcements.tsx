import type { JSX } from "preact";
import { partnerName } from "../meeting/derive";
import type { Meeting } from "../meeting/meeting";
import { t } from "../words";

/** Gestures in words, for who does not see them: grouped, and never more often than the feed says. */
export function Announcements({ meeting }: { meeting: Meeting }): JSX.Element {
  const view = meeting.view.value;
  const words = meeting.gestures.said.value.map(({ seat, kinds }) =>
    t("gestures.heard", {
      who: seat === meeting.you || view === null ? t("meeting.you") : partnerName(view, meeting.you),
      what: kinds.map((kind) => t(`gestures.kind.${kind}`).toLowerCase()).join(", "),
    }),
  );
  return (
    <p class="heard" aria-live="polite" data-of="gestures">
      {words.join(". ")}
    </p>
  );
}
