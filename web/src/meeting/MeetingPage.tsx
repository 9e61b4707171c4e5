import { effect, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Announcements } from "../gestures/Announcements";
import type { LevelMeter } from "../join/level";
import { useBrowsers } from "../join/seat_browsers";
import { keepWithRecordings } from "../together/keep";
import { Panels } from "../together/Panels";
import { Together } from "../together/together";
import { rememberMet } from "../topics/met";
import { t } from "../words";
import { DeviceRequests } from "./Asks";
import { BreakView } from "./BreakView";
import { ConsentWing } from "./ConsentWing";
import { isCalm, statusWords } from "./derive";
import type { Meeting } from "./meeting";
import { Notices } from "./Notices";
import { Pill } from "./Pill";
import { Sheets } from "./Sheets";
import { Stage } from "./Stage";
import { type Sheet, Table } from "./Table";

interface Props {
  readonly meeting: Meeting;
  readonly meter: LevelMeter;
  /** The seat's personal secret when it has just been claimed: shown once. */
  readonly personal: string | null;
}

export function MeetingPage({ meeting, meter, personal }: Props): JSX.Element {
  const sheet = useSignal<Sheet>(null);
  const together = useTogether(meeting);
  const browsers = useBrowsers(meeting.room, meeting.you, together.sharing.value?.browsersChanged);
  const narrow = useNarrow();
  const view = meeting.view.value;
  const quiet = useQuiet(isCalm(view));
  const open = (which: Sheet) => {
    if (which === "devices" || which === "room") meter.follow(meeting.media.microphone.value);
    sheet.value = which;
  };
  const title = view?.title;
  useEffect(() => {
    if (title !== undefined) document.title = t("meeting.page_title", { title });
  }, [title]);
  const onBreak = view?.pause && view.pause.state !== "proposed" ? view.pause : null;
  const words = meeting.consent.words.value;
  const className = ["room", words && "reading", view?.recording.state === "recording" && "on-record"];
  return (
    <main class={className.filter(Boolean).join(" ")} id="room" data-narrow={narrow} {...placesTaken(together)}>
      {onBreak ? (
        <BreakView meeting={meeting} pause={onBreak} onLeave={() => open("leave")} />
      ) : (
        <>
          <Stage meeting={meeting} />
          <Table {...{ meeting, together, narrow, quiet, open }} />
          <Panels together={together} narrow={narrow} />
        </>
      )}
      {words && <ConsentWing meeting={meeting} words={words} />}
      <Pill meeting={meeting} onWhyNot={() => open("why_not")} />
      <Notices {...{ meeting, together, browsers, personal }} />
      <SpokenChange meeting={meeting} />
      <Announcements meeting={meeting} />
      <DeviceRequests meeting={meeting} />
      <Sheets
        meeting={meeting}
        together={together}
        browsers={browsers}
        meter={meter}
        sheet={sheet.value}
        open={open}
        narrow={narrow}
        close={() => {
          meter.follow(null);
          sheet.value = null;
        }}
      />
    </main>
  );
}

/** How long after the door board, notes and chat are fetched: the partner's picture goes first. */
const FETCH_AFTER_MS = 1500;

function useTogether(meeting: Meeting): Together {
  const together = useMemo(() => new Together(meeting.room, meeting.you, () => meeting.names()), [meeting]);
  useEffect(() => {
    const timer = setTimeout(() => void together.load(), FETCH_AFTER_MS);
    const { room, you, view } = meeting;
    const stopCalm = effect(() => {
      together.calm.value = isCalm(view.value);
    });
    const stopLine = effect(() => {
      together.lineTold.value = view.value !== null && meeting.socket.phase.value !== "open";
    });
    const stopMet = effect(() => {
      const seats = view.value?.seats;
      const both = seats?.mentor.presence === "here" && seats.mentee.presence === "here";
      const id = meeting.consent.meeting;
      if (both && id !== null) rememberMet(room, { meeting: id, ms: Date.now() });
    });
    const stopKeeping = keepWithRecordings({ room, you, view, sharing: together.sharing });
    return () => {
      clearTimeout(timer);
      stopCalm();
      stopLine();
      stopMet();
      stopKeeping();
      together.close();
    };
  }, [meeting, together]);
  return together;
}

/** For the style sheet: which places beside the window are taken. */
function placesTaken(together: Together): Record<string, string> {
  const { left, right, middle } = together.open.value;
  return {
    ...(left || right ? { "data-wings": "" } : {}),
    ...(left ? { "data-left": left } : {}),
    ...(right ? { "data-right": right } : {}),
    ...(middle ? { "data-middle": middle } : {}),
  };
}

/** Said aloud once, at once, when a recording begins or ends. */
function SpokenChange({ meeting }: { meeting: Meeting }): JSX.Element {
  const said = useSignal("");
  const before = useRef<string>("off");
  const view = meeting.view.value;
  const tone = view ? statusWords(view, meeting.you).tone : "off";
  useEffect(() => {
    const was = before.current;
    before.current = tone;
    if (tone === was) return;
    if (tone === "recording") said.value = t("meeting.spoken.started");
    else if (was === "recording") said.value = t("meeting.spoken.stopped");
  }, [tone, said]);
  return (
    <p class="heard" aria-live="assertive">
      {said.value}
    </p>
  );
}

/** Where there is room for five buttons only, and for one thing open at a time: as in room.css. */
const FIVE = "(max-width: 640px), (max-width: 1240px) and (max-height: 640px), (max-height: 520px)";

function useNarrow(): boolean {
  const narrow = useSignal(window.matchMedia(FIVE).matches);
  useEffect(() => {
    const media = window.matchMedia(FIVE);
    const follow = () => {
      narrow.value = media.matches;
    };
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, [narrow]);
  return narrow.value;
}

/** After six seconds without input the table's left and middle fade, to leave the two alone; sooner in a calm. */
function useQuiet(calm: boolean): boolean {
  const quiet = useSignal(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const stir = () => {
      quiet.value = false;
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          quiet.value = true;
        },
        calm ? 2000 : 6000,
      );
    };
    const events = ["pointermove", "pointerdown", "keydown", "focusin", "touchstart"] as const;
    for (const event of events) document.addEventListener(event, stir, { passive: true });
    stir();
    return () => {
      clearTimeout(timer);
      for (const event of events) document.removeEventListener(event, stir);
    };
  }, [quiet, calm]);
  return quiet.value;
}
