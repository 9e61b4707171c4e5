import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type * as Y from "yjs";
import { newId } from "../protocol.ts";
import type { Names } from "../sharing/layout.ts";
import type { Work } from "../sharing/types.ts";
import { t } from "../words.ts";
import { forgetter } from "./forget.ts";
import { create, find, list, type Note, Removals } from "./model.ts";
import { NoteList } from "./NoteList.tsx";
import { NoteView } from "./NoteView.tsx";
import { useNotes, usePartnerPlace } from "./use.ts";

interface Props {
  readonly sharing: Work;
  readonly names: Names;
  readonly doc: Y.Doc;
  readonly own: boolean;
  /** A note somebody asked for, as often as `times` says. */
  readonly asked: { readonly id: string; readonly times: number } | null;
}

/** The list and the open note; side by side where there is room, one at a time where there is not. */
export function Desk({ sharing, names, doc, own, asked }: Props): JSX.Element {
  const all = useNotes(doc);
  const partner = usePartnerPlace(sharing);
  const [chosen, setChosen] = useState<string | null>(() => firstNote(doc, names, asked?.id ?? null));
  const [focus, setFocus] = useState(0);
  const [removed, setRemoved] = useState<string | null>(null);
  const removals = useMemo(() => new Removals(doc), [doc]);
  const forget = useMemo(() => forgetter(sharing), [sharing]);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => () => removals.close(), [removals]);
  useEffect(() => () => forget.now(), [forget]);
  useEffect(() => {
    if (asked !== null && find(doc, asked.id) !== null) setChosen(asked.id);
  }, [asked, doc]);

  const editable = sharing.phase.value !== "ended";
  const note = all.find(({ id }) => id === chosen) ?? null;

  function add(): void {
    const id = newId();
    create(doc, { id, nowMs: Date.now(), meeting: names.meeting });
    setChosen(id);
    setFocus(focus + 1);
  }
  function remove(gone: Note): void {
    removals.remove(gone.id);
    setRemoved(gone.title || t("notes.untitled"));
    setChosen(null);
    forget.soon();
    place.current?.focus();
  }
  function bringBack(): void {
    removals.bringBack();
    setRemoved(null);
    place.current?.focus();
  }
  return (
    <div class="note-desk" data-open={note === null ? "list" : "note"} ref={place} tabIndex={-1}>
      <NoteList
        notes={all}
        chosen={note?.id ?? null}
        names={names}
        partner={own ? null : partner}
        removed={removed}
        editable={editable}
        onChoose={(id) => {
          setChosen(id);
          setFocus(0);
        }}
        onNew={add}
        onBringBack={bringBack}
        onDismiss={() => setRemoved(null)}
      />
      {note === null ? (
        <p class="second nothing-open">{t("notes.nothing_open")}</p>
      ) : (
        <NoteView
          key={note.id}
          sharing={sharing}
          names={names}
          doc={doc}
          note={note}
          own={own}
          partner={own ? null : partner}
          focus={focus}
          onBack={() => {
            setChosen(null);
            place.current?.focus();
          }}
          onRemove={() => remove(note)}
          onDeleted={forget.soon}
        />
      )}
    </div>
  );
}

/** What one wants to see first: the note asked for, or that of the meeting one is in. */
function firstNote(doc: Y.Doc, names: Names, asked: string | null): string | null {
  if (asked !== null && find(doc, asked) !== null) return asked;
  if (names.meeting === null) return null;
  return list(doc).find((note) => note.meeting === names.meeting)?.id ?? null;
}
