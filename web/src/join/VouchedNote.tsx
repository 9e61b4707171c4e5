import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import words from "../../words/en/seat.json";
import { errorWords } from "../api.ts";
import { lately } from "../format.ts";
import { Button, Notice } from "../ui/index.ts";
import { bring, t } from "../words";
import type { SeatBrowsers, Vouched } from "./seat_browsers";
import { TakeSeat } from "./TakeSeat";

bring(words);

interface Props {
  readonly browsers: SeatBrowsers;
  readonly vouched: Vouched;
  /** It was somebody else, and the seat is taken from them. */
  readonly onOut: () => void;
}

/** The partner said it was this person, in another browser: was it? It stays until one of the seat's own has answered. */
export function VouchedCard({ browsers, vouched, onOut }: Props): JSX.Element {
  const sure = useSignal(false);
  const busy = useSignal(false);
  const trouble = useSignal("");
  async function know(): Promise<void> {
    busy.value = true;
    trouble.value = "";
    try {
      await browsers.know(vouched.browser);
    } catch (failure) {
      trouble.value = t("seat.failed", { why: errorWords(failure) });
    } finally {
      busy.value = false;
    }
  }
  return (
    <>
      <Notice kind="pause" role="status">
        <p>
          <strong>{t("seat.vouched.title")}</strong>
        </p>
        <p>{t(vouched.holds ? "seat.vouched.text" : "seat.vouched.gone", { moment: lately(vouched.at_ms) })}</p>
        {trouble.value && <p class="mistake small">{trouble.value}</p>}
        <div class="row">
          <Button busy={busy.value} onClick={() => void know()}>
            {t(vouched.holds ? "seat.vouched.me" : "seat.vouched.fine")}
          </Button>
          {vouched.holds && (
            <Button
              onClick={() => {
                sure.value = true;
              }}
            >
              {t("seat.vouched.not_me")}
            </Button>
          )}
        </div>
      </Notice>
      <TakeSeat
        browsers={browsers}
        from={sure.value ? { id: vouched.browser, how: "approval" } : null}
        onDone={(out) => {
          sure.value = false;
          if (out !== null) onOut();
        }}
      />
    </>
  );
}
