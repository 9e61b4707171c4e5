import { useSignal } from "@preact/signals";
import { LayoutGrid } from "lucide";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { errorWords } from "../api.ts";
import { longMoment } from "../format.ts";
import { QuietChoices } from "../gestures/Quiet";
import { ReactionChoices } from "../gestures/Reactions";
import { ThinkingTool } from "../gestures/Thinking";
import { BrowsersPanel } from "../join/Browsers";
import type { LevelMeter } from "../join/level";
import { PersonalLink } from "../join/PersonalLink";
import { Pickers } from "../join/Pickers";
import { shortenRetention } from "../join/requests";
import type { SeatBrowsers } from "../join/seat_browsers";
import { Earlier } from "../together/Earlier";
import { TogetherTools } from "../together/Tools";
import type { Together } from "../together/together";
import { Button, Dialog, Field } from "../ui/index.ts";
import { known, t, tn } from "../words";
import type { Meeting } from "./meeting";
import { NewPassword } from "./NewPassword";
import { BreakTool, type Sheet, Time, Tool } from "./Table";

interface Props {
  readonly meeting: Meeting;
  readonly together: Together;
  readonly browsers: SeatBrowsers;
  readonly meter: LevelMeter;
  readonly sheet: Sheet;
  readonly open: (sheet: Sheet) => void;
  readonly narrow: boolean;
  readonly close: () => void;
}

/** What opens from the table. One at a time; the talk goes on behind it. */
export function Sheets({ meeting, together, browsers, meter, sheet, open, narrow, close }: Props): JSX.Element {
  const done = <Button onClick={close}>{t("common.close")}</Button>;
  return (
    <>
      <Dialog
        title={t("meeting.leave.title")}
        open={sheet === "leave"}
        onClose={close}
        actions={<LeaveWays {...{ meeting, close }} />}
      >
        <p>{t("meeting.leave.text")}</p>
        {meeting.view.value?.recording.allowed.length === 2 && <p>{leaveWords(meeting)}</p>}
      </Dialog>
      <Dialog title={t("join.devices")} open={sheet === "devices"} onClose={close} actions={done}>
        <Pickers media={meeting.media} meter={meter} />
      </Dialog>
      <Dialog title={t("meeting.break")} open={sheet === "pause"} onClose={close} actions={done}>
        <Time meeting={meeting} />
        <p class="second">{t("meeting.pause.text")}</p>
        <div class="row">
          <BreakTool meeting={meeting} onPress={close} />
          <ThinkingTool meeting={meeting} onPress={close} />
        </div>
        <QuietChoices meeting={meeting} onChosen={close} />
        <ReactionChoices meeting={meeting} onChosen={close} />
      </Dialog>
      <Dialog title={t("together.together")} open={sheet === "together"} onClose={close} actions={done}>
        <div class="sheet-tools">
          <TogetherTools together={together} narrow onPress={close} />
          <Tool icon={LayoutGrid} word={t("meeting.room")} name={t("meeting.room.name")} onPress={() => open("room")} />
        </div>
      </Dialog>
      <Dialog
        title={meeting.view.value?.title ?? t("meeting.room.name")}
        open={sheet === "room"}
        onClose={close}
        actions={done}
      >
        <Retention meeting={meeting} />
        <p>
          <a href={`/r/${meeting.room}/recordings`} target="_blank" rel="noopener">
            {t("common.recordings")}
          </a>{" "}
          <span class="second small">{t("meeting.room.new_window")}</span>
        </p>
        {together.sharing.value && <Earlier sharing={together.sharing.value} names={together.names()} />}
        <PersonalLink room={meeting.room} seat={meeting.you} />
        <BrowsersPanel browsers={browsers} />
        <details class="panel">
          <summary>{t("meeting.new_password")}</summary>
          <p class="second small">{t("meeting.new_password.text")}</p>
          <NewPassword room={meeting.room} seat={meeting.you} label={t("meeting.new_password.label")} othersOut />
        </details>
        {narrow && (
          <details>
            <summary>{t("join.devices")}</summary>
            <Pickers media={meeting.media} meter={meter} />
          </details>
        )}
      </Dialog>
      <Dialog title={t("meeting.why_not.title")} open={sheet === "why_not"} onClose={close} actions={done}>
        <WhyNot meeting={meeting} close={close} />
      </Dialog>
    </>
  );
}

function leaveWords(meeting: Meeting): string {
  const due = meeting.view.value?.recording.due_ms;
  return due ? t("meeting.leave.recording", { moment: longMoment(due) }) : "";
}

function LeaveWays({ meeting, close }: Pick<Props, "meeting" | "close">): JSX.Element {
  return (
    <>
      <Button onClick={close}>{t("meeting.leave.stay")}</Button>
      <Button kind="do" onClick={() => meeting.leave()}>
        {t("meeting.leave")}
      </Button>
    </>
  );
}

/** How long recordings live here; either of the two may shorten it. */
function Retention({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const days = meeting.view.value?.retention_days ?? 0;
  const wish = useSignal("");
  const trouble = useSignal<string | null>(null);
  const asked = Math.floor(Number(wish.value));
  async function shorten(event: Event): Promise<void> {
    event.preventDefault();
    if (!(asked >= 1 && asked < days)) {
      trouble.value = t("meeting.retention.wrong", { days: days - 1 });
      return;
    }
    try {
      await shortenRetention(meeting.room, asked);
      wish.value = "";
      trouble.value = null;
    } catch (failure) {
      trouble.value = errorWords(failure);
    }
  }
  return (
    <form class="stack retention" onSubmit={shorten} noValidate>
      <p>{t("meeting.retention", { days: tn("common.days", days) })}</p>
      {days > 1 && (
        <div class="row end">
          <Field
            label={t("meeting.retention.shorter")}
            inputMode="numeric"
            value={wish.value}
            error={trouble.value}
            end={t("common.days_unit")}
            onInput={(event) => {
              wish.value = event.currentTarget.value;
            }}
          />
          <Button type="submit">{t("meeting.retention.save")}</Button>
        </div>
      )}
    </form>
  );
}

/** Why this room cannot record, and what to do about it where the two can do something. */
function WhyNot({ meeting, close }: Pick<Props, "meeting" | "close">): JSX.Element {
  const code = meeting.view.value?.may_not_record ?? null;
  useEffect(() => {
    if (code === null) close(); // it may, by now
  }, [code, close]);
  if (code === "password_not_yours") {
    return (
      <>
        <p>{t("meeting.own_password.why")}</p>
        <NewPassword room={meeting.room} seat={meeting.you} label={t("meeting.own_password.label")} />
      </>
    );
  }
  const key = `consent.reason.${code}`;
  return <p>{t("meeting.why_not.text", { reason: known(key) ? t(key) : t("meeting.reason.other") })}</p>;
}
