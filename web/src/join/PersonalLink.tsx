import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ApiError, errorWords } from "../api.ts";
import { remember, remembered } from "../meeting/memory";
import type { Id, Seat } from "../protocol";
import { Button } from "../ui/index.ts";
import { t } from "../words";
import { personalLink } from "./fragment";
import { newPersonalSecret } from "./requests";

/** The seat's personal link: to copy while this tab knows it; later a new one, and the old one ends. */
export function PersonalLink({ room, seat }: { room: Id; seat: Seat }): JSX.Element {
  const secret = useSignal(remembered(room).personal ?? null);
  const asking = useSignal(false);
  const trouble = useSignal("");
  const withoutNotes = useSignal(false);
  async function renew(): Promise<void> {
    asking.value = true;
    trouble.value = "";
    try {
      const { personal } = await newPersonalSecret(room, seat, withoutNotes.value);
      remember(room, { personal });
      secret.value = personal;
    } catch (failure) {
      trouble.value = errorWords(failure);
      // This browser cannot open the notes, so a new link could not either: pressed again, it is made all the same.
      withoutNotes.value = failure instanceof ApiError && failure.code === "notes_locked";
    } finally {
      asking.value = false;
    }
  }
  const again = (
    <Button busy={asking.value} onClick={() => void renew()}>
      {t(withoutNotes.value ? "join.personal.renew_without_notes" : "join.personal.renew")}
    </Button>
  );
  return (
    <div class="personal">
      <h3>{t("join.personal.title")}</h3>
      <p class="second small">{t(secret.value ? "join.personal.text" : "join.personal.later")}</p>
      <p class="second small">{t("join.personal.lost")}</p>
      {secret.value ? (
        <>
          <CopyLink link={personalLink(room, { seat, secret: secret.value })} />
          <details>
            <summary>{t("join.personal.known")}</summary>
            <p class="second small">{t("join.personal.known.text")}</p>
            {again}
          </details>
        </>
      ) : (
        <div>{again}</div>
      )}
      {trouble.value && <p role="alert">{trouble.value}</p>}
    </div>
  );
}

/** Copies the link; where the browser forbids that, shows it marked, to copy by hand. */
export function CopyLink({ link, close }: { link: string; close?: () => void }): JSX.Element {
  const state = useSignal<"" | "copied" | "by_hand">("");
  const field = useRef<HTMLInputElement>(null);
  const byHand = state.value === "by_hand";
  useEffect(() => {
    if (byHand) field.current?.select();
  }, [byHand]);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(link);
      state.value = "copied";
    } catch {
      state.value = "by_hand";
    }
  }
  return (
    <div class="copy">
      {byHand && <input class="code" ref={field} readOnly value={link} aria-label={t("join.personal.title")} />}
      <div class="row">
        <Button onClick={() => void copy()}>{t("join.personal.copy")}</Button>
        {close && <Button onClick={close}>{t("common.close")}</Button>}
        <p aria-live="polite" class="small">
          {state.value === "copied" ? t("common.copied") : byHand ? t("common.copy_by_hand") : ""}
        </p>
      </div>
    </div>
  );
}
