import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Seat } from "../protocol";
import { t } from "../words.ts";
import { fromLastTime } from "./agenda.ts";
import type { Desk } from "./desk.ts";
import { dueWords } from "./due.ts";
import { close, Row } from "./Row.tsx";
import { type Action, LIMITS } from "./read.ts";
import { Who } from "./Who.tsx";
import { WordsField } from "./WordsField.tsx";

interface Props {
  readonly desk: Desk;
  readonly action: Action;
  readonly index: number;
  readonly how: string;
}

export function ActionRow({ desk, action, index, how }: Props): JSX.Element {
  const id = useId();
  const due = action.due === null ? null : dueWords(action.due, Date.now());
  return (
    <Row
      desk={desk}
      id={action.id}
      title={action.text}
      list={action.kind}
      index={index}
      how={how}
      meta={
        <>
          <span>
            <Who seat={action.owner} />
            {desk.ownerWords(action.owner)}
          </span>
          {due && <span class={due.late ? "late" : undefined}>{due.words}</span>}
          {fromLastTime(action, desk.model.view.value.agenda, desk.names.meeting) && (
            <span>{t("topics.last_time")}</span>
          )}
        </>
      }
    >
      <div>
        <label for={`${id}-words`}>{t(`topics.words.${action.kind}`)}</label>
        <WordsField
          desk={desk}
          id={`${id}-words`}
          focusKey={`${action.id}:words`}
          words={action.text}
          limit={LIMITS.text}
          onWords={(text) => {
            if (desk.model.changeAction(action.id, { text })) desk.sharing.forgetSoon();
          }}
          onEnter={() => close(desk, action.id)}
        />
      </div>
      <OwnerAndDue
        desk={desk}
        id={id}
        focusKey={action.id}
        owner={action.owner}
        due={action.due}
        onChange={(change) => desk.model.changeAction(action.id, change)}
      />
    </Row>
  );
}

interface OwnerProps {
  readonly desk: Desk;
  readonly id: string;
  readonly focusKey: string;
  readonly owner: Seat | null;
  readonly due: string | null;
  readonly onChange: (change: { owner: Seat | null } | { due: string | null }) => void;
}

/** Whose it is and by when. */
export function OwnerAndDue({ desk, id, focusKey, owner, due, onChange }: OwnerProps): JSX.Element {
  return (
    <div class="topic-pair">
      <div>
        <label for={`${id}-owner`}>{t("topics.owner")}</label>
        <select
          id={`${id}-owner`}
          class="topic-field"
          data-key={`${focusKey}:owner`}
          value={owner ?? "both"}
          onChange={({ currentTarget: { value } }) =>
            onChange({ owner: value === "mentor" || value === "mentee" ? value : null })
          }
        >
          <option value="mentee">{desk.nameOf("mentee")}</option>
          <option value="mentor">{desk.nameOf("mentor")}</option>
          <option value="both">{t("topics.both")}</option>
        </select>
      </div>
      <div>
        <label for={`${id}-due`}>{t("topics.due")}</label>
        <input
          id={`${id}-due`}
          class="topic-field"
          type="date"
          data-key={`${focusKey}:due`}
          value={due ?? ""}
          min="2000-01-01"
          max="2999-12-31"
          onChange={({ currentTarget: { value } }) => onChange({ due: value === "" ? null : value })}
        />
      </div>
    </div>
  );
}
