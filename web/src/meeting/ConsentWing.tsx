import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ConsentWords } from "../protocol";
import { Button } from "../ui/index.ts";
import { t } from "../words";
import { isAsked, partnerName } from "./derive";
import type { Meeting } from "./meeting";

/** What one reads before a yes, beside the partner's face. Neither answer is nearer than the other. */
export function ConsentWing({ meeting, words }: { meeting: Meeting; words: ConsentWords }): JSX.Element {
  const { consent, you } = meeting;
  const wing = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    wing.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const view = meeting.view.value;
  const asked = view !== null && isAsked(view, you);
  return (
    <section
      ref={wing}
      class="wing consent"
      role="dialog"
      aria-labelledby="consent-title"
      aria-describedby="consent-intro"
      tabIndex={-1}
      lang={words.language}
      onKeyDown={(event) => {
        if (event.key === "Escape") consent.putAside();
      }}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div class="words" tabIndex={0}>
        <h2 id="consent-title">{t("consent.title")}</h2>
        <div id="consent-intro">
          {view && asked && <p class="asks">{t("meeting.consent.asks", { name: partnerName(view, you) })}</p>}
          <p>{t("consent.intro")}</p>
        </div>
        <dl>
          {words.rows.map(([label, text]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </div>
      <div class="answers">
        <Button onClick={() => void consent.decline()}>{t("consent.no")}</Button>
        <Button onClick={() => void consent.agree()}>{t("consent.yes")}</Button>
      </div>
    </section>
  );
}
