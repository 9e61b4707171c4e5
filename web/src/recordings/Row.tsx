import { Play } from "lucide";
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { ask, errorWords } from "../api.ts";
import { DAY_MS, day, length, longMoment, moment, size, until } from "../format.ts";
import { Button, Dialog, Notice } from "../ui/index.ts";
import { t } from "../words.ts";
import { Downloads } from "./Downloads.tsx";
import { seatWord } from "./names.ts";
import type { Manifest, Recording, Seat } from "./types.ts";

interface Props {
  readonly room: string;
  readonly recording: Recording;
  readonly you: Seat | null;
  readonly retentionDays: number;
  readonly now: number;
  readonly heading: "h2" | "h3";
  readonly onPlay: (manifest: Manifest) => void;
  readonly onChanged: () => void;
}

export function Row(props: Props): JSX.Element {
  const { recording, now, heading: Heading } = props;
  const id = useId();
  return (
    <li class="recording" aria-labelledby={id}>
      <div class="when">
        <Heading id={id}>{moment(recording.started_ms, now)}</Heading>
        <p class="second">{length(recording.length_ms)}</p>
      </div>
      {recording.state === "kept" ? (
        <Kept {...props} id={id} />
      ) : (
        <Gone recording={recording} you={props.you} now={now} />
      )}
    </li>
  );
}

function Kept({
  room,
  recording,
  you,
  retentionDays,
  now,
  onPlay,
  onChanged,
  id,
}: Props & { id: string }): JSX.Element {
  const [manifest, setManifest] = useState<Manifest | null>(null);
  const [deleting, setDeleting] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const path = `/api/rooms/${room}/recordings/${recording.id}`;

  async function attempt(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    setFailure("");
    try {
      await work();
    } catch (problem) {
      setFailure(errorWords(problem));
    } finally {
      setBusy(false);
    }
  }
  const play = () => attempt(async () => onPlay(await ask<Manifest>(path)));
  const showParts = () =>
    manifest ? setManifest(null) : void attempt(async () => setManifest(await ask<Manifest>(path)));
  const remove = () =>
    attempt(async () => {
      await ask(path, { method: "DELETE" });
      setDeleting(false);
      onChanged();
    });

  return (
    <>
      <div class="life">
        <Life recording={recording} retentionDays={retentionDays} now={now} />
        {recording.interrupted && <p class="second small">{t("recordings.interrupted")}</p>}
        {recording.downloads.map((taken) => (
          <p class="second small" key={`${taken.seat}${taken.at_ms}`}>
            {t("recordings.downloaded", {
              name: taken.seat !== null && taken.seat === you ? t("recordings.by_you") : takenBy(taken),
              moment: moment(taken.at_ms, now),
            })}
          </p>
        ))}
      </div>
      <div class="acts">
        <Button icon={Play} busy={busy} aria-describedby={id} onClick={() => void play()}>
          {t("recordings.play")}
        </Button>
        {recording.may_download && (
          <Button kind="quiet" aria-describedby={id} aria-expanded={manifest !== null} onClick={showParts}>
            {t("recordings.download")}
          </Button>
        )}
        {you !== null && (
          <Button kind="danger" aria-describedby={id} onClick={() => setDeleting(true)}>
            {t("recordings.delete")}
          </Button>
        )}
      </div>
      {failure && (
        <div class="across">
          <Notice kind="pause" role="alert">
            {failure}
          </Notice>
        </div>
      )}
      {manifest && <Downloads room={room} manifest={manifest} />}
      <Dialog
        title={t("recordings.delete_title", { length: length(recording.length_ms) })}
        open={deleting}
        onClose={() => setDeleting(false)}
        actions={
          <>
            <Button onClick={() => setDeleting(false)}>{t("recordings.delete_no")}</Button>
            <Button kind="danger" busy={busy} onClick={() => void remove()}>
              {t("recordings.delete_yes")}
            </Button>
          </>
        }
      >
        <p>{t("recordings.delete_text", { moment: moment(recording.started_ms, now), size: size(recording.bytes) })}</p>
      </Dialog>
    </>
  );
}

/** A honey bar of the life that is left, with words. */
function Life({ recording, retentionDays, now }: Pick<Props, "recording" | "retentionDays" | "now">): JSX.Element {
  const due = recording.due_ms ?? now;
  const whole = Math.max(retentionDays * DAY_MS, due - recording.started_ms, 1);
  const left = Math.min(1, Math.max(0, (due - now) / whole));
  return (
    <>
      <p title={longMoment(due)}>{t("recordings.deleted_on", { day: day(due, now), in: until(due, now) })}</p>
      <div class="bar" aria-hidden="true">
        <span style={{ width: `${(100 * left).toFixed(1)}%` }} />
      </div>
    </>
  );
}

/** What is no longer there, or not yet. */
function Gone({ recording, you, now }: Pick<Props, "recording" | "you" | "now">): JSX.Element {
  const { erased } = recording;
  if (erased === null) {
    return (
      <p class="second gone">{recording.state === "recording" ? t("recordings.running") : t("recordings.going")}</p>
    );
  }
  const when = moment(erased.at_ms, now);
  if (erased.by !== "mentor" && erased.by !== "mentee") {
    return <p class="second gone">{t("recordings.gone_on_its_day", { moment: when })}</p>;
  }
  const by =
    erased.by === you ? t("recordings.by_you") : t("recordings.by_seat", { seat: seatWord(erased.by).toLowerCase() });
  return <p class="second gone">{t("recordings.erased", { by, moment: when })}</p>;
}

function takenBy(taken: Recording["downloads"][number]): string {
  if (taken.name) return taken.name;
  return taken.seat
    ? t("recordings.by_seat", { seat: seatWord(taken.seat).toLowerCase() })
    : t("recordings.by_somebody");
}
