import type { JSX, TargetedSubmitEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask, errorWords } from "../api.ts";
import { Button, Field, Notice } from "../ui/index.ts";
import { t, tn } from "../words.ts";
import { isPolicy, type Mistakes, MOST_DAYS, promise, read, shrinking } from "./forecast.ts";
import type { AdminState } from "./types.ts";

interface Props {
  readonly state: AdminState;
  readonly onSaved: () => Promise<void>;
}

interface Saved {
  readonly rooms: number;
  readonly recordings: number;
}

/** "Keep recordings for" and "Longest a room may choose", with what they would mean, before "Save". */
export function Retention({ state, onSaved }: Props): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const [days, setDays] = useState(String(state.policy.days));
  const [longest, setLongest] = useState(String(state.policy.longest_days));
  const [told, setTold] = useState<Mistakes>({});
  const [outcome, setOutcome] = useState<{ kind: "good" | "pause"; words: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const typed = read(days, longest);
  const policy = isPolicy(typed) ? typed : null;
  const warnings = policy ? shrinking(policy, state.policy, state.counts, state.now_ms) : [];

  async function save(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setOutcome(null);
    setTold(isPolicy(typed) ? {} : typed);
    if (policy === null) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
      return;
    }
    setBusy(true);
    try {
      const saved = await ask<Saved>("/api/admin/retention", { method: "PUT", body: policy });
      setOutcome({ kind: "good", words: savedWords(saved) });
      await onSaved();
    } catch (problem) {
      setOutcome({ kind: "pause", words: errorWords(problem) });
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      ref={form}
      class="panel"
      aria-label={t("admin.retention")}
      noValidate
      onSubmit={(event) => void save(event)}
      onInput={() => setOutcome(null)}
    >
      <div class="pair">
        <Days label={t("admin.days")} value={days} error={told.days} onInput={setDays} />
        <Days label={t("admin.longest")} value={longest} error={told.longest} onInput={setLongest} />
      </div>
      <div class="forecast" aria-live="polite">
        {policy && <Dates policy={policy} now={state.now_ms} />}
        {warnings.length > 0 && (
          <Notice kind="pause">
            {warnings.map((words) => (
              <p key={words}>{words}</p>
            ))}
          </Notice>
        )}
      </div>
      {outcome && (
        <Notice kind={outcome.kind} role={outcome.kind === "good" ? "status" : "alert"}>
          {outcome.words}
        </Notice>
      )}
      <div>
        <Button kind="do" type="submit" busy={busy}>
          {t("admin.save")}
        </Button>
      </div>
    </form>
  );
}

interface DaysProps {
  readonly label: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onInput: (text: string) => void;
}

function Days({ label, value, error, onInput }: DaysProps): JSX.Element {
  return (
    <Field
      label={label}
      type="number"
      inputMode="numeric"
      min={1}
      max={MOST_DAYS}
      value={value}
      error={error}
      end={t("common.days_unit")}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}

function Dates({
  policy,
  now,
}: {
  readonly policy: { days: number; longest_days: number };
  readonly now: number;
}): JSX.Element {
  const dates = promise(policy, now);
  return (
    <div class="notice good">
      <p>
        {t("admin.promise_before")} <strong>{dates.day}</strong>. {t("admin.promise_between")}{" "}
        <strong>{dates.longest}</strong>.
      </p>
    </div>
  );
}

function savedWords(saved: Saved): string {
  if (saved.recordings > 0) {
    return t("admin.saved_shortened", { recordings: tn("admin.recordings_count", saved.recordings) });
  }
  return t("admin.saved");
}
