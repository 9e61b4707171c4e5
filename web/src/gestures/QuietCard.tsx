import { useSignal } from "@preact/signals";
import { Hourglass } from "lucide";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { digits } from "../format.ts";
import { Card } from "../meeting/Asks";
import { partnerName } from "../meeting/derive";
import type { Meeting } from "../meeting/meeting";
import type { QuietView } from "../protocol";
import { Button, Icon } from "../ui/index.ts";
import { type Key, t } from "../words";
import "./gestures.css";

const OVER_SHOWN_MS = 8000;

/** Quiet time over the window: the question, the waiting, the clock both see, and that it is over. */
export function QuietCard({ meeting }: { meeting: Meeting }): JSX.Element {
  const quiet = meeting.view.value?.quiet ?? null;
  return (
    <>
      {quiet?.state === "proposed" && <Proposal meeting={meeting} quiet={quiet} />}
      {quiet?.state === "running" && <Running meeting={meeting} quiet={quiet} />}
      <Over meeting={meeting} />
    </>
  );
}

interface Props {
  readonly meeting: Meeting;
  readonly quiet: QuietView;
}

function Proposal({ meeting, quiet }: Props): JSX.Element {
  const view = meeting.view.value;
  const name = view ? partnerName(view, meeting.you) : "";
  const minutes = t(`gestures.quiet.${quiet.minutes}` as Key);
  const answer = (agree: boolean) => meeting.send({ type: "quiet_answer", agree });
  if (quiet.by === meeting.you)
    return (
      <Card title={t("gestures.quiet.proposed", { name, minutes })}>
        <Button onClick={() => answer(false)}>{t("gestures.quiet.take_back")}</Button>
      </Card>
    );
  return (
    <Card title={t("gestures.quiet.asked", { name, minutes })}>
      <p>{t("gestures.quiet.asked.text")}</p>
      <div class="row">
        <Button kind="do" onClick={() => answer(true)}>
          {t("gestures.quiet.agree")}
        </Button>
        <Button onClick={() => answer(false)}>{t("gestures.quiet.not_now")}</Button>
      </div>
    </Card>
  );
}

function Running({ meeting, quiet }: Props): JSX.Element {
  const left = Math.max(0, quiet.until_ms - meeting.now.value);
  return (
    <section class="quiet-clock" aria-label={t("gestures.quiet")}>
      <Icon icon={Hourglass} />
      <span>{t("gestures.quiet")}</span>
      <span class="digits" role="timer" aria-label={t("gestures.quiet")}>
        {digits(left + 999)}
      </span>
      <Button
        kind="quiet"
        aria-label={t("gestures.quiet.end.name")}
        onClick={() => meeting.send({ type: "quiet_end" })}
      >
        {t("gestures.quiet.end")}
      </Button>
    </section>
  );
}

/** Said for a moment when it has ended, unless a break or somebody's leaving says more. */
function Over({ meeting }: { meeting: Meeting }): JSX.Element {
  const shown = useSignal(false);
  const ran = useRef(false);
  const view = meeting.view.value;
  const runs = view?.quiet?.state === "running";
  const both = view !== null && view.seats.mentor.presence !== "absent" && view.seats.mentee.presence !== "absent";
  useEffect(() => {
    const ended = ran.current && !runs && both;
    ran.current = runs;
    shown.value = ended;
    if (!ended) return;
    const timer = setTimeout(() => {
      shown.value = false;
    }, OVER_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [runs, both, shown]);
  return (
    <p class={shown.value ? "quiet-clock over" : "heard"} aria-live="polite">
      {shown.value && t("gestures.quiet.over")}
    </p>
  );
}
