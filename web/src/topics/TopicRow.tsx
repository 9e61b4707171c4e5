import { StickyNote } from "lucide";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { PLACES } from "../sharing/layout.ts";
import { Icon } from "../ui/index.ts";
import { t } from "../words.ts";
import { fromLastTime, sinceSent } from "./agenda.ts";
import type { Desk } from "./desk.ts";
import { NoteField } from "./NoteField.tsx";
import { close, Row } from "./Row.tsx";
import { LIMITS, type Topic } from "./read.ts";
import { Who } from "./Who.tsx";
import { WordsField } from "./WordsField.tsx";

interface Props {
  readonly desk: Desk;
  readonly topic: Topic;
  readonly index: number;
  readonly how: string;
}

export function TopicRow({ desk, topic, index, how }: Props): JSX.Element {
  const id = useId();
  const { meeting } = desk.names;
  const { agenda } = desk.model.view.value;
  const since = meeting === null && topic.place === "now" ? sinceSent(topic, agenda) : null;
  // in the meeting the list tells what is talked about: the first of "now"
  const current = meeting !== null && topic.place === "now" && index === 0;
  const name = desk.nameOf(topic.by);
  return (
    <Row
      desk={desk}
      id={topic.id}
      title={topic.title}
      list={topic.place}
      index={index}
      how={how}
      current={current}
      meta={
        <>
          <span>
            <Who seat={topic.by} />
            {current ? (
              t("topics.brought", { name })
            ) : (
              <>
                <span aria-hidden="true">{name}</span>
                <span class="heard">{t("topics.brought_by", { name })}</span>
              </>
            )}
          </span>
          {current && <span>{t("topics.current")}</span>}
          {fromLastTime(topic, agenda, meeting) && <span>{t("topics.last_time")}</span>}
          {since !== null && <span class="since">{t(`topics.since.${since}`)}</span>}
          {topic.note.length > 0 && (
            <span>
              <Icon icon={StickyNote} size={14} />
              {t("topics.has_note")}
            </span>
          )}
        </>
      }
    >
      <div>
        <label for={`${id}-words`}>{t("topics.words.topic")}</label>
        <WordsField
          desk={desk}
          id={`${id}-words`}
          focusKey={`${topic.id}:words`}
          words={topic.title}
          limit={LIMITS.title}
          onWords={(words) => {
            if (desk.model.renameTopic(topic.id, words)) desk.sharing.forgetSoon();
          }}
          onEnter={() => close(desk, topic.id)}
        />
      </div>
      <div>
        <label for={`${id}-note`}>{t("topics.note")}</label>
        <NoteField
          id={`${id}-note`}
          focusKey={`${topic.id}:note`}
          note={topic.note}
          describedBy={`${id}-hint`}
          onEdit={(edit) => desk.model.editNote(topic.id, edit)}
          onUndo={() => desk.model.undo()}
          onDeleted={() => desk.sharing.forgetSoon()}
        />
        <p class="second small" id={`${id}-hint`}>
          {t("topics.note.hint")}
        </p>
      </div>
      <div>
        <label for={`${id}-place`}>{t("topics.place")}</label>
        <select
          id={`${id}-place`}
          class="topic-field"
          data-key={`${topic.id}:place`}
          value={topic.place}
          onChange={(event) => {
            const place = PLACES.find((one) => one === event.currentTarget.value);
            if (place) desk.put(topic.id, topic.title, place, desk.shown(place).length);
          }}
        >
          {PLACES.map((place) => (
            <option key={place} value={place}>
              {t(`topics.place.${place}`)}
            </option>
          ))}
        </select>
      </div>
    </Row>
  );
}
