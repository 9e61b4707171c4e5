import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button, Field } from "../ui/index.ts";
import { t } from "../words.ts";
import { shownHref, typedHref } from "./links.ts";

interface Props {
  /** The link at the caret. */
  readonly href: string;
  readonly onChange: () => void;
  readonly onRemove: () => void;
}

/** Where the link at the caret leads. */
export function LinkBar({ href, onChange, onRemove }: Props): JSX.Element {
  return (
    <div class="link-bar">
      <a href={href} rel="noopener noreferrer" target="_blank">
        {shownHref(href)}
      </a>
      <Button kind="quiet" onClick={onChange}>
        {t("notes.link_change")}
      </Button>
      <Button kind="quiet" onClick={onRemove}>
        {t("notes.link_remove")}
      </Button>
    </div>
  );
}

interface AskProps {
  readonly href: string | null;
  /** The address, and the words for it where no text is marked. */
  readonly onSet: (href: string, words: string) => void;
  readonly onClose: () => void;
}

/** Asks for the address of a link. */
export function AskLink({ href, onSet, onClose }: AskProps): JSX.Element {
  const [typed, setTyped] = useState(href ?? "");
  const [wrong, setWrong] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  function done(event: SubmitEvent): void {
    event.preventDefault();
    const safe = typedHref(typed);
    if (safe === null) setWrong(true);
    else onSet(safe, typed.trim());
  }
  return (
    <form
      class="link-bar asking"
      onSubmit={done}
      noValidate
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <Field
        label={t("notes.link_address")}
        value={typed}
        autocomplete="off"
        error={wrong ? t("notes.link_wrong") : null}
        inputRef={input}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setWrong(false);
        }}
      />
      <div class="row">
        <Button kind="do" type="submit">
          {t("notes.link_set")}
        </Button>
        <Button onClick={onClose}>{t("common.cancel")}</Button>
      </div>
    </form>
  );
}
