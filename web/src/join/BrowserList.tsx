import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import texts from "../../words/en/seat.json";
import { errorWords } from "../api.ts";
import { lately } from "../format.ts";
import { Button } from "../ui/index.ts";
import { bring, t, tn } from "../words";
import type { Holder, SeatBrowsers } from "./seat_browsers";
import { type From, TakeSeat } from "./TakeSeat";
import "./browsers.css";

bring(texts);

/** Which browsers have one's seat: how each came to it and when, and the way to take it from the others. */
export function BrowserList({ browsers }: { browsers: SeatBrowsers }): JSX.Element {
  const from = useSignal<From | null>(null);
  const done = useSignal("");
  const trouble = useSignal("");
  const said = useRef<HTMLParagraphElement>(null);
  const words = done.value;
  useEffect(() => {
    if (!words) return;
    // The button that was pressed is gone; a dialog that closes gives the focus back to it first.
    const timer = setTimeout(() => said.current?.focus());
    return () => clearTimeout(timer);
  }, [words]);
  useEffect(() => {
    browsers.refresh().catch((failure: unknown) => {
      trouble.value = errorWords(failure);
    });
  }, [browsers, trouble]);
  const told = browsers.told.value;
  const others = told?.browsers.filter((one) => !one.this).length ?? 0;
  return (
    <div class="stack browsers">
      {trouble.value && <p role="alert">{trouble.value}</p>}
      {told && <p class="second small">{t(introOf(told.link_wanted, others))}</p>}
      <ul>
        {told?.browsers.map((one) => (
          <One
            key={one.id}
            one={one}
            onTake={() => {
              from.value = one;
            }}
          />
        ))}
      </ul>
      {others > 1 && (
        <div>
          <Button
            onClick={() => {
              from.value = "all";
            }}
          >
            {t("seat.take_all")}
          </Button>
        </div>
      )}
      <p role="status" class="small" tabIndex={-1} ref={said}>
        {words}
      </p>
      <TakeSeat
        browsers={browsers}
        from={from.value}
        onDone={(out) => {
          from.value = null;
          done.value = out === null ? "" : out === 0 ? t("seat.taken.none") : tn("seat.taken", out);
        }}
      />
    </div>
  );
}

function introOf(linkWanted: boolean, others: number): "seat.link_wanted" | "seat.text" | "seat.alone" {
  if (linkWanted) return "seat.link_wanted";
  return others > 0 ? "seat.text" : "seat.alone";
}

function One({ one, onTake }: { one: Holder; onTake: () => void }): JSX.Element {
  const moment = lately(one.since_ms);
  const more = [
    ...(one.used_ms - one.since_ms >= 60_000 ? [t("seat.used", { moment: lately(one.used_ms) })] : []),
    ...(one.here && !one.this ? [t("seat.here")] : []),
  ];
  return (
    <li class="row">
      <p>
        <strong>{t(one.this ? "seat.this" : "seat.other")}</strong>
        <span class="second small">{[t(`seat.how.${one.how}`, { moment }), ...more].join(" · ")}</span>
      </p>
      {!one.this && (
        <Button aria-label={t("seat.take.name", { moment })} onClick={onTake}>
          {t("seat.take")}
        </Button>
      )}
    </li>
  );
}
