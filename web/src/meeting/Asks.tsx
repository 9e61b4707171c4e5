import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { length, longMoment } from "../format.ts";
import type { RoomView } from "../protocol";
import { otherSeat } from "../protocol";
import { Button, Dialog } from "../ui/index.ts";
import { t, tn } from "../words";
import { choosing, mustGoOn, partnerName, reasonWords } from "./derive";
import type { Meeting } from "./meeting";

/** A card over the window's lower part: it asks, it does not block. */
export function Card({
  title,
  children,
  focus = false,
  class: more,
}: {
  title: string;
  children: ComponentChildren;
  focus?: boolean;
  class?: string;
}): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus) heading.current?.focus();
  }, [focus]);
  return (
    <section class={more ? `card ${more}` : "card"} aria-label={title}>
      <h2 ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </section>
  );
}

/** Everything that waits for this person's answer, one card each. */
export function Asks({ meeting }: { meeting: Meeting }): JSX.Element {
  const view = meeting.view.value;
  return (
    <div class="asks">
      {view && <CountdownCard meeting={meeting} view={view} />}
      {view && mustGoOn(view) && <GoOnCard meeting={meeting} view={view} />}
      {view && <OutcomeCards meeting={meeting} view={view} />}
      {view && <CameToNothingCard meeting={meeting} view={view} />}
      {view?.pause?.state === "proposed" && <BreakCard meeting={meeting} view={view} />}
      {meeting.afterBreak.value && <AfterBreakCard meeting={meeting} />}
    </div>
  );
}

interface CardProps {
  readonly meeting: Meeting;
  readonly view: RoomView;
}

function CountdownCard({ meeting, view }: CardProps): JSX.Element | null {
  const { recording } = view;
  if (recording.state !== "countdown") return null;
  const seconds = Math.max(1, Math.ceil(((recording.until_ms ?? 0) - meeting.now.value) / 1000));
  const title = t(recording.run > 0 ? "consent.countdown.go_on" : "consent.countdown.start", { seconds });
  return (
    <Card title={title}>
      <Button onClick={() => meeting.consent.stopCountdown()}>{t("consent.countdown.stop")}</Button>
    </Card>
  );
}

function GoOnCard({ meeting, view }: CardProps): JSX.Element {
  const said = view.recording.go_on.includes(meeting.you);
  const name = partnerName(view, meeting.you);
  return (
    <Card title={t("consent.go_on.title")} focus>
      <p>{said ? t("consent.go_on.waiting", { name }) : t("consent.go_on.text")}</p>
      <div class="row">
        {!said && <Button onClick={() => meeting.send({ type: "go_on" })}>{t("consent.go_on.yes")}</Button>}
        <Button onClick={() => void meeting.consent.withdraw()}>{t("meeting.stop_recording")}</Button>
      </div>
    </Card>
  );
}

/** After a withdrawal: keep or erase, by the one who withdrew; the other is told. */
function OutcomeCards({ meeting, view }: CardProps): JSX.Element | null {
  const [sure, ask] = useState(false);
  const { recording } = view;
  const id = recording.recording;
  // What was settled before this page was loaded is no news.
  const [seen, see] = useState(recording.choice === "pending" ? null : `${id} ${recording.choice}`);
  if (recording.state !== "stopped" && recording.choice !== "erased") return null;
  if (id === null || recording.choice === null) return null;
  const about = { length: length(recording.recorded_ms), moment: recording.due_ms ? longMoment(recording.due_ms) : "" };
  const name = partnerName(view, meeting.you);
  if (choosing(view, meeting.you)) {
    const answer = (choice: "keep" | "erase") => {
      ask(false);
      meeting.send({ type: "outcome", recording: id, choice });
    };
    return (
      <>
        <Card title={t("consent.choice.title")} focus>
          <p>{t("consent.choice.text", about)}</p>
          <div class="row">
            <Button onClick={() => answer("keep")}>{t("consent.choice.keep")}</Button>
            <Button kind="danger" class="outlined" onClick={() => ask(true)}>
              {t("consent.choice.erase")}
            </Button>
          </div>
        </Card>
        <Dialog
          title={t("consent.choice.sure.title", about)}
          open={sure}
          onClose={() => ask(false)}
          actions={
            <>
              <Button onClick={() => ask(false)}>{t("consent.choice.sure.no")}</Button>
              <Button kind="danger" class="outlined" onClick={() => answer("erase")}>
                {t("meeting.erase_for_both")}
              </Button>
            </>
          }
        >
          <p>{t("consent.choice.sure.text")}</p>
        </Dialog>
      </>
    );
  }
  const mark = `${id} ${recording.choice}`;
  if (seen === mark) return null;
  return (
    <Card title={t("consent.choice.title")}>
      <p>{outcomeWords(view, meeting, about, name)}</p>
      <Button onClick={() => see(mark)}>{t("common.close")}</Button>
    </Card>
  );
}

/** The asking ended without a recording: said to both, in words, and why; one's own "Not today" is no news. */
function CameToNothingCard({ meeting, view }: CardProps): JSX.Element | null {
  const [seen, see] = useState<string | null>(null);
  const { state, reason, reason_by, declined } = view.recording;
  if (state !== "off" || reason === null || seen === reason) return null;
  if (reason_by === meeting.you) return null;
  return (
    <Card title={t("meeting.status.off")}>
      <p>
        {t("meeting.came_to_nothing", {
          reason: reasonWords(view.recording, partnerName(view, meeting.you), meeting.you),
        })}
      </p>
      {declined && <p>{t("meeting.refused.declined_today")}</p>}
      <Button onClick={() => see(reason)}>{t("common.close")}</Button>
    </Card>
  );
}

function outcomeWords(
  view: RoomView,
  meeting: Meeting,
  about: { length: string; moment: string },
  name: string,
): string {
  const { choice, reason_by } = view.recording;
  if (choice === "pending") return t("consent.choice.partner", { ...about, name });
  if (choice === "kept") return t("consent.choice.kept", about);
  const theirs = reason_by === otherSeat(meeting.you);
  return theirs ? t("consent.choice.erased_by", { name }) : t("consent.choice.erased");
}

function BreakCard({ meeting, view }: CardProps): JSX.Element {
  const pause = view.pause;
  const name = partnerName(view, meeting.you);
  const minutes = tn("common.minutes", pause?.minutes ?? 5);
  const answer = (agree: boolean) => meeting.send({ type: "break_answer", agree });
  if (pause?.by !== meeting.you) {
    return (
      <Card title={t("break.asked", { name, minutes })}>
        <p>{t("break.asked.text")}</p>
        <div class="row">
          <Button kind="do" onClick={() => answer(true)}>
            {t("break.agree")}
          </Button>
          <Button onClick={() => answer(false)}>{t("break.not_now")}</Button>
        </div>
      </Card>
    );
  }
  const change = (wanted: number) => {
    if (!(wanted >= 1 && wanted <= 30) || wanted === pause.minutes) return;
    answer(false);
    meeting.send({ type: "break_propose", minutes: Math.round(wanted) });
  };
  return (
    <Card title={t("break.proposed", { name, minutes })}>
      <div class="row">
        <label class="minutes">
          {t("break.minutes")}
          <input
            type="number"
            min={1}
            max={30}
            value={pause.minutes}
            onChange={(event) => change(event.currentTarget.valueAsNumber)}
          />
        </label>
        <Button onClick={() => answer(false)}>{t("break.take_back")}</Button>
      </div>
    </Card>
  );
}

/** Nothing comes back by itself: two large buttons wait. */
function AfterBreakCard({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const { media } = meeting;
  const microphone = media.microphoneState.value !== "on";
  const camera = media.cameraState.value !== "on";
  useEffect(() => {
    if (!microphone && !camera) meeting.afterBreak.value = false;
  }, [microphone, camera, meeting]);
  return (
    <Card title={t("break.welcome_back")}>
      <div class="row large">
        {camera && (
          <Button kind="do" onClick={() => meeting.camera(true)}>
            {t("meeting.camera_on")}
          </Button>
        )}
        {microphone && (
          <Button kind="do" onClick={() => meeting.mute(false)}>
            {t("meeting.unmute")}
          </Button>
        )}
        <Button
          kind="quiet"
          onClick={() => {
            meeting.afterBreak.value = false;
          }}
        >
          {t("break.later")}
        </Button>
      </div>
    </Card>
  );
}

/** Somebody who knows the password wants to continue in this person's partner's seat. */
export function DeviceRequests({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const request = meeting.deviceRequests.value[0];
  const view = meeting.view.value;
  if (!request || !view) return null;
  // The seat's own name, not the one the other device typed: it is the person that matters.
  const name = partnerName(view, meeting.you);
  const answer = (allow: boolean) => meeting.answerDevice(request.request, allow);
  return (
    <Dialog
      key={request.request}
      title={t("meeting.device.title", { name })}
      open
      onClose={() => answer(false)}
      actions={
        <>
          <Button onClick={() => answer(false)}>{t("meeting.device.no")}</Button>
          <Button onClick={() => answer(true)}>{t("meeting.device.yes", { name })}</Button>
        </>
      }
    >
      <p>{t("meeting.device.text", { name })}</p>
    </Dialog>
  );
}
