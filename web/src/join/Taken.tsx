import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Seat } from "../protocol";
import { otherSeat } from "../protocol";
import { Button } from "../ui/index.ts";
import { type Key, t } from "../words";
import type { Step } from "./state";

interface Props {
  readonly step: Exclude<Step, { kind: "form" | "sending" | "agenda" }>;
  readonly choose: (seat: Seat) => void;
  readonly continueHere: (seat: Seat) => void;
  readonly back: () => void;
}

/** The right password, but the seat is somebody's: kindly, and with a way on for the one it belongs to. */
export function Taken({ step, choose, continueHere, back }: Props): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const title = t(titleOf(step));
  useEffect(() => {
    if (title) heading.current?.focus(); // another answer is another heading to read
  }, [title]);
  return (
    <section class="stack taken" aria-label={title}>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <div role="status" class="stack">
        {sentences(step).map((key) => (
          <p key={key}>{t(key)}</p>
        ))}
      </div>
      <div class="row">
        <Ways step={step} choose={choose} continueHere={continueHere} back={back} />
      </div>
    </section>
  );
}

function titleOf(step: Props["step"]): Key {
  switch (step.kind) {
    case "taken":
      return step.seat === "mentor" ? "join.taken.mentor" : "join.taken.mentee";
    case "full":
      return "join.full.title";
    case "asking":
      return "join.asking.title";
    case "refused":
      return "join.refused.title";
    case "lapsed":
      return "join.lapsed.title";
  }
}

function sentences(step: Props["step"]): Key[] {
  switch (step.kind) {
    case "taken":
      return [step.partnerHere ? "join.taken.partner_here" : "join.taken.partner_away"];
    case "full":
      return ["join.full.text", step.partnerHere ? "join.full.partner_here" : "join.taken.partner_away"];
    case "asking":
      return ["join.asking.text"];
    case "refused":
      return ["join.refused.text"];
    case "lapsed":
      return ["join.lapsed.text"];
  }
}

function Ways({ step, choose, continueHere, back }: Props): JSX.Element {
  switch (step.kind) {
    case "taken": {
      const other = otherSeat(step.seat);
      return (
        <>
          <Button kind="do" onClick={() => continueHere(step.seat)}>
            {t("join.taken.continue")}
          </Button>
          {step.otherFree && (
            <Button onClick={() => choose(other)}>
              {t(other === "mentor" ? "join.taken.i_am.mentor" : "join.taken.i_am.mentee")}
            </Button>
          )}
          <Button kind="quiet" onClick={back}>
            {t("join.back")}
          </Button>
        </>
      );
    }
    case "full":
      return (
        <>
          {step.partnerHere && (
            <>
              <Button onClick={() => continueHere("mentor")}>{t("join.full.am_mentor")}</Button>
              <Button onClick={() => continueHere("mentee")}>{t("join.full.am_mentee")}</Button>
            </>
          )}
          <Button kind="quiet" onClick={back}>
            {t("join.back")}
          </Button>
        </>
      );
    case "asking":
      return <Button onClick={back}>{t("common.cancel")}</Button>;
    case "refused":
    case "lapsed":
      return (
        <>
          <Button kind="do" onClick={() => continueHere(step.seat)}>
            {t("join.ask_again")}
          </Button>
          <Button kind="quiet" onClick={back}>
            {t("join.back")}
          </Button>
        </>
      );
  }
}
