import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { day } from "../format.ts";
import type { Place } from "../sharing/layout.ts";
import { Button } from "../ui/index.ts";
import { t } from "../words.ts";
import { ActionRow } from "./ActionRow.tsx";
import { Adder } from "./Adder.tsx";
import type { Desk } from "./desk.ts";
import { isPlace, type ListName } from "./model.ts";
import type { Action, Kind, Topic } from "./read.ts";
import { TopicRow } from "./TopicRow.tsx";
import { Who } from "./Who.tsx";

interface ListProps {
  readonly desk: Desk;
  readonly level: 2 | 3;
  readonly how: string;
}

export function PlaceList({ desk, level, how, place }: ListProps & { readonly place: Place }): JSX.Element {
  const topics = desk.model.view.value.places[place];
  return (
    <Frame desk={desk} list={place} level={level} none={place === "now" ? t("topics.none.now") : null}>
      {topics.map((topic, index) => (
        <TopicRow key={topic.id} desk={desk} topic={topic} index={index} how={how} />
      ))}
    </Frame>
  );
}

export function KindList({ desk, level, how, kind }: ListProps & { readonly kind: Kind }): JSX.Element {
  const all = desk.model.view.value.kinds[kind];
  const shown = new Set(desk.shown(kind).map((item) => item.id));
  const none = all.length > 0 ? t("topics.none.mine") : t(`topics.none.${kind}`);
  return (
    <Frame desk={desk} list={kind} level={level} none={none}>
      {all
        .filter((action) => shown.has(action.id))
        .map((action, index) => (
          <ActionRow key={action.id} desk={desk} action={action} index={index} how={how} />
        ))}
    </Frame>
  );
}

interface FrameProps {
  readonly desk: Desk;
  readonly list: ListName;
  readonly level: 2 | 3;
  /** What stands there while the list is empty. */
  readonly none: string | null;
  readonly children: readonly ComponentChildren[];
}

/** A list with its heading and "Add". */
function Frame({ desk, list, level, none, children }: FrameProps): JSX.Element {
  const id = useId();
  // goals and actions stand one level below their own heading
  const Heading = `h${isPlace(list) ? level : level + 1}` as "h2";
  const carry = desk.carry.value;
  const into = carry?.list === list && desk.shown(list).every((item) => item.id === carry.id);
  return (
    <section
      class={["topics-list", `list-${list}`, children.length === 0 && "none", into && "drop-into"]
        .filter(Boolean)
        .join(" ")}
      data-list={list}
      aria-labelledby={id}
    >
      <Heading id={id}>{isPlace(list) ? t(`topics.place.${list}`) : t(`topics.kind.${list}`)}</Heading>
      {children.length > 0 && <ul>{children}</ul>}
      {children.length === 0 && none && <p class="topics-none">{none}</p>}
      <Adder desk={desk} list={list} />
    </section>
  );
}

interface DoneProps {
  readonly desk: Desk;
  readonly items: readonly (Topic | Action)[];
  readonly name: "topics" | "actions";
}

/** What was crossed off, folded away, with the day. Opened again by the same box. */
export function Done({ desk, items, name }: DoneProps): JSX.Element | null {
  if (items.length === 0) return null;
  return (
    <details class="topics-done">
      <summary data-key={`done:${name}`}>{t("topics.done", { n: items.length })}</summary>
      <ul>
        {items.map((item) => (
          <DoneRow key={item.id} desk={desk} item={item} items={items} name={name} />
        ))}
      </ul>
    </details>
  );
}

function DoneRow({ desk, item, items, name }: DoneProps & { readonly item: Topic | Action }): JSX.Element {
  const title = "title" in item ? item.title : item.text;
  return (
    <li class="topic-row done">
      <label class="topic-check">
        <input
          type="checkbox"
          checked
          data-key={`${item.id}:check`}
          aria-label={t("topics.untick", { title })}
          onChange={() => {
            desk.wanted = desk.neighbour(item.id, items, "check") ?? `${item.id}:title`;
            desk.tick(item.id, title, false);
          }}
        />
      </label>
      <div class="topic-words">
        <span class="topic-title" dir="auto">
          {title}
        </span>
        <span class="topic-meta">
          <span>
            <Who seat={"by" in item ? item.by : item.owner} />
            {"by" in item ? desk.nameOf(item.by) : desk.ownerWords(item.owner)}
          </span>
          <span>{t("topics.done_on", { day: day(item.doneMs ?? 0) })}</span>
        </span>
      </div>
      <Button
        kind="quiet"
        data-key={`${item.id}:delete`}
        aria-label={t("topics.delete.of", { title })}
        onClick={() => {
          desk.wanted = desk.neighbour(item.id, items, "delete") ?? (name === "topics" ? "now:add" : "action:add");
          desk.delete(item.id, title);
        }}
      >
        {t("topics.delete")}
      </Button>
    </li>
  );
}
