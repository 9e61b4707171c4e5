import type { JSX } from "preact";
import type { Meeting } from "../meeting/meeting";
import type { Seat } from "../protocol";
import { Icon } from "../ui/index.ts";
import { t } from "../words";
import "./gestures.css";
import { iconOf } from "./signs";

/** The signs of one seat, rising over that person's picture. A screen reader hears of them elsewhere. */
export function Floating({ meeting, seat }: { meeting: Meeting; seat: Seat }): JSX.Element {
  const signs = meeting.gestures.floating.value.filter((it) => it.seat === seat);
  return (
    <div class={`signs ${seat}`} aria-hidden="true">
      {signs.map(({ id, kind }) => (
        <span key={id} class="sign" data-kind={kind}>
          <Icon icon={iconOf(kind)} size={28} />
          <span class="word">{t(`gestures.kind.${kind}`)}</span>
        </span>
      ))}
    </div>
  );
}
