import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback } from "preact/hooks";
import { errorWords } from "../api.ts";
import { moment } from "../format.ts";
import type { Id } from "../protocol";
import type { Names } from "../sharing/layout";
import type { KeptSnapshot, Work } from "../sharing/types";
import { Button } from "../ui/index.ts";
import { t } from "../words";

interface Props {
  readonly sharing: Work;
  readonly names: Names;
}

/** The states of board, notes and topics that are kept, one a meeting, and the way back to each: an ordinary change, seen
 * by both and taken back with "Undo". */
export function Earlier({ sharing, names }: Props): JSX.Element {
  const kept = useSignal<readonly KeptSnapshot[] | null>(null);
  const going = useSignal<Id | null>(null);
  const trouble = useSignal("");
  const look = useCallback(
    async (open: boolean) => {
      if (!open) return;
      trouble.value = "";
      try {
        kept.value = [...(await sharing.kept())].sort((a, b) => b.madeMs - a.madeMs);
      } catch (failure) {
        trouble.value = errorWords(failure);
      }
    },
    [sharing, kept, trouble],
  );
  async function goBack(id: Id): Promise<void> {
    going.value = id;
    trouble.value = "";
    try {
      await sharing.goBack(id);
    } catch (failure) {
      trouble.value = errorWords(failure);
    } finally {
      going.value = null;
    }
  }
  return (
    <details class="panel" onToggle={(event) => void look(event.currentTarget.open)}>
      <summary>{t("together.earlier")}</summary>
      <p class="second small">{t("together.earlier.text")}</p>
      {trouble.value && <p role="alert">{trouble.value}</p>}
      {kept.value?.length === 0 && <p>{t("together.earlier.none")}</p>}
      <ul class="earlier">
        {kept.value?.map(({ id, madeMs, by }) => (
          <li key={id} class="row">
            <span>{t("together.earlier.of", { moment: moment(madeMs), name: names.names[by] })}</span>
            <Button busy={going.value === id} onClick={() => void goBack(id)}>
              {t("together.earlier.go")}
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
