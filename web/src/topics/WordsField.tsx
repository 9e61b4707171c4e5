import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Desk } from "./desk.ts";
import { grow } from "./note_field.ts";

interface Props {
  readonly desk: Desk;
  readonly id: string;
  readonly focusKey: string;
  readonly words: string;
  readonly limit: number;
  readonly onWords: (words: string) => void;
  readonly onEnter: () => void;
}

/** Milliseconds without a key after which what was typed is taken. */
const PAUSE = 200;

/** One line of words that grows over several. Taken after a pause and when one leaves; empty, the old ones come back. */
export function WordsField({ desk, id, focusKey, words, limit, onWords, onEnter }: Props): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null);
  const shown = useRef(words);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef(onWords);
  latest.current = onWords;

  useLayoutEffect(() => {
    const node = field.current;
    if (node === null) return;
    // the other's new words come in unless there are own ones on the way
    if (node.value.trim() === shown.current || document.activeElement !== node) node.value = words;
    shown.current = words;
    grow(node);
  }, [words]);

  function take(): void {
    clearTimeout(timer.current);
    const now = field.current?.value.replace(/\s+/g, " ").trim() ?? "";
    if (now !== "" && now !== shown.current) latest.current(now);
  }
  const taking = useRef(take);
  taking.current = take;
  useEffect(() => {
    const node = field.current;
    const stop = desk.sharing.onLeaving(() => taking.current());
    return () => {
      stop();
      field.current ??= node;
      taking.current();
    };
  }, [desk]);

  return (
    <textarea
      id={id}
      ref={field}
      class="topic-field"
      data-key={focusKey}
      rows={1}
      maxLength={limit}
      onInput={(event) => {
        grow(event.currentTarget);
        clearTimeout(timer.current);
        timer.current = setTimeout(take, PAUSE);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        take();
        onEnter();
      }}
      onBlur={(event) => {
        take();
        if (event.currentTarget.value.trim() === "") event.currentTarget.value = shown.current;
      }}
    />
  );
}
