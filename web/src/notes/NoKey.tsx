import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError, errorWords } from "../api.ts";
import type { Work } from "../sharing/types.ts";
import { Button, Dialog, Notice } from "../ui/index.ts";
import { t } from "../words.ts";

/** Private notes this browser has no key for: the personal link brings them back. Where that is lost too, they can be given
 * up and begun anew, with a second press. */
export function NoKey({ sharing }: { readonly sharing: Work }): JSX.Element {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const close = () => setAsking(false);
  async function begin(): Promise<void> {
    setBusy(true);
    setTrouble("");
    try {
      await sharing.beginNotesAnew();
    } catch (failure) {
      const wanted = failure instanceof ApiError && failure.code === "link_wanted";
      setTrouble(wanted ? t("notes.anew.link_wanted") : errorWords(failure));
      setBusy(false);
    }
    close();
  }
  return (
    <Notice kind="pause">
      <p role="status">{t("notes.no_key")}</p>
      <p>{t("notes.anew.why")}</p>
      {trouble && (
        <p class="mistake" role="alert">
          {trouble}
        </p>
      )}
      <div class="row">
        <Button onClick={() => setAsking(true)}>{t("notes.anew")}</Button>
      </div>
      <Dialog
        title={t("notes.anew.title")}
        open={asking}
        onClose={close}
        actions={
          <>
            <Button onClick={close}>{t("notes.anew.not_yet")}</Button>
            <Button busy={busy} onClick={() => void begin()}>
              {t("notes.anew.give_up")}
            </Button>
          </>
        }
      >
        <p>{t("notes.anew.text")}</p>
      </Dialog>
    </Notice>
  );
}
