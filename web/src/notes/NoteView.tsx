import { ArrowLeft, Trash2 } from "lucide";
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import * as Y from "yjs";
import { longDay } from "../format.ts";
import type { Names } from "../sharing/layout.ts";
import type { Sharing } from "../sharing/types.ts";
import { Button } from "../ui/index.ts";
import { t } from "../words.ts";
import { Boundary } from "./Boundary.tsx";
import { bodyOf, type Flaw, plainText, rawText, readBody } from "./body.ts";
import { Flawed } from "./Flawed.tsx";
import { bodyIn, LONGEST_TITLE, mark, type Note, replaceBody, retitle } from "./model.ts";
import { TextView } from "./TextView.tsx";
import { type PartnerPlace, Pointer } from "./use.ts";

interface Props {
  readonly sharing: Sharing;
  readonly names: Names;
  readonly doc: Y.Doc;
  readonly note: Note;
  /** Private notes: nothing about them is passed on. */
  readonly own: boolean;
  readonly partner: PartnerPlace | null;
  readonly focus: number;
  readonly onBack: () => void;
  readonly onRemove: () => void;
  readonly onDeleted: () => void;
}

/** One note: its name, when it was written, its text. */
export function NoteView(props: Props): JSX.Element {
  const { sharing, names, doc, note, own, partner } = props;
  const editable = sharing.phase.value !== "ended";
  const title = note.title || t("notes.untitled");
  const here = partner !== null && partner.pointing.note === note.id ? partner : null;
  return (
    <article class="note" aria-label={title}>
      <h2 class="heard">{title}</h2>
      <div class="note-head">
        <Button kind="quiet" icon={ArrowLeft} class="back" title={t("notes.all")} onClick={props.onBack}>
          {t("notes.all")}
        </Button>
        <input
          class="note-title"
          aria-label={t("notes.name")}
          placeholder={t("notes.untitled")}
          value={note.title}
          maxLength={LONGEST_TITLE}
          readOnly={!editable}
          onInput={(event) => retitle(doc, note.id, event.currentTarget.value)}
        />
        <p class="note-when small second">
          {note.madeMs !== null && <span class="date">{longDay(note.madeMs)}</span>}
          {names.meeting !== null ? (
            <button
              type="button"
              class="chip"
              aria-pressed={note.meeting === names.meeting}
              disabled={!editable}
              onClick={() => mark(doc, note.id, note.meeting === names.meeting ? null : names.meeting)}
            >
              {t("notes.this_meeting")}
            </button>
          ) : (
            note.meeting !== null && <span>{t("notes.in_a_meeting")}</span>
          )}
        </p>
        <Button
          kind="quiet"
          icon={Trash2}
          class="remove"
          title={t("notes.remove")}
          disabled={!editable}
          onClick={props.onRemove}
        >
          {t("notes.remove")}
        </Button>
      </div>
      <Text {...props} own={own} here={here} editable={editable} title={title} />
      <p class="small second writing">{here?.writing ? t("notes.writing", { name: names.names[here.seat] }) : ""}</p>
    </article>
  );
}

interface TextProps extends Props {
  readonly here: PartnerPlace | null;
  readonly editable: boolean;
  readonly title: string;
}

function Text(props: TextProps): JSX.Element {
  const { sharing, names, doc, note, own, here, editable, title } = props;
  const body = bodyIn(doc, note.id);
  // looked at once for each body; while it is open the editor watches it
  const first = useMemo(() => readBody(body).flaw, [body]);
  const [later, setLater] = useState<{ of: unknown; flaw: Flaw } | null>(null);
  const pointer = useMemo(() => (own ? null : new Pointer(sharing, note.id)), [sharing, note.id, own]);
  useEffect(() => () => pointer?.close(), [pointer]);
  const caret = useMemo(
    () => (here === null ? null : { seat: here.seat, name: names.names[here.seat], ...here.pointing }),
    [here, names],
  );
  const onLeaving = useCallback((write: () => void) => sharing.onLeaving(write), [sharing]);
  const flaw = first ?? (later !== null && later.of === body ? later.flaw : null);
  const instead = (reason: Flaw) => (
    <Flawed
      flaw={reason}
      text={() => rawText(bodyIn(doc, note.id))}
      onKeep={editable ? () => replaceBody(doc, note.id, bodyOf(kept(bodyIn(doc, note.id)))) : null}
    />
  );
  if (flaw !== null || !(body instanceof Y.XmlFragment)) return instead(flaw ?? "missing");
  return (
    <Boundary key={note.id} instead={() => instead("unknown")}>
      <TextView
        body={body}
        label={t("notes.text_of", { title })}
        editable={editable}
        caret={caret}
        focus={props.focus}
        onPlace={(places, writing) => pointer?.at(places, writing)}
        onFlaw={(found) => setLater({ of: body, flaw: found })}
        onDeleted={props.onDeleted}
        onLeaving={onLeaving}
      />
    </Boundary>
  );
}

/** What is understood, or else every word there is. */
function kept(body: unknown): string {
  const { blocks, flaw } = readBody(body);
  return flaw === null ? plainText(blocks) : rawText(body);
}
