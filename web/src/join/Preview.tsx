import { useSignalEffect } from "@preact/signals";
import { CircleAlert, CircleCheck, Mic, MicOff, Video, VideoOff } from "lucide";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { canCall, type LocalMedia } from "../call/devices";
import { Button, Icon } from "../ui/index.ts";
import { t } from "../words";
import { findings } from "./device_words";
import type { LevelMeter } from "./level";
import { Pickers } from "./Pickers";

/** The own picture, as a mirror, with its pickers and what was found, before anybody else sees it. */
export function Preview({ media, meter }: { media: LocalMedia; meter: LevelMeter }): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  useSignalEffect(() => {
    const track = media.camera.value;
    if (video.current) video.current.srcObject = track ? new MediaStream([track]) : null;
  });
  const working = { microphone: media.microphone.value !== null, camera: media.camera.value !== null };
  return (
    <section class="preview" aria-label={t("join.preview")}>
      <div class="mirror">
        <video ref={video} muted autoplay playsInline aria-label={t("meeting.you")} hidden={!working.camera} />
        {!working.camera && <p class="in-window">{t(emptyWords(media))}</p>}
        {media.asked.value && <Toggles media={media} />}
      </div>
      {media.asked.value && <Devices media={media} meter={meter} working={working} />}
      {!media.asked.value && canCall() && <AskFirst media={media} />}
    </section>
  );
}

function emptyWords(media: LocalMedia): "join.preview.looking" | "join.preview.off" | "join.preview.empty" {
  if (media.busy.value) return "join.preview.looking";
  return media.cameraOff.value ? "join.preview.off" : "join.preview.empty";
}

function AskFirst({ media }: { media: LocalMedia }): JSX.Element {
  return (
    <div class="ask-first">
      <p>{t("join.allow.why")}</p>
      <Button kind="plain" icon={Video} onClick={() => void media.take()}>
        {t("join.allow")}
      </Button>
    </div>
  );
}

/** Only for what is there: nobody can mute a microphone that was not found. */
function Toggles({ media }: { media: LocalMedia }): JSX.Element {
  const { muted, cameraOff, problems } = media;
  return (
    <div class="toggles">
      {!problems.value.microphone && (
        <button type="button" class="plate" onClick={() => void media.setMuted(!muted.value)}>
          <Icon icon={muted.value ? MicOff : Mic} />
          <span>{t(muted.value ? "meeting.unmute" : "meeting.mute")}</span>
        </button>
      )}
      {!problems.value.camera && (
        <button type="button" class="plate" onClick={() => void media.setCameraOff(!cameraOff.value)}>
          <Icon icon={cameraOff.value ? VideoOff : Video} />
          <span>{t(cameraOff.value ? "meeting.camera_on" : "meeting.camera_off")}</span>
        </button>
      )}
    </div>
  );
}

interface DevicesProps {
  readonly media: LocalMedia;
  readonly meter: LevelMeter;
  readonly working: { microphone: boolean; camera: boolean };
}

function Devices({ media, meter, working }: DevicesProps): JSX.Element {
  const { problems } = media;
  const found = findings(problems.value, working, navigator.userAgent);
  const wrong = found.some((it) => !it.good);
  return (
    <>
      <details class="devices" open={wrong || window.matchMedia("(min-width: 761px)").matches}>
        <summary>{t("join.devices")}</summary>
        <Pickers media={media} meter={meter} />
      </details>
      <div role="status">
        <ul class="findings">
          {found.map((it) => (
            <li key={it.text} class={it.good ? "good" : "pause"}>
              <Icon icon={it.good ? CircleCheck : CircleAlert} />
              <span>{it.text}</span>
            </li>
          ))}
        </ul>
      </div>
      {wrong && !media.busy.value && (
        <div class="row">
          <Button onClick={() => void media.take()}>{t("common.try_again")}</Button>
          <p class="second small">{t("join.without")}</p>
        </div>
      )}
    </>
  );
}
