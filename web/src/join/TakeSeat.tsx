import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import words from "../../words/en/seat.json";
import { errorWords } from "../api.ts";
import { Button, Dialog } from "../ui/index.ts";
import { bring, t } from "../words";
import type { How, SeatBrowsers } from "./seat_browsers";

bring(words);

/** From which browser the seat is to be taken; `all`: from all others. */
export type From = { readonly id: string; readonly how: How } | "all";

interface Props {
  readonly browsers: SeatBrowsers;
  readonly from: From | null;
  /** `out`: how many it was; null: it was left as it is. */
  readonly onDone: (out: number | null) => void;
}

/** Says what happens before it does. */
export function TakeSeat({ browsers, from, onDone }: Props): JSX.Element {
  const busy = useSignal(false);
  const trouble = useSignal("");
  const all = from === "all";
  async function take(): Promise<void> {
    if (from === null) return;
    busy.value = true;
    trouble.value = "";
    try {
      onDone(await browsers.takeFrom(from === "all" ? null : from.id));
    } catch (failure) {
      trouble.value = t("seat.failed", { why: errorWords(failure) });
    } finally {
      busy.value = false;
    }
  }
  const leave = () => {
    trouble.value = "";
    onDone(null);
  };
  return (
    <Dialog
      title={t(all ? "seat.sure.all.title" : "seat.sure.title")}
      open={from !== null}
      onClose={leave}
      actions={
        <>
          <Button onClick={leave}>{t("seat.sure.no")}</Button>
          <Button kind="do" busy={busy.value} onClick={() => void take()}>
            {t("seat.sure.yes")}
          </Button>
        </>
      }
    >
      <p>{t(all ? "seat.sure.all.text" : "seat.sure.text")}</p>
      <p>{t(from !== "all" && from?.how === "approval" ? "seat.sure.approval" : "seat.sure.link")}</p>
      <p class="second small">{t("seat.sure.recordings")}</p>
      {trouble.value && <p role="alert">{trouble.value}</p>}
    </Dialog>
  );
}
