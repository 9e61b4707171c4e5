import { useSignalEffect } from "@preact/signals";
import { Coffee, DoorOpen, type IconNode, LayoutGrid, Mic, MicOff, Settings2, Video, VideoOff } from "lucide";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { clock as clockTime } from "../format.ts";
import { Floating } from "../gestures/Floating";
import { QuietTool } from "../gestures/Quiet";
import { Reactions } from "../gestures/Reactions";
import { ThinkingTool } from "../gestures/Thinking";
import { AllNews, TogetherTools } from "../together/Tools";
import type { Together } from "../together/together";
import { Icon } from "../ui/index.ts";
import { t, tn } from "../words";
import type { Meeting } from "./meeting";

export type Sheet = "room" | "together" | "pause" | "devices" | "leave" | "why_not" | null;

interface Props {
  readonly meeting: Meeting;
  readonly together: Together;
  readonly narrow: boolean;
  readonly quiet: boolean;
  readonly open: (sheet: Sheet) => void;
}

interface ToolProps {
  readonly icon: IconNode;
  /** The short word under the icon. */
  readonly word: string;
  /** The accessible name, where it says more than the word. */
  readonly name?: string;
  readonly onPress: () => void;
  readonly off?: boolean;
}

export function Tool({ icon, word, name, onPress, off = false }: ToolProps): JSX.Element {
  return (
    <button type="button" class={off ? "tool off" : "tool"} aria-label={name ?? word} onClick={onPress}>
      <Icon icon={icon} />
      <span>{word}</span>
    </button>
  );
}

/** The table: pace on the left, what is shared in the middle, oneself on the right. */
export function Table({ meeting, together, narrow, quiet, open }: Props): JSX.Element {
  return (
    <section class={quiet ? "table quiet" : "table"} aria-label={t("meeting.table")}>
      {narrow ? <Five {...{ meeting, together, open }} /> : <ThreeGroups {...{ meeting, together, open }} />}
    </section>
  );
}

type Groups = Pick<Props, "meeting" | "together" | "open">;

function ThreeGroups({ meeting, together, open }: Groups): JSX.Element {
  return (
    <>
      <div class="group pace">
        <Time meeting={meeting} />
        <ThinkingTool meeting={meeting} />
        <BreakTool meeting={meeting} />
        <QuietTool meeting={meeting} />
        <Reactions meeting={meeting} />
      </div>
      <div class="group together">
        <TogetherTools together={together} narrow={false} />
        <Tool icon={LayoutGrid} word={t("meeting.room")} name={t("meeting.room.name")} onPress={() => open("room")} />
      </div>
      <div class="group me">
        <Self meeting={meeting} />
        <MuteTool meeting={meeting} />
        <CameraTool meeting={meeting} />
        <Tool icon={Settings2} word={t("join.devices")} onPress={() => open("devices")} />
        <LeaveTool open={open} />
      </div>
    </>
  );
}

function Five({ meeting, together, open }: Groups): JSX.Element {
  return (
    <>
      <Self meeting={meeting} />
      <div class="group five">
        <MuteTool meeting={meeting} />
        <CameraTool meeting={meeting} />
        <TogetherTool together={together} open={open} />
        <Tool icon={Coffee} word={t("meeting.break")} onPress={() => open("pause")} />
        <LeaveTool open={open} />
      </div>
    </>
  );
}

/** On a phone all that is shared lies behind one button. */
function TogetherTool({ together, open }: Pick<Groups, "together" | "open">): JSX.Element {
  return (
    <button type="button" class="tool" onClick={() => open("together")}>
      <Icon icon={LayoutGrid} />
      <span>{t("together.together")}</span>
      <AllNews together={together} />
    </button>
  );
}

/** The local time, and how long one has been here. */
export function Time({ meeting }: { meeting: Meeting }): JSX.Element {
  const minutes = Math.max(0, Math.floor((Date.now() - meeting.since) / 60_000));
  return (
    <p class="time">
      <span class="clock">{clockTime(meeting.now.value)}</span>
      <span class="small second">{minutes === 0 ? t("meeting.just_in") : tn("meeting.here_for", minutes)}</span>
    </p>
  );
}

export function BreakTool({ meeting, onPress }: { meeting: Meeting; onPress?: () => void }): JSX.Element {
  const propose = () => {
    meeting.send({ type: "break_propose", minutes: 5 });
    onPress?.();
  };
  return <Tool icon={Coffee} word={t("meeting.break")} name={t("meeting.take_break")} onPress={propose} />;
}

function MuteTool({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const { media } = meeting;
  const on = media.microphoneState.value === "on";
  if (!on && meeting.afterBreak.value) return null; // it waits in large, over the window
  return (
    <Tool
      icon={on ? Mic : MicOff}
      word={t(on ? "meeting.mute.word" : "meeting.unmute.word")}
      name={t(on ? "meeting.mute" : "meeting.unmute")}
      off={!on}
      onPress={() => meeting.mute(on)}
    />
  );
}

function CameraTool({ meeting }: { meeting: Meeting }): JSX.Element | null {
  const on = meeting.media.cameraState.value === "on";
  if (!on && meeting.afterBreak.value) return null;
  return (
    <Tool
      icon={on ? Video : VideoOff}
      word={t(on ? "meeting.camera.word" : "meeting.no_camera.word")}
      name={t(on ? "meeting.camera_off" : "meeting.camera_on")}
      off={!on}
      onPress={() => meeting.camera(!on)}
    />
  );
}

function LeaveTool({ open }: Pick<Props, "open">): JSX.Element {
  return <Tool icon={DoorOpen} word={t("meeting.leave")} onPress={() => open("leave")} />;
}

/** One's own picture: small, mirrored, muted. */
function Self({ meeting }: { meeting: Meeting }): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const { media } = meeting;
  useSignalEffect(() => {
    const track = media.camera.value;
    if (video.current) video.current.srcObject = track ? new MediaStream([track]) : null;
  });
  const on = media.cameraState.value === "on";
  return (
    <div class="self">
      <video ref={video} muted autoplay playsInline aria-label={t("meeting.you")} class={on ? "" : "dark"} />
      {!on && <Icon icon={VideoOff} />}
      <span class="tag" aria-hidden="true">
        {t("meeting.you")}
      </span>
      <Floating meeting={meeting} seat={meeting.you} />
    </div>
  );
}
