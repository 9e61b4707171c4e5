import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type * as Y from "yjs";
import { t } from "../words.ts";
import { append } from "./body.ts";

interface Props {
  readonly body: Y.XmlFragment;
  readonly label: string;
  /** Puts into the body what was written so far, and says whether one is still writing here; null while there is no such
   * place. */
  readonly keep: { current: (() => boolean) | null };
  /** What is called before the page is left. */
  readonly onLeaving: (write: () => void) => () => void;
}

/** Where one writes into a new note while the editor is still on its way: who has made one goes on typing at once. */
export function Early({ body, label, keep, onLeaving }: Props): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const place = field.current;
    if (place === null) return;
    place.focus();
    const write = () => {
      append(body, place.value);
      place.value = "";
    };
    keep.current = () => {
      write();
      return document.activeElement === place;
    };
    const stop = onLeaving(write);
    return () => {
      keep.current = null;
      stop();
      write();
    };
  }, [body, keep, onLeaving]);
  return <textarea class="early" ref={field} aria-label={label} placeholder={t("notes.placeholder")} />;
}
