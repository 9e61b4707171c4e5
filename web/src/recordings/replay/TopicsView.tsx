import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import * as layout from "../../sharing/layout.ts";
import { dueWords } from "../../topics/due.ts";
import { type Action, KINDS, noteText, readActions, readTopics, type Topic } from "../../topics/read.ts";
import { t } from "../../words.ts";
import { Jump, type Showing } from "./showing.tsx";

interface Props {
  readonly showing: Showing;
}

/** Topics by their place, goals and actions; what was crossed off stays in its list. */
export function TopicsView({ showing }: Props): JSX.Element {
  const { doc } = showing.moment;
  const [topics, actions] = [readTopics(doc), readActions(doc)];
  if (topics.length + actions.length === 0) return <p class="second">{t("recordings.replay.no_topics")}</p>;
  return (
    <>
      {layout.PLACES.map((place) => (
        <List key={place} title={t(`topics.place.${place}`)}>
          {topics
            .filter((topic) => topic.place === place)
            .map((topic) => (
              <TopicItem key={topic.id} topic={topic} showing={showing} />
            ))}
        </List>
      ))}
      {KINDS.map((kind) => (
        <List key={kind} title={t(`topics.kind.${kind}`)}>
          {actions
            .filter((action) => action.kind === kind)
            .map((action) => (
              <ActionItem key={action.id} action={action} showing={showing} />
            ))}
        </List>
      ))}
    </>
  );
}

function List({ title, children }: { readonly title: string; readonly children: JSX.Element[] }): JSX.Element | null {
  const id = useId();
  if (children.length === 0) return null;
  return (
    <section class="replay-list" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <ul>{children}</ul>
    </section>
  );
}

function TopicItem({ topic, showing }: Props & { readonly topic: Topic }): JSX.Element {
  const { doc } = showing.moment;
  const origin = showing.replay.origins.ofType(layout.topics(doc).get(topic.id));
  const note = noteText(topic.note).trim();
  return (
    <Row done={topic.doneMs !== null} words={topic.title} jump={<Jump origin={origin} showing={showing} />}>
      <p class="second small">{t("topics.brought_by", { name: showing.name(topic.by) })}</p>
      {note !== "" && <p class="replay-text small">{note}</p>}
    </Row>
  );
}

function ActionItem({ action, showing }: Props & { readonly action: Action }): JSX.Element {
  const { doc } = showing.moment;
  const origin = showing.replay.origins.ofType(layout.actions(doc).get(action.id));
  const owner = action.owner === null ? t("topics.both") : showing.name(action.owner);
  const due = action.due === null ? "" : `, ${dueWords(action.due, showing.now).words}`;
  return (
    <Row done={action.doneMs !== null} words={action.text} jump={<Jump origin={origin} showing={showing} />}>
      <p class="second small">
        {owner}
        {due}
      </p>
    </Row>
  );
}

interface RowProps {
  readonly done: boolean;
  readonly words: string;
  readonly jump: JSX.Element;
  readonly children: ComponentChildren;
}

function Row({ done, words, jump, children }: RowProps): JSX.Element {
  return (
    <li class={done ? "done" : ""}>
      <p dir="auto">
        <span class="replay-words">{words}</span>
        {done && <span class="second small"> {t("recordings.replay.done")}</span>} {jump}
      </p>
      {children}
    </li>
  );
}
