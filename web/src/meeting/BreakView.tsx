import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { clock as clockTime, digits } from "../format.ts";
import type { BreakView as Pause } from "../protocol";
import { otherSeat } from "../protocol";
import { Button } from "../ui/index.ts";
import { t } from "../words";
import { partnerName } from "./derive";
import type { Meeting } from "./meeting";

interface Props {
  readonly meeting: Meeting;
  readonly pause: Pause;
  readonly onLeave: () => void;
}

/** The room at dusk: the sun sinks as the time passes, and is gone at its end. Nobody is thrown out. */
export function BreakView({ meeting, pause, onLeave }: Props): JSX.Element {
  const digitsAt = useRef<HTMLHeadingElement>(null);
  useEffect(() => digitsAt.current?.focus(), []);
  const left = pause.until_ms === null ? 0 : Math.max(0, pause.until_ms - meeting.now.value);
  const over = pause.state === "over" || left === 0;
  const sun = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const until = meeting.view.value?.pause?.until_ms ?? 0;
    const part = Math.min(1, Math.max(0, (until - meeting.now.value) / (pause.minutes * 60_000)));
    sun.current?.style.setProperty("--left", String(part));
  });
  useFlashingTitle(over, meeting.view.value?.title ?? "");
  const view = meeting.view.value;
  const iAmBack = pause.back.includes(meeting.you);
  const theyAreBack = pause.back.includes(otherSeat(meeting.you));
  const name = view ? partnerName(view, meeting.you) : "";
  return (
    <div class={over ? "dusk over" : "dusk"}>
      <div class="sky" aria-hidden="true">
        <div class="sun" ref={sun} />
      </div>
      <section class="rest" aria-label={t("break.title")}>
        <h1 tabIndex={-1} ref={digitsAt} class={over ? "" : "countdown"}>
          {over ? (
            t("break.over")
          ) : (
            <>
              <span class="digits" role="timer">
                {digits(left + 999)}
              </span>{" "}
              <span class="back-at">{t("break.back_at", { time: clockTime(pause.until_ms ?? 0) })}</span>
            </>
          )}
        </h1>
        <p>{t(over ? "break.over.text" : "break.text")}</p>
        <div class="row">
          {iAmBack ? (
            <p class="said">{t("break.you_are_back")}</p>
          ) : (
            <Button kind="do" onClick={() => meeting.send({ type: "break_back" })}>
              {t("break.back")}
            </Button>
          )}
          <Button onClick={() => meeting.send({ type: "break_more", minutes: 2 })}>{t("break.more")}</Button>
          <Button kind="quiet" onClick={onLeave}>
            {t("meeting.leave")}
          </Button>
        </div>
        <p aria-live="polite" class="small">
          {t(theyAreBack ? "break.partner_back" : "break.partner_away", { name })}
        </p>
      </section>
    </div>
  );
}

/** The tab's title calls softly while the break is over; with reduced motion it only changes once. */
function useFlashingTitle(over: boolean, title: string): void {
  useEffect(() => {
    if (!over) return;
    const before = document.title;
    let calls = true;
    document.title = t("break.over");
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const timer = still
      ? undefined
      : setInterval(() => {
          calls = !calls;
          document.title = calls ? t("break.over") : title || before;
        }, 1000);
    return () => {
      clearInterval(timer);
      document.title = title || before;
    };
  }, [over, title]);
}
