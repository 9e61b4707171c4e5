import { Plus } from "lucide";
import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Seat } from "../protocol";
import { Button, Icon } from "../ui/index.ts";
import { t } from "../words.ts";
import { OwnerAndDue } from "./ActionRow.tsx";
import type { Desk } from "./desk.ts";
import { countOf, isPlace, type ListName } from "./model.ts";
import { FILLING, LIMITS } from "./read.ts";

interface Props {
  readonly desk: Desk;
  readonly list: ListName;
}

/** "Add", which becomes a field. Enter adds and leaves the field open for the next; Escape closes it. */
export function Adder({ desk, list }: Props): JSX.Element {
  const opens = useRef<HTMLButtonElement>(null);
  const name = isPlace(list) ? t(`topics.place.${list}`) : t(`topics.kind.${list}`);
  if (desk.adding.value === list) return <Form desk={desk} list={list} />;
  return (
    <button
      type="button"
      class="topic-add"
      ref={opens}
      data-key={`${list}:add`}
      aria-label={list === "now" ? undefined : t("topics.add.to", { list: name })}
      onClick={() => {
        desk.adding.value = list;
      }}
    >
      <Icon icon={Plus} size={18} />
      <span>{t(list === "now" ? "topics.add.first" : "topics.add")}</span>
    </button>
  );
}

function Form({ desk, list }: Props): JSX.Element {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [owner, setOwner] = useState<Seat | null>(desk.sharing.you);
  const [due, setDue] = useState<string | null>(null);
  const [full, setFull] = useState(false);
  const many = countOf(desk.model.view.value, list);
  const draft = desk.draft(list);
  const label = isPlace(list) ? t("topics.add.topic") : t(`topics.add.${list}`);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // a field that opens by itself, for what was half written, leaves alone whoever writes elsewhere by then
    if (!document.activeElement?.matches("input, textarea, [contenteditable]")) field.current?.focus();
    void draft?.read().then((words) => {
      if (field.current?.value === "") field.current.value = words;
    });
  }, [draft]);
  // each one added moves it down, and what opened it may have stood at the panel's edge
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is one more
  useLayoutEffect(() => form.current?.scrollIntoView({ block: "nearest" }), [many]);

  function add(event: Event): void {
    event.preventDefault();
    const words = field.current?.value.trim() ?? "";
    field.current?.focus();
    if (words === "" || !field.current) return;
    const { model } = desk;
    const added = isPlace(list) ? model.addTopic(words, list) : model.addAction(list, words, owner, due);
    setFull(added === null);
    if (added === null) return;
    field.current.value = "";
    draft?.keep("");
    setDue(null);
    desk.offer.value = null;
    desk.say(t("topics.said.added", { title: words }));
  }

  function close(): void {
    draft?.keep("");
    desk.adding.value = null;
    desk.wanted = `${list}:add`;
  }

  return (
    <form
      class="topic-form"
      ref={form}
      onSubmit={add}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <div>
        <label for={`${id}-new`}>{label}</label>
        <input
          id={`${id}-new`}
          ref={field}
          class="topic-field"
          data-key={`${list}:new`}
          maxLength={isPlace(list) ? LIMITS.title : LIMITS.text}
          autocomplete="off"
          enterkeyhint="done"
          onInput={(event) => draft?.keep(event.currentTarget.value)}
          aria-describedby={full ? `${id}-full` : undefined}
        />
      </div>
      {!isPlace(list) && (
        <OwnerAndDue
          desk={desk}
          id={id}
          focusKey={`${list}:new`}
          owner={owner}
          due={due}
          onChange={(change) => ("owner" in change ? setOwner(change.owner) : setDue(change.due))}
        />
      )}
      {!full && many >= FILLING && (
        <p class="second small" role="status">
          {t("topics.filling", { n: many, most: LIMITS.items })}
        </p>
      )}
      {full && (
        <p class="mistake small" id={`${id}-full`} role="alert">
          {t("topics.full", { n: LIMITS.items })}
        </p>
      )}
      <div class="topic-moves">
        <Button type="submit">{t("topics.add")}</Button>
        <Button kind="quiet" onClick={close}>
          {t("common.close")}
        </Button>
      </div>
    </form>
  );
}
