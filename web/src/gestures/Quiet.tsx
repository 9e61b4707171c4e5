import { Hourglass } from "lucide";
import type { JSX } from "preact";
import type { Meeting } from "../meeting/meeting";
import { Button } from "../ui/index.ts";
import { t, tn } from "../words";
import "./gestures.css";
import { type Choice, Popup } from "./Popup";

const MINUTES = [1, 2, 3] as const;

/** What can be done about quiet time now: propose it, take that back, answer it, or end it. */
function waysOf(meeting: Meeting): Choice[] {
  const quiet = meeting.view.value?.quiet ?? null;
  const way = (key: string, children: string, pick: () => void): Choice => ({ key, children, pick });
  if (quiet === null)
    return MINUTES.map((minutes) =>
      way(String(minutes), tn("common.minutes", minutes), () => meeting.send({ type: "quiet_propose", minutes })),
    );
  if (quiet.state === "running")
    return [way("end", t("gestures.quiet.end.name"), () => meeting.send({ type: "quiet_end" }))];
  const no = () => meeting.send({ type: "quiet_answer", agree: false });
  if (quiet.by === meeting.you) return [way("back", t("gestures.quiet.take_back"), no)];
  return [
    way("agree", t("gestures.quiet.agree"), () => meeting.send({ type: "quiet_answer", agree: true })),
    way("no", t("gestures.quiet.not_now"), no),
  ];
}

/** "Quiet": one to three minutes to think or write, by the same clock for both. */
export function QuietTool({ meeting }: { meeting: Meeting }): JSX.Element {
  return (
    <Popup
      icon={Hourglass}
      word={t("gestures.quiet.word")}
      name={t("gestures.quiet")}
      title={t("gestures.quiet.choose")}
      choices={waysOf(meeting)}
      on={meeting.view.value?.quiet?.state === "running"}
    />
  );
}

/** The same, laid out in a sheet. */
export function QuietChoices({ meeting, onChosen }: { meeting: Meeting; onChosen: () => void }): JSX.Element {
  return (
    <section class="in-sheet" aria-label={t("gestures.quiet")}>
      <h3>{t("gestures.quiet.choose")}</h3>
      <div class="row">
        {waysOf(meeting).map(({ key, children, pick }) => (
          <Button
            key={key}
            onClick={() => {
              pick();
              onChosen();
            }}
          >
            {children}
          </Button>
        ))}
      </div>
    </section>
  );
}
