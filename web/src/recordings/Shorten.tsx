import type { JSX, TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import { ask, errorWords } from "../api.ts";
import { wholeDays } from "../days.ts";
import { Button, Field, Notice } from "../ui/index.ts";
import { t, tn } from "../words.ts";

interface Props {
  readonly room: string;
  readonly days: number;
  readonly onChanged: () => void;
}

/** Either of the two may shorten how long recordings are kept, never lengthen it. A second press makes it so. */
export function Shorten({ room, days, onChanged }: Props): JSX.Element {
  const [wanted, setWanted] = useState(String(days));
  const [asked, setAsked] = useState<number | null>(null);
  const [wrong, setWrong] = useState("");
  async function submit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const n = wholeDays(wanted);
    if (n === null || n < 1 || n >= days) {
      setAsked(null);
      return setWrong(t("recordings.shorten_range", { most: days - 1 }));
    }
    setWrong("");
    if (asked !== n) return setAsked(n);
    try {
      await ask(`/api/rooms/${room}/retention`, { body: { days: n } });
      setAsked(null);
      onChanged();
    } catch (problem) {
      setWrong(errorWords(problem));
    }
  }
  return (
    <form class="shorten" noValidate onSubmit={(event) => void submit(event)}>
      <Field
        label={t("recordings.shorten")}
        hint={t("recordings.shorten_hint")}
        type="number"
        inputMode="numeric"
        min={1}
        max={days}
        value={wanted}
        error={wrong}
        end={t("common.days_unit")}
        onInput={(event) => {
          setWanted(event.currentTarget.value);
          setAsked(null);
        }}
      />
      {asked !== null && (
        <Notice kind="pause" role="status">
          {t("recordings.shorten_sure", { days: tn("common.days", asked) })}
        </Notice>
      )}
      <Button type="submit">{asked === null ? t("recordings.shorten_button") : t("recordings.shorten_again")}</Button>
    </form>
  );
}
