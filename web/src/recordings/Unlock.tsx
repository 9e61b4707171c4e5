import type { JSX, TargetedSubmitEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask, errorWords } from "../api.ts";
import { Brand, Button, Field } from "../ui/index.ts";
import { t } from "../words.ts";

interface Props {
  readonly room: string;
  readonly onOpen: () => void;
}

/** Asks for the room's password; the same for every room, also for one that does not exist. */
export function Unlock({ room, onOpen }: Props): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  async function submit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (busy) return;
    if (password.trim() === "") {
      setWrong(t("recordings.password_missing"));
      field.current?.focus();
      return;
    }
    setBusy(true);
    setWrong("");
    try {
      await ask(`/api/rooms/${room}/unlock`, { body: { password: password.trim() } });
      onOpen();
    } catch (problem) {
      setWrong(errorWords(problem));
      field.current?.focus();
    } finally {
      setBusy(false);
    }
  }
  return (
    <div class="unlock">
      <header class="head">
        <Brand />
      </header>
      <main>
        <form class="panel" noValidate onSubmit={(event) => void submit(event)}>
          <h1>{t("recordings.unlock_title")}</h1>
          <p class="second">{t("recordings.unlock_text")}</p>
          <Field
            label={t("recordings.password")}
            hint={t("recordings.password_hint")}
            code
            autocomplete="off"
            inputRef={field}
            value={password}
            error={wrong}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
          <Button kind="do" type="submit" wide busy={busy}>
            {t("recordings.unlock")}
          </Button>
          <a href={`/r/${room}`}>{t("recordings.to_meeting")}</a>
        </form>
      </main>
    </div>
  );
}
