/** What asks and what tells, above the table: the panels beside the window make room for it. */
import { useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { QuietCard } from "../gestures/QuietCard";
import { VouchedNote } from "../join/Browsers";
import { findings } from "../join/device_words";
import { personalLink } from "../join/fragment";
import { CopyLink } from "../join/PersonalLink";
import type { SeatBrowsers } from "../join/seat_browsers";
import { OutOfSight } from "../together/Panels";
import type { Together } from "../together/together";
import { Button, Notice } from "../ui/index.ts";
import { known, t } from "../words";
import { Asks, Card } from "./Asks";
import { isCalm } from "./derive";
import type { Meeting } from "./meeting";

interface Props {
  readonly meeting: Meeting;
  readonly together: Together;
  readonly browsers: SeatBrowsers;
  /** The seat's personal secret when it has just been claimed: shown once. */
  readonly personal: string | null;
}

export function Notices({ meeting, together, browsers, personal }: Props): JSX.Element {
  const showLink = useSignal(personal !== null);
  const place = useRef<HTMLDivElement>(null);
  useRoomFor(place);
  const view = meeting.view.value;
  const calm = isCalm(view);
  // The personal link can wait (it stays under "Room"): nothing may lie over the words to agree to, or over a question,
  // nor over what is written and drawn.
  const idle = view !== null && view.pause === null && ["off", "waiting"].includes(view.recording.state);
  const free = idle && !calm && !meeting.consent.words.value && !together.any.value;
  return (
    <div class="notices" ref={place}>
      <LineNote meeting={meeting} />
      <RefusalNote meeting={meeting} />
      <DeviceNote meeting={meeting} />
      {!calm && <VouchedNote browsers={browsers} />}
      {!calm && <OutOfSight together={together} />}
      <Asks meeting={meeting} />
      <QuietCard meeting={meeting} />
      {showLink.value && personal && free && (
        <Card title={t("join.personal.title")} class="personal-hint">
          <p>{t("join.personal.text")}</p>
          <p class="second small">{t("join.personal.lost")}</p>
          <CopyLink
            link={personalLink(meeting.room, { seat: meeting.you, secret: personal })}
            close={() => {
              showLink.value = false;
            }}
          />
        </Card>
      )}
    </div>
  );
}

/** Tells the style sheet how high it is, so that it never lies over what somebody is writing. */
function useRoomFor(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const it = place.current;
    const room = it?.closest<HTMLElement>(".room");
    if (!it || !room) return;
    const sized = new ResizeObserver(() => room.style.setProperty("--told", `${it.offsetHeight}px`));
    sized.observe(it);
    return () => sized.disconnect();
  }, [place]);
}

/** The socket is down; the call may well go on. */
function LineNote({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const phase = meeting.socket.phase.value;
  if (meeting.view.value === null || phase === "open") return null;
  const talking = meeting.call.phase.value === "connected";
  return (
    <Notice kind="pause" role="alert">
      {t(talking ? "meeting.line_down.talking" : "meeting.line_down")}
    </Notice>
  );
}

function RefusalNote({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const code = meeting.refusal.value ?? (meeting.consent.failed.value ? "words_failed" : null);
  useEffect(() => {
    if (code === null) return;
    const timer = setTimeout(() => {
      meeting.refusal.value = null;
      meeting.consent.failed.value = false;
    }, 8000);
    return () => clearTimeout(timer);
  }, [code, meeting]);
  if (code === null) return null;
  const key = [`meeting.refused.${code}`, `error.${code}`].find(known);
  return (
    <Notice kind="pause" role="alert">
      {key ? t(key) : t("meeting.refused.other")}
    </Notice>
  );
}

/** Something is wrong with camera or microphone: what, and "Try again". */
function DeviceNote({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const { media } = meeting;
  // What the join page has told already is not told again.
  const away = useSignal(JSON.stringify(media.problems.peek()));
  const wrong = findings(media.problems.value, { microphone: false, camera: false }, navigator.userAgent);
  const mark = JSON.stringify(media.problems.value);
  if (wrong.length === 0 || away.value === mark) return null;
  return (
    <Notice kind="pause">
      {wrong.map((it) => (
        <p key={it.text}>{it.text}</p>
      ))}
      <div class="row">
        <Button onClick={() => void media.take()}>{t("common.try_again")}</Button>
        <Button
          kind="quiet"
          onClick={() => {
            away.value = mark;
          }}
        >
          {t("common.close")}
        </Button>
      </div>
    </Notice>
  );
}
