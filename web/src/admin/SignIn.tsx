import type { JSX, TargetedSubmitEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import { ApiError, ask, errorWords } from "../api.ts";
import { Button, Field, Notice } from "../ui/index.ts";
import { t } from "../words.ts";

interface Props {
  /** Whether an admin's password has been set at all. */
  readonly setUp: boolean;
  readonly onSignedIn: () => void;
}

export function SignIn({ setUp, onSignedIn }: Props): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  async function submit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setWrong("");
    try {
      if (password === "") setWrong(t("admin.password_missing"));
      else {
        await ask("/api/admin/sign-in", { body: { password } });
        onSignedIn();
        return;
      }
    } catch (problem) {
      const code = problem instanceof ApiError ? problem.code : "";
      setWrong(code === "wrong_password" ? t("admin.wrong_password") : errorWords(problem));
    } finally {
      setBusy(false);
    }
    field.current?.focus();
  }
  return (
    <div class="sign-in stack">
      <div>
        <h1>{t("admin.title")}</h1>
        <p class="second">{t("admin.cannot_watch")}</p>
      </div>
      {!setUp && <Notice kind="calm">{t("admin.not_set_up")}</Notice>}
      <form class="panel" noValidate onSubmit={(event) => void submit(event)}>
        <Field
          label={t("admin.password")}
          hint={t("admin.password_lost")}
          type="password"
          autocomplete="current-password"
          inputRef={field}
          value={password}
          error={wrong}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
        <Button kind="do" type="submit" wide busy={busy}>
          {t("admin.sign_in")}
        </Button>
      </form>
    </div>
  );
}
