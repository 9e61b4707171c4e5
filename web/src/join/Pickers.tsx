import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Kind, LocalMedia } from "../call/devices";
import { t } from "../words";
import { LevelBars } from "./LevelBars";
import type { LevelMeter } from "./level";

interface PickerProps {
  readonly label: string;
  readonly devices: MediaDeviceInfo[];
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
  readonly end?: JSX.Element | null;
}

function Picker({ label, devices, chosen, onChoose, end }: PickerProps): JSX.Element {
  const id = useId();
  const named = devices.filter((device) => device.deviceId !== "");
  return (
    <div class="picker">
      <label for={id}>{label}</label>
      <div class="well">
        <select id={id} disabled={named.length === 0} onChange={(event) => onChoose(event.currentTarget.value)}>
          {named.length === 0 && <option>{t("join.devices.none_yet")}</option>}
          {named.map((device, index) => (
            <option key={device.deviceId} value={device.deviceId} selected={device.deviceId === chosen}>
              {device.label || t("join.devices.unnamed", { label, n: index + 1 })}
            </option>
          ))}
        </select>
        {end}
      </div>
    </div>
  );
}

export const speakerCanBeChosen = (): boolean =>
  typeof HTMLMediaElement !== "undefined" && "setSinkId" in HTMLMediaElement.prototype;

/** The three pickers, on the join page and in the meeting. */
export function Pickers({ media, meter }: { media: LocalMedia; meter: LevelMeter }): JSX.Element {
  const of = (kind: MediaDeviceKind) => media.devices.value.filter((device) => device.kind === kind);
  const input = (kind: Kind) => (id: string) => void media.choose(kind, id);
  const chosen = media.chosen.value;
  return (
    <div class="pickers">
      <Picker label={t("join.camera")} devices={of("videoinput")} chosen={chosen.camera} onChoose={input("camera")} />
      <Picker
        label={t("join.microphone")}
        devices={of("audioinput")}
        chosen={chosen.microphone}
        onChoose={input("microphone")}
        end={<LevelBars meter={meter} />}
      />
      {speakerCanBeChosen() ? (
        <Picker
          label={t("join.speaker")}
          devices={of("audiooutput")}
          chosen={chosen.speaker}
          onChoose={(id) => media.chooseSpeaker(id)}
        />
      ) : (
        <p class="second small">{t("join.speaker.by_device")}</p>
      )}
    </div>
  );
}
