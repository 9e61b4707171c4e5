import type { JSX, TargetedSubmitEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import { ApiError, ask, errorWords } from "../api.ts";
import { Button, Field, Notice } from "../ui/index.ts";
import { t } from "../words.ts";

const MIN_PASSWORD = 8;

/** Sets the admin's password with the one-time token from the address. */
export function SetupPage({ token }: { readonly token: string }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState("");
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  async function submit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setWrong("");
    setFailure("");
    if ([...password].length < MIN_PASSWORD) {
      setWrong(t("create.password_short", { n: MIN_PASSWORD }));
      field.current?.focus();
      return;
    }
    setBusy(true);
    try {
      await ask("/api/admin/setup", { body: { token, password } });
      location.assign("/admin");
    } catch (problem) {
      if (problem instanceof ApiError && problem.code === "weak_password") setWrong(errorWords(problem));
      else setFailure(errorWords(problem));
    } finally {
      setBusy(false);
    }
  }
  return (
    <div class="stack">
      <div>
        <h1>{t("admin.setup_title")}</h1>
        <p class="second">{t("admin.setup_text")}</p>
      </div>
      {token === "" ? (
        <Notice kind="pause">{t("admin.setup_no_token")}</Notice>
      ) : (
        <form class="panel" noValidate onSubmit={(event) => void submit(event)}>
          <Field
            label={t("admin.password")}
            hint={t("admin.setup_hint")}
            code
            autocomplete="new-password"
            inputRef={field}
            value={password}
            error={wrong}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
          {failure && (
            <Notice kind="pause" role="alert">
              {failure}
            </Notice>
          )}
          <Button kind="do" type="submit" wide busy={busy}>
            {t("admin.setup_button")}
          </Button>
        </form>
      )}
    </div>
  );
}
