/** What the views of a replay share. */
import type { JSX } from "preact";
import { digits } from "../../format.ts";
import { t } from "../../words.ts";
import type { Seat } from "../types.ts";
import type { Origin } from "./origins.ts";
import type { Moment, Replay } from "./replay.ts";

export interface Showing {
  readonly room: string;
  readonly replay: Replay;
  readonly moment: Moment;
  /** When it was recorded. */
  readonly now: number;
  readonly name: (seat: Seat) => string;
  /** To a place on the recording's axis. */
  readonly jump: (at: number) => void;
}

interface Props {
  readonly origin: Origin;
  readonly showing: Showing;
}

/** The place where something was written, to be gone to. Nothing for what is from before the recording. */
export function Jump({ origin, showing }: Props): JSX.Element | null {
  const { at, seat } = origin;
  if (at === null) return null;
  const words =
    seat === null ? t("recordings.replay.jump") : t("recordings.replay.jump_by", { name: showing.name(seat) });
  return (
    <button type="button" class={`written ${seat ?? ""}`} title={words} onClick={() => showing.jump(at)}>
      <span>{digits(at)}</span>
      <span class="heard">, {words}</span>
    </button>
  );
}
