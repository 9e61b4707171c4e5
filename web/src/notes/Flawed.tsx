import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button, Notice } from "../ui/index.ts";
import { t } from "../words.ts";
import type { Flaw } from "./body.ts";

interface Props {
  readonly flaw: Flaw;
  readonly text: () => string;
  /** Makes it a note of plain text, for both; null where nothing may be changed. */
  readonly onKeep: (() => void) | null;
}

/** In the place of a note that cannot be edited as it is: why, its words, and the way out. */
export function Flawed({ flaw, text, onKeep }: Props): JSX.Element {
  const [shown, setShown] = useState<string | null>(null);
  return (
    <div class="flawed">
      <Notice kind="pause" role="status">
        <p>{flaw === "too_long" || flaw === "too_deep" ? t("notes.flaw_size") : t("notes.flaw_unknown")}</p>
        <div class="row">
          {shown === null && <Button onClick={() => setShown(text())}>{t("notes.show_plain")}</Button>}
          {onKeep !== null && <Button onClick={onKeep}>{t("notes.keep_plain")}</Button>}
        </div>
      </Notice>
      {shown !== null && (
        <section class="plain-text" aria-label={t("notes.plain")}>
          {shown === "" ? <p class="second">{t("notes.plain_empty")}</p> : <pre>{shown}</pre>}
        </section>
      )}
    </div>
  );
}
