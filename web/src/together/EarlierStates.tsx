import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useEffect } from "preact/hooks";
import words from "../../words/en/earlier.json";
import { errorWords } from "../api.ts";
import { moment } from "../format.ts";
import type { Id } from "../protocol";
import type { KeptSnapshot, Sharing } from "../sharing/types";
import { Button } from "../ui/index.ts";
import { bring, t } from "../words";

bring(words);

/** Board, notes and topics as each of the last meetings left them, and the way back: an ordinary change, seen by both and
 * taken back with "Undo". */
export function EarlierStates({ sharing }: { sharing: Sharing }): JSX.Element {
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
  useEffect(() => void look(), [look]);
  return (
    <>
      <p class="second small">{t("earlier.text")}</p>
      {trouble.value && <p role="alert">{trouble.value}</p>}
      {kept.value?.length === 0 && <p>{t("earlier.none")}</p>}
      <ul class="earlier">
        {kept.value?.map((one) => (
          <li key={one.id} class="row">
            <span>{wordsOf(one)}</span>
            <Button busy={going.value === one.id} onClick={() => void goBack(one.id)}>
              {t("earlier.go")}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

const wordsOf = ({ meetingMs, madeMs }: KeptSnapshot): string =>
  meetingMs === null ? t("earlier.before", { moment: moment(madeMs) }) : t("earlier.of", { moment: moment(meetingMs) });
