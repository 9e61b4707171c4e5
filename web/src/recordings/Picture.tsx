import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../words.ts";
import type { Engine } from "./engine.ts";
import type { Seat } from "./types.ts";

interface Props {
  readonly engine: Engine;
  readonly seat: Seat;
  readonly name: string;
}

/** One person: the picture of the part that runs now, or a card with the name where there is only a voice. */
export function Picture({ engine, seat, name }: Props): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const part = engine.showing[seat].value;
  useEffect(() => {
    const deck = engine.deckOf(seat);
    if (part?.video) frame.current?.replaceChildren(deck.video);
    else frame.current?.replaceChildren();
  }, [engine, seat, part]);
  return (
    <figure class={`picture ${seat}`} aria-label={name}>
      <div class="frame" ref={frame} />
      {!part?.video && (
        <div class="card">
          <span class="initial" aria-hidden="true">
            {[...name][0]}
          </span>
          <span>{part === null ? t("recordings.nothing_here") : t("recordings.voice_only")}</span>
        </div>
      )}
      <figcaption class="plate">{name}</figcaption>
    </figure>
  );
}
