import type { JSX, TargetedPointerEvent } from "preact";
import { digits, spokenPlace } from "../format.ts";
import { t } from "../words.ts";
import { type Axis, clamp } from "./axis.ts";
import { SEATS } from "./types.ts";

interface Props {
  readonly axis: Axis;
  readonly at: number;
  readonly onSeek: (to: number) => void;
}

const STEP_MS = 10_000;
const LEAP_MS = 60_000;

/** Lanes of both seats, the pauses, and the playhead: one slider for mouse, finger and keys. */
export function Timeline({ axis, at, onSeek }: Props): JSX.Element {
  const percent = (ms: number) => `${axis.length > 0 ? (100 * ms) / axis.length : 0}%`;
  function toPointer(event: TargetedPointerEvent<HTMLDivElement>): void {
    const box = event.currentTarget.getBoundingClientRect();
    onSeek(clamp(((event.clientX - box.left) / box.width) * axis.length, axis.length));
  }
  function onKey(event: KeyboardEvent): void {
    const to = target(event.key, at, axis.length);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    onSeek(clamp(to, axis.length));
  }
  return (
    <div class="timeline">
      <div
        class="lanes"
        role="slider"
        tabIndex={0}
        aria-label={t("recordings.timeline")}
        aria-valuemin={0}
        aria-valuemax={Math.round(axis.length / 1000)}
        aria-valuenow={Math.round(at / 1000)}
        aria-valuetext={spokenPlace(at)}
        onKeyDown={onKey}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          toPointer(event);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) toPointer(event);
        }}
      >
        {SEATS.map((seat) => (
          <div class={`lane ${seat}`} key={seat}>
            {axis.lanes[seat].map((part) => (
              <span
                key={part.id}
                class={part.video ? "stretch" : "stretch voice"}
                style={{ left: percent(part.offset_ms), width: percent(part.length_ms) }}
              />
            ))}
          </div>
        ))}
        {axis.pauses.map((pause) => (
          <span class="gap" key={pause} style={{ left: percent(pause) }} />
        ))}
        <span class="playhead" style={{ left: percent(at) }} />
      </div>
      <div class="marks small second">
        <span>{digits(0)}</span>
        {axis.pauses.length > 0 && <span class="legend">{t("recordings.pause_mark")}</span>}
        <span>{digits(axis.length)}</span>
      </div>
    </div>
  );
}

function target(key: string, at: number, length: number): number | null {
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return at - STEP_MS;
    case "ArrowRight":
    case "ArrowUp":
      return at + STEP_MS;
    case "PageDown":
      return at - LEAP_MS;
    case "PageUp":
      return at + LEAP_MS;
    case "Home":
      return 0;
    case "End":
      return length;
    default:
      return null;
  }
}
