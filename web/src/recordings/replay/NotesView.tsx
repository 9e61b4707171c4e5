import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { type Block, readBody, sourceOf } from "../../notes/body.ts";
import { bodyIn, list } from "../../notes/model.ts";
import { ReadNote } from "../../notes/ReadNote.tsx";
import { t } from "../../words.ts";
import { Jump, type Showing } from "./showing.tsx";

/** The shared notes: the one that was written in last, or the one that was chosen. */
export function NotesView({ showing }: { readonly showing: Showing }): JSX.Element {
  const chosen = useSignal("");
  const { doc, touched } = showing.moment;
  const all = list(doc);
  const [first] = all;
  if (first === undefined) return <p class="second">{t("recordings.replay.no_notes")}</p>;
  const find = (id: string | null) => all.find((note) => note.id === id);
  const note = find(chosen.value) ?? find(touched.note) ?? first;
  const { blocks, flaw } = readBody(bodyIn(doc, note.id));
  const beside = (block: Block) => <Jump origin={showing.replay.origins.ofType(sourceOf(block))} showing={showing} />;
  return (
    <>
      <Choice label={t("recordings.replay.note")} chosen={chosen.value} items={all.map(titled)} onChoose={chosen}>
        {t("recordings.replay.note_last")}
      </Choice>
      <h3>
        <bdi>{titled(note).name}</bdi>
      </h3>
      {flaw !== null && flaw !== "missing" && <p class="second small">{t("recordings.replay.note_flawed")}</p>}
      {blocks.length === 0 ? (
        <p class="second">{t("recordings.replay.empty")}</p>
      ) : (
        <div class="notes">
          <ReadNote blocks={blocks} beside={beside} />
        </div>
      )}
    </>
  );
}

function titled({ id, title }: { readonly id: string; readonly title: string }): Item {
  return { id, name: title.trim() || t("recordings.replay.nameless") };
}

export interface Item {
  readonly id: string;
  readonly name: string;
}

interface ChoiceProps {
  readonly label: string;
  /** Empty: whichever was written in last. */
  readonly chosen: string;
  readonly items: readonly Item[];
  readonly onChoose: { value: string };
  readonly children: string;
}

/** Which of several, where there are several. */
export function Choice({ label, chosen, items, onChoose, children }: ChoiceProps): JSX.Element | null {
  const id = useId();
  if (items.length < 2) return null;
  return (
    <div class="replay-choice">
      <label class="heard" for={id}>
        {label}
      </label>
      <select
        id={id}
        value={chosen}
        onChange={(event) => {
          onChoose.value = event.currentTarget.value;
        }}
      >
        <option value="">{children}</option>
        {items.map((item) => (
          <option key={item.id} value={item.id}>
            {item.name}
          </option>
        ))}
      </select>
    </div>
  );
}
