import { useSignal, useSignalEffect } from "@preact/signals";
import { Volume2 } from "lucide";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { clock as clockTime } from "../format.ts";
import { Floating } from "../gestures/Floating";
import { ThinkingSign } from "../gestures/Thinking";
import { otherSeat } from "../protocol";
import { Button } from "../ui/index.ts";
import { t } from "../words";
import { partnerName, partnerOf, partnerWords, type Stage as Shown, stageOf } from "./derive";
import type { Meeting } from "./meeting";

/** The window: the partner, as near to the camera as the page allows, or a sentence in their place. */
export function Stage({ meeting }: { meeting: Meeting }): JSX.Element {
  const { call, you, view } = meeting;
  const video = useRef<HTMLVideoElement>(null);
  const silenced = useSignal(false);
  const pictures = useSignal(false);

  useSignalEffect(() => {
    const element = video.current;
    const stream = call.remote.value;
    if (!element) return;
    if (element.srcObject !== stream) {
      element.srcObject = stream;
      pictures.value = false;
    }
    if (stream)
      void play(element, (blocked) => {
        silenced.value = blocked;
      });
  });
  useSignalEffect(() => {
    const speaker = meeting.media.chosen.value.speaker;
    if (speaker && video.current?.setSinkId) video.current.setSinkId(speaker).catch(() => undefined);
  });

  const room = view.value;
  const shown = stageOf(room, you, call.phase.value, pictures.value);
  const name = room
    ? partnerName(room, you)
    : t(otherSeat(you) === "mentor" ? "meeting.the_mentor" : "meeting.the_mentee");
  const enableSound = () => {
    if (!video.current) return;
    video.current.muted = false;
    void play(video.current, (blocked) => {
      silenced.value = blocked;
    });
  };
  return (
    <section class="window" aria-label={name} data-shown={shown.kind}>
      {/* biome-ignore lint/a11y/useMediaCaption: a live face has no caption file */}
      <video
        ref={video}
        autoplay
        playsInline
        aria-label={name}
        onLoadedData={() => {
          pictures.value = true;
        }}
        onResize={() => {
          pictures.value = true;
        }}
      />
      <InPlace meeting={meeting} shown={shown} name={name} />
      <div class="plates">
        {shown.kind !== "never_came" && <Plate meeting={meeting} name={name} />}
        <ThinkingSign meeting={meeting} />
      </div>
      <Floating meeting={meeting} seat={otherSeat(you)} />
      {silenced.value && (
        <div class="sound">
          <Button kind="do" icon={Volume2} onClick={enableSound}>
            {t("meeting.enable_sound")}
          </Button>
        </div>
      )}
    </section>
  );
}

/** Plays with sound; where the browser forbids that, without, and says so. */
async function play(element: HTMLVideoElement, blocked: (blocked: boolean) => void): Promise<void> {
  try {
    await element.play();
    blocked(element.muted);
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
    blocked(true);
    element.muted = true;
    await element.play().catch(() => undefined);
  }
}

interface InPlaceProps {
  readonly meeting: Meeting;
  readonly shown: Shown;
  readonly name: string;
}

function InPlace({ meeting, shown, name }: InPlaceProps): JSX.Element | null {
  switch (shown.kind) {
    case "picture":
      return null;
    case "camera_off": {
      const none = meeting.view.value && partnerOf(meeting.view.value, meeting.you).camera === "none";
      return (
        <div class="in-window">
          <p class="initial" aria-hidden="true">
            {Array.from(name)[0]?.toUpperCase()}
          </p>
          <p>{t(none ? "meeting.stage.no_camera" : "meeting.stage.camera_off", { name })}</p>
        </div>
      );
    }
    case "never_came":
      return (
        <div class="in-window">
          <h1>{t("meeting.stage.never_came", { name })}</h1>
          <p>{t("meeting.stage.never_came.next", { name })}</p>
        </div>
      );
    case "absent":
      return (
        <div class="in-window">
          <h1>{t("meeting.stage.absent", { name })}</h1>
          <p>{t("meeting.stage.absent.next", { name })}</p>
        </div>
      );
    case "coming":
      return (
        <div class="in-window">
          <p>{meeting.view.value ? t("meeting.stage.coming", { name }) : t("join.loading")}</p>
        </div>
      );
    case "lost": {
      const at = meeting.call.lostAt.value;
      return (
        <div class="in-window">
          <h1>
            {at === null
              ? t("meeting.stage.lost_now", { name })
              : t("meeting.stage.lost", { name, time: clockTime(at) })}
          </h1>
          <p>{t("meeting.stage.lost.next")}</p>
        </div>
      );
    }
  }
}

function Plate({ meeting, name }: { meeting: Meeting; name: string }): JSX.Element | null {
  const room = meeting.view.value;
  if (!room) return null;
  const words = partnerWords(room, meeting.you, meeting.call.phase.value);
  const seat = otherSeat(meeting.you);
  const named = room.seats[seat].name !== "";
  return (
    <p class={`plate name ${seat}`}>
      <span class="dot" aria-hidden="true" />
      <span class="who">{name}</span>
      {named && <span class="seat">{t(`meeting.seat.${seat}`)}</span>}
      <span class="state" aria-live="polite">
        {words.join(" · ")}
      </span>
    </p>
  );
}
