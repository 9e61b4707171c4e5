import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback } from "preact/hooks";
import { errorWords } from "../api.ts";
import { moment } from "../format.ts";
import { type Id, otherSeat } from "../protocol";
import type { Names } from "../sharing/layout";
import type { KeptSnapshot, Sharing } from "../sharing/types";
import { Button } from "../ui/index.ts";
import { t } from "../words";

interface Props {
  readonly sharing: Sharing;
  readonly names: Names;
}

/** Board, notes and topics as each of the last meetings left them, and the way back: an ordinary change, seen by both and
 * taken back with "Undo". */
export function Earlier({ sharing, names }: Props): JSX.Element {
  const kept = useSignal<readonly KeptSnapshot[] | null>(null);
  const going = useSignal<Id | null>(null);
  const trouble = useSignal("");
  const attempt = useCallback(
    async (what: () => Promise<void>) => {
      trouble.value = "";
      try {
        await what();
      } catch (failure) {
        trouble.value = errorWords(failure);
      }
    },
    [trouble],
  );
  const look = useCallback(
    () =>
      attempt(async () => {
        const all = await (await sharing.openWork()).kept();
        kept.value = [...all].sort((one, other) => other.madeMs - one.madeMs);
      }),
    [attempt, sharing, kept],
  );
  async function goBack(id: Id): Promise<void> {
    going.value = id;
    await attempt(async () => (await sharing.openWork()).goBack(id));
    going.value = null;
  }
  const waits = sharing.work.value?.waitsToForget.value && !sharing.partnerHere.value;
  return (
    <>
      {waits && (
        <p class="second small" role="status">
          {t("together.earlier.waits", { name: names.names[otherSeat(sharing.you)] })}
        </p>
      )}
      <details class="panel" onToggle={(event) => void (event.currentTarget.open && look())}>
        <summary>{t("together.earlier")}</summary>
        <p class="second small">{t("together.earlier.text")}</p>
        {trouble.value && <p role="alert">{trouble.value}</p>}
        {kept.value?.length === 0 && <p>{t("together.earlier.none")}</p>}
        <ul class="earlier">
          {kept.value?.map((one) => (
            <li key={one.id} class="row">
              <span>{wordsOf(one)}</span>
              <Button busy={going.value === one.id} onClick={() => void goBack(one.id)}>
                {t("together.earlier.go")}
              </Button>
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

const wordsOf = ({ meetingMs, madeMs }: KeptSnapshot): string =>
  meetingMs === null
    ? t("together.earlier.before", { moment: moment(madeMs) })
    : t("together.earlier.of", { moment: moment(meetingMs) });
