import { ArrowDown, ArrowUp, Trash2 } from "lucide";
import type { ComponentChildren, JSX } from "preact";
import type { Id } from "../protocol";
import { Button } from "../ui/index.ts";
import { t } from "../words.ts";
import type { Desk } from "./desk.ts";
import { Grip } from "./Grip.tsx";
import type { ListName } from "./model.ts";

interface Props {
  readonly desk: Desk;
  readonly id: Id;
  readonly title: string;
  readonly list: ListName;
  readonly index: number;
  readonly how: string;
  /** Small words below the title; told with it. */
  readonly meta: ComponentChildren;
  /** What they talk about now. */
  readonly current?: boolean;
  /** The fields of the open item. */
  readonly children: ComponentChildren;
}

/** An open topic, goal or action: crossed off at its left, moved at its right, opened by its words. */
export function Row({ desk, id, title, list, index, how, meta, current = false, children }: Props): JSX.Element {
  const open = desk.open.value === id;
  const carry = desk.carry.value;
  const fold = () => {
    desk.open.value = open ? null : id;
  };
  return (
    <li
      class={[
        "topic-row",
        current && "current",
        open && "open",
        carry?.id === id && "carried",
        carry?.id === id && carry.by === "pointer" && "dragged",
        dropMark(desk, id, list),
      ]
        .filter(Boolean)
        .join(" ")}
      data-item={id}
      aria-current={current ? "true" : undefined}
    >
      <label class="topic-check">
        <input
          type="checkbox"
          checked={false}
          data-key={`${id}:check`}
          aria-label={t("topics.tick", { title })}
          onChange={() => {
            desk.wanted = desk.neighbour(id, desk.shown(list), "check") ?? `${list}:add`;
            desk.tick(id, title, true);
          }}
        />
      </label>
      <button type="button" class="topic-words" data-key={`${id}:title`} aria-expanded={open} onClick={fold}>
        <span class="topic-title" dir="auto">
          {title}
        </span>
        <span class="topic-meta">{meta}</span>
      </button>
      <Grip desk={desk} id={id} title={title} list={list} how={how} onPress={fold} />
      {open && (
        <div class="topic-inside">
          {children}
          <div class="topic-moves">
            <Button
              kind="quiet"
              icon={ArrowUp}
              data-key={`${id}:up`}
              aria-label={t("topics.up.of", { title })}
              aria-disabled={index === 0}
              onClick={() => index > 0 && desk.put(id, title, list, index - 1)}
            >
              {t("topics.up")}
            </Button>
            <Button
              kind="quiet"
              icon={ArrowDown}
              data-key={`${id}:down`}
              aria-label={t("topics.down.of", { title })}
              aria-disabled={index === desk.shown(list).length - 1}
              onClick={() => index < desk.shown(list).length - 1 && desk.put(id, title, list, index + 1)}
            >
              {t("topics.down")}
            </Button>
            <Button
              kind="quiet"
              icon={Trash2}
              aria-label={t("topics.delete.of", { title })}
              onClick={() => {
                desk.wanted = desk.neighbour(id, desk.shown(list), "title") ?? `${list}:add`;
                desk.delete(id, title);
              }}
            >
              {t("topics.delete")}
            </Button>
          </div>
        </div>
      )}
    </li>
  );
}

/** Closes an open item, the focus back on its words. */
export function close(desk: Desk, id: Id): void {
  desk.open.value = null;
  desk.wanted = `${id}:title`;
}

/** Where the line is drawn at which a lifted item would come to stand. */
function dropMark(desk: Desk, id: Id, list: ListName): string | null {
  const carry = desk.carry.value;
  if (carry === null || carry.list !== list || carry.id === id) return null;
  const rest = desk.shown(list).filter((item) => item.id !== carry.id);
  if (rest[carry.index]?.id === id) return "drop-before";
  return carry.index === rest.length && rest.at(-1)?.id === id ? "drop-after" : null;
}
