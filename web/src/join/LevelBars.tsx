import type { JSX } from "preact";
import { t } from "../words";
import type { LevelMeter } from "./level";

const BARS = [0.3, 0.42, 0.54, 0.66, 0.78, 0.9];

/** Six bars that move with the voice. */
export function LevelBars({ meter }: { meter: LevelMeter }): JSX.Element {
  const level = meter.level.value;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a <meter> cannot be drawn as six bars
    <span
      class="level"
      role="meter"
      aria-label={t("join.level")}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(level * 100)}
    >
      {BARS.map((bar) => (
        <span key={bar} class={level >= bar ? "bar on" : "bar"} />
      ))}
    </span>
  );
}
