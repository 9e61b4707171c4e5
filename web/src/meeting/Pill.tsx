import type { JSX } from "preact";
import { day, digits } from "../format.ts";
import { LineWords } from "../gestures/LineWords";
import { Switch } from "../ui/index.ts";
import { t } from "../words";
import { partnerName, reasonWords, runningTime, savedTime, statusWords, threadOf } from "./derive";
import type { Meeting } from "./meeting";

interface Props {
  readonly meeting: Meeting;
  /** Shows why this room cannot record. */
  readonly onWhyNot: () => void;
}

/** The thread between the two, and on it the words that say whether anything is recorded. */
export function Pill({ meeting, onWhyNot }: Props): JSX.Element {
  const { you, consent, call } = meeting;
  const view = meeting.view.value;
  const thread = threadOf(view, you, call.phase.value, meeting.link.pulse.value);
  const status = view ? statusWords(view, you) : { tone: "off" as const, text: t("meeting.status.off") };
  const allowed = view?.recording.allowed.includes(you) ?? false;
  const reading = consent.words.value !== null || consent.asking.value;
  function turn(): void {
    if (allowed) void consent.withdraw();
    else if (reading) consent.putAside();
    else if (view && !view.may_record) onWhyNot();
    else consent.ask();
  }
  const declined = view?.recording.declined ?? false;
  const canTurn = view !== null && (allowed || !declined);
  return (
    <>
      <div class={`thread ${thread}`} aria-hidden="true" />
      <div class={`pill ${status.tone}`}>
        <span class="lamp" aria-hidden="true" />
        <span role="status" class="status">
          {status.text}
        </span>
        {view && <Details meeting={meeting} />}
        {status.tone !== "stopped" || !declined ? (
          <Switch label={t("consent.switch")} on={allowed} onChange={turn} disabled={!canTurn} />
        ) : null}
      </div>
      <LineWords meeting={meeting} />
    </>
  );
}

/** Running time and what is safe already: outside the status, or a screen reader would never be still. */
function Details({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const view = meeting.view.value;
  if (!view) return null;
  const { recording } = view;
  if (recording.state !== "recording" && recording.state !== "paused") return null;
  const pausedBy = recording.state === "paused" && recording.reason === "line_lost";
  return (
    <span class="details">
      <span class="running">{digits(runningTime(recording, meeting.now.value))}</span>
      {pausedBy && <span>{reasonWords(recording, partnerName(view, meeting.you), meeting.you)}</span>}
      <span class="kept">
        {t("meeting.saved_to", { time: digits(savedTime(recording, meeting.savedMs.value, meeting.now.value)) })}
        {recording.due_ms !== null && ` · ${t("meeting.deleted_on", { day: day(recording.due_ms) })}`}
      </span>
    </span>
  );
}
