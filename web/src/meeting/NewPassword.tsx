import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { ApiError, errorWords } from "../api.ts";
import { offeredPassword, ownPassword, unlock } from "../join/requests";
import type { Id, Seat } from "../protocol";
import { Button, Check, Field } from "../ui/index.ts";
import { t } from "../words";

interface Props {
  readonly room: Id;
  readonly seat: Seat;
  readonly label: string;
  /** Whether this person's other browsers may lose the seat with it. */
  readonly othersOut?: boolean;
}

/** Another password for the room. Who does it must have proved the present one in the last twelve hours: else it is asked for. */
export function NewPassword({ room, seat, label, othersOut = false }: Props): JSX.Element {
  const password = useSignal("");
  const before = useSignal<string | null>(null);
  const out = useSignal(false);
  const trouble = useSignal<{ about: "password" | "before"; words: string } | null>(null);
  const busy = useSignal(false);
  const done = useSignal(false);
  useEffect(() => {
    offeredPassword().then(
      (offer) => {
        password.value ||= offer.password;
      },
      () => undefined,
    );
  }, [password]);
  async function save(): Promise<void> {
    if (before.value !== null) await unlock(room, before.value);
    await ownPassword(room, seat, password.value, out.value);
  }
  async function press(event: Event): Promise<void> {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    done.value = false;
    try {
      await save();
      trouble.value = null;
      before.value = null;
      done.value = true;
    } catch (failure) {
      const code = failure instanceof ApiError ? failure.code : "";
      if (code === "password_needed") before.value ??= "";
      const about = code === "password_needed" || code === "wrong_password" ? "before" : "password";
      trouble.value = { about, words: errorWords(failure) };
    } finally {
      busy.value = false;
    }
  }
  const wrong = (about: "password" | "before") => (trouble.value?.about === about ? trouble.value.words : null);
  return (
    <form class="stack" onSubmit={(event) => void press(event)} noValidate>
      <Field
        label={label}
        code
        autocomplete="off"
        value={password.value}
        error={wrong("password")}
        hint={t("meeting.own_password.hint")}
        onInput={(event) => {
          password.value = event.currentTarget.value;
        }}
      />
      {before.value !== null && (
        <Field
          label={t("meeting.new_password.before")}
          code
          autocomplete="off"
          value={before.value}
          error={wrong("before")}
          onInput={(event) => {
            before.value = event.currentTarget.value;
          }}
        />
      )}
      {othersOut && (
        <Check
          label={t("meeting.new_password.others_out")}
          hint={t("meeting.new_password.others_out.hint")}
          checked={out.value}
          onChange={(checked) => {
            out.value = checked;
          }}
        />
      )}
      <Button kind="do" type="submit" busy={busy.value}>
        {t("meeting.own_password.save")}
      </Button>
      <p role="status">{done.value ? t("meeting.new_password.done") : ""}</p>
    </form>
  );
}
