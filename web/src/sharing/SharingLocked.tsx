import { useSignal } from "@preact/signals";
import type { JSX, TargetedSubmitEvent } from "preact";
import { useRef } from "preact/hooks";
import words from "../../words/en/sharing.json";
import { ask, errorWords } from "../api.ts";
import { Button, Field } from "../ui/index.ts";
import { bring, t } from "../words";
import type { Sharing } from "./types";

bring(words);

/** This browser holds the seat from before the room had what is shared: the password opens it, once. */
export function SharingLocked({ sharing }: { sharing: Sharing }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const password = useSignal("");
  const wrong = useSignal("");
  const busy = useSignal(false);
  async function submit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (busy.value) return;
    const given = password.value.trim();
    wrong.value = given ? "" : t("sharing.locked_missing");
    if (!given) {
      field.current?.focus();
      return;
    }
    busy.value = true;
    try {
      await ask(`/api/rooms/${sharing.room}/unlock`, { body: { password: given } });
      sharing.unlocked?.();
    } catch (problem) {
      wrong.value = errorWords(problem);
      field.current?.focus();
    } finally {
      busy.value = false;
    }
  }
  return (
    <form class="sharing-locked" noValidate onSubmit={(event) => void submit(event)}>
      <p>
        <strong>{t("sharing.locked_title")}</strong>
      </p>
      <p class="second">{t("sharing.locked_text")}</p>
      <Field
        label={t("sharing.locked_password")}
        hint={t("sharing.locked_hint")}
        code
        autocomplete="off"
        inputRef={field}
        value={password.value}
        error={wrong.value}
        onInput={(event) => {
          password.value = event.currentTarget.value;
        }}
      />
      <Button kind="do" type="submit" busy={busy.value}>
        {t("sharing.locked_open")}
      </Button>
    </form>
  );
}
