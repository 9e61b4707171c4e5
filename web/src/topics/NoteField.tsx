import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type * as Y from "yjs";
import { bindNote } from "./note_field.ts";
import { LIMITS } from "./read.ts";
import type { Edit } from "./text.ts";

interface Props {
  readonly id: string;
  readonly focusKey: string;
  readonly note: Y.Text;
  readonly describedBy: string;
  readonly onEdit: (edit: Edit) => void;
  readonly onUndo: () => void;
  /** The focus leaves after stored text was deleted. */
  readonly onDeleted: () => void;
}

/** The notes of a topic: plain text, as tall as it is long. */
export function NoteField({ id, focusKey, note, describedBy, onEdit, onUndo, onDeleted }: Props): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null);
  const deleted = useRef(false);
  const latest = useRef({ onEdit, onDeleted });
  latest.current = { onEdit, onDeleted };
  const leave = useRef(() => {
    if (deleted.current) latest.current.onDeleted();
    deleted.current = false;
  });

  useLayoutEffect(() => {
    if (field.current === null) return;
    const unbind = bindNote(field.current, note, (edit) => {
      if (edit.deleted > 0) deleted.current = true;
      latest.current.onEdit(edit);
    });
    const left = leave.current;
    return () => {
      unbind();
      left();
    };
  }, [note]);

  useLayoutEffect(() => {
    const node = field.current;
    // the browser's own history knows nothing of what the other wrote meanwhile
    const history = (event: InputEvent) => {
      if (event.inputType !== "historyUndo" && event.inputType !== "historyRedo") return;
      event.preventDefault();
      if (event.inputType === "historyUndo") onUndo();
    };
    node?.addEventListener("beforeinput", history);
    return () => node?.removeEventListener("beforeinput", history);
  }, [onUndo]);

  return (
    <textarea
      id={id}
      ref={field}
      class="topic-field topic-note"
      data-key={focusKey}
      rows={2}
      maxLength={LIMITS.note}
      aria-describedby={describedBy}
      onBlur={() => leave.current()}
    />
  );
}
