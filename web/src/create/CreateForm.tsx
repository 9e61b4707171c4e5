import { RefreshCw } from "lucide";
import type { JSX, TargetedSubmitEvent } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, ask, errorWords } from "../api.ts";
import { wholeDays } from "../days.ts";
import { Button, Check, Field, Notice, Radios } from "../ui/index.ts";
import { t } from "../words.ts";
import { type Draft, type Mistakes, mistakes, type Who } from "./rules.ts";

export interface Created {
  readonly room: string;
  readonly link: string;
  readonly personal: { readonly seat: string; readonly secret: string } | null;
}

interface Props {
  readonly needsCode: boolean;
  readonly keepDays: number;
  readonly longestDays: number;
  readonly onCreated: (created: Created, draft: Draft) => void;
}

/** Which field an error of the server belongs to; the others are told above the button. */
const fieldOf: Readonly<Record<string, keyof Mistakes>> = {
  weak_password: "password",
  wrong_code: "code",
  bad_retention: "days",
};

export function CreateForm({ needsCode, keepDays, longestDays, onCreated }: Props): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState<Draft>({
    title: "",
    password: "",
    days: String(Math.min(keepDays, longestDays)),
    downloads: true,
    seat: null,
    code: "",
  });
  const [wrong, setWrong] = useState<Mistakes>({});
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));

  const offer = useCallback(async (replace: boolean) => {
    try {
      const { password } = await ask<{ password: string }>("/api/password");
      setDraft((before) => (replace || before.password === "" ? { ...before, password } : before));
    } catch (problem) {
      // one can still type a password of one's own
      if (replace) setFailure(errorWords(problem));
    }
  }, []);
  useEffect(() => {
    void offer(false);
  }, [offer]);

  useEffect(() => {
    if (Object.keys(wrong).length > 0) {
      form.current?.querySelector<HTMLElement>("[aria-invalid], .radios.wrong input")?.focus();
    }
  }, [wrong]);

  async function submit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const found = mistakes(draft, { longestDays, needsCode });
    setWrong(found);
    setFailure("");
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      const body = {
        title: draft.title.trim(),
        password: draft.password.trim(),
        retention_days: wholeDays(draft.days),
        downloads: draft.downloads,
        seat: draft.seat,
        ...(needsCode ? { code: draft.code.trim() } : {}),
      };
      onCreated(await ask<Created>("/api/rooms", { body }), draft);
    } catch (problem) {
      const field = problem instanceof ApiError ? fieldOf[problem.code] : undefined;
      if (field) setWrong({ [field]: errorWords(problem) });
      else setFailure(errorWords(problem));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form ref={form} class="panel" aria-label={t("create.form")} noValidate onSubmit={(event) => void submit(event)}>
      <h2>{t("create.form")}</h2>
      {needsCode && (
        <Field
          label={t("create.code")}
          hint={t("create.code_hint")}
          code
          autocomplete="off"
          value={draft.code}
          error={wrong.code}
          onInput={(event) => change({ code: event.currentTarget.value })}
        />
      )}
      <Field
        label={t("create.room_title")}
        hint={t("create.room_title_hint")}
        maxLength={120}
        autocomplete="off"
        value={draft.title}
        error={wrong.title}
        onInput={(event) => change({ title: event.currentTarget.value })}
      />
      <WhoYouAre value={draft.seat} error={wrong.seat} onChange={(seat) => change({ seat })} />
      <Field
        label={t("create.password")}
        hint={t("create.password_hint")}
        code
        autocomplete="off"
        value={draft.password}
        error={wrong.password}
        onInput={(event) => change({ password: event.currentTarget.value })}
        beside={
          <Button kind="quiet" icon={RefreshCw} onClick={() => void offer(true)}>
            {t("create.password_new")}
          </Button>
        }
      />
      <Notice kind="pause">{t("create.password_lost")}</Notice>
      <Field
        label={t("create.days")}
        hint={t("create.days_hint", { longest: longestDays })}
        type="number"
        inputMode="numeric"
        min={1}
        max={longestDays}
        value={draft.days}
        error={wrong.days}
        end={t("common.days_unit")}
        onInput={(event) => change({ days: event.currentTarget.value })}
      />
      <Check
        label={t("create.downloads")}
        hint={t("create.downloads_hint")}
        checked={draft.downloads}
        onChange={(downloads) => change({ downloads })}
      />
      {failure && (
        <Notice kind="pause" role="alert">
          {failure}
        </Notice>
      )}
      <Button kind="do" type="submit" wide busy={busy}>
        {t("create.submit")}
      </Button>
    </form>
  );
}

interface WhoProps {
  readonly value: Who | null;
  readonly error: string | undefined;
  readonly onChange: (seat: Who) => void;
}

function WhoYouAre({ value, error, onChange }: WhoProps): JSX.Element {
  return (
    <Radios
      legend={t("create.who")}
      name="seat"
      value={value}
      error={error}
      onChange={onChange}
      choices={[
        { value: "mentor", label: t("common.mentor"), hint: t("create.who_mentor") },
        { value: "mentee", label: t("common.mentee"), hint: t("create.who_mentee") },
        { value: "neither", label: t("create.who_neither"), hint: t("create.who_neither_hint") },
      ]}
    >
      {value === "neither" && <p class="second small">{t("create.who_neither_more")}</p>}
    </Radios>
  );
}
