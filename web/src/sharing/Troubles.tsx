import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import words from "../../words/en/sharing.json";
import { errorWords } from "../api.ts";
import { otherSeat } from "../protocol";
import { Button, Notice } from "../ui/index.ts";
import { bring, type Key, known, t, tn } from "../words";
import type { Names } from "./layout";
import { SharingLocked } from "./SharingLocked";
import type { Bounded, Sharing, Trouble } from "./types";

bring(words);

interface Props {
  readonly sharing: Sharing;
  readonly names: Names;
  /** Only what concerns these; all where it is left out. */
  readonly journals?: readonly Bounded[];
  /** Only what asks or warns: the page tells of the line and the seat elsewhere. */
  readonly bare?: boolean;
}

/** Shorter gaps are not worth a word. */
const QUIET_MS = 3000;
/** What may wait until somebody looks; the rest is said to screen readers at once. */
const CALM = new Set(["went_back", "partner_went_back", "filling", "storage_missing"]);

/** What people must know about what they make together, as calm notices, each with the ways out of it. */
export function Troubles({ sharing, names, journals, bare = false }: Props): JSX.Element {
  const shown = useComputed(() => sharing.troubles.value.filter((one) => journals?.includes(one.journal) ?? true));
  const { phase } = sharing;
  return (
    <>
      {!bare && phase.value === "locked" && <SharingLocked sharing={sharing} />}
      {!bare && phase.value === "ended" && (
        <Notice kind="pause" role="status">
          <p>{t("sharing.ended")}</p>
          <p>
            <a href={`/r/${sharing.room}`}>{t("sharing.ended_join")}</a>
          </p>
        </Notice>
      )}
      {!bare && phase.value === "waiting" && <LineDown sharing={sharing} />}
      {shown.value.map((trouble) => (
        <One key={`${trouble.code}/${trouble.journal}`} {...{ sharing, names, trouble }} />
      ))}
    </>
  );
}

function LineDown({ sharing }: Pick<Props, "sharing">): JSX.Element | null {
  const long = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      long.value = true;
    }, QUIET_MS);
    return () => clearTimeout(timer);
  }, [long]);
  if (!long.value) return null;
  const unsent = sharing.unsent.value;
  return (
    <Notice kind="pause" role="status">
      <p>{unsent > 0 ? tn("sharing.waiting_unsent", unsent) : t("sharing.waiting")}</p>
    </Notice>
  );
}

function One({ sharing, names, trouble }: Pick<Props, "sharing" | "names"> & { trouble: Trouble }): JSX.Element | null {
  const busy = useSignal<string | null>(null);
  const failed = useSignal("");
  const key = `sharing.${trouble.code}`;
  if (!known(key)) return null;
  const answer = async (choice: string) => {
    busy.value = choice;
    failed.value = "";
    try {
      await sharing.choose?.(trouble, choice);
    } catch (error) {
      failed.value = t("sharing.failed", { why: errorWords(error) });
    } finally {
      busy.value = null;
    }
  };
  const choices = (trouble.choices ?? []).filter((choice) => known(`${key}.${choice}`));
  return (
    <Notice kind={CALM.has(trouble.code) ? "calm" : "pause"} role="status">
      <p>{t(key, valuesOf(trouble, names.names[otherSeat(sharing.you)]))}</p>
      {failed.value && <p class="mistake small">{failed.value}</p>}
      {choices.length > 0 && (
        <p class="row">
          {choices.map((choice) => (
            <Button key={choice} busy={busy.value === choice} onClick={() => void answer(choice)}>
              {t(`${key}.${choice}` as Key)}
            </Button>
          ))}
        </p>
      )}
    </Notice>
  );
}

/** The numbers and names in a trouble's words. */
export function valuesOf({ journal, values = {} }: Trouble, name: string): Record<string, string | number> {
  const [whole, shapes, letters, n] = ["whole", "shapes", "letters", "n"].map((key) => Number(values[key] ?? 0));
  const lost = whole
    ? tn("sharing.lost_whole", whole)
    : shapes
      ? tn("sharing.lost_shapes", shapes)
      : tn("sharing.lost_letters", letters ?? 0);
  const { kind, called = "" } = values;
  const thing = `sharing.thing.${kind}${called === "" ? ".unnamed" : ""}`;
  const what = known(thing) ? t(thing, { called }) : t(`sharing.what.${journal}`);
  return { ...values, name, lost, earlier: tn("sharing.earlier_states", n ?? 0), what };
}
