import { Plus, X } from "lucide";
import type { JSX } from "preact";
import { day } from "../format.ts";
import type { Id } from "../protocol.ts";
import type { Names } from "../sharing/layout.ts";
import { Button, Icon } from "../ui/index.ts";
import { t } from "../words.ts";
import type { Note } from "./model.ts";
import type { PartnerPlace } from "./use.ts";

interface Props {
  readonly notes: readonly Note[];
  readonly chosen: string | null;
  readonly names: Names;
  readonly partner: PartnerPlace | null;
  /** The title of a note just deleted here, which can still be brought back. */
  readonly removed: string | null;
  readonly editable: boolean;
  readonly onChoose: (id: string) => void;
  readonly onNew: () => void;
  readonly onBringBack: () => void;
  readonly onDismiss: () => void;
}

/** All notes, the newest first, and a new one. */
export function NoteList(props: Props): JSX.Element {
  const { notes, names, removed } = props;
  return (
    <div class="note-list">
      <div class="removed" role="status">
        {removed !== null && (
          <>
            <p class="small">{t("notes.removed", { title: removed })}</p>
            <Button kind="quiet" onClick={props.onBringBack}>
              {t("notes.bring_back")}
            </Button>
            <button type="button" class="note-tool" aria-label={t("common.close")} onClick={props.onDismiss}>
              <Icon icon={X} />
            </button>
          </>
        )}
      </div>
      {props.editable && (
        <Button kind={offersMeeting(notes, names.meeting) ? "do" : "plain"} icon={Plus} onClick={props.onNew}>
          {offersMeeting(notes, names.meeting) ? t("notes.new_meeting") : t("notes.new")}
        </Button>
      )}
      {notes.length === 0 ? (
        <p class="second small">{t("notes.none")}</p>
      ) : (
        <ul aria-label={t("notes.all")}>
          {notes.map((note) => (
            <li key={note.id}>
              <Row {...props} note={note} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Whether the meeting has no note yet. */
export function offersMeeting(notes: readonly Note[], meeting: Id | null): boolean {
  return meeting !== null && notes.every((note) => note.meeting !== meeting);
}

function Row({ note, chosen, names, partner, onChoose }: Props & { readonly note: Note }): JSX.Element {
  const here = partner?.pointing.note === note.id ? partner : null;
  const facts = [
    note.madeMs === null ? "" : day(note.madeMs),
    names.meeting !== null && note.meeting === names.meeting ? t("notes.this_meeting") : "",
  ].filter((fact) => fact !== "" && fact !== note.title);
  return (
    <button
      type="button"
      class="note-row"
      aria-current={note.id === chosen ? "true" : undefined}
      onClick={() => onChoose(note.id)}
    >
      <span class="name">{note.title || t("notes.untitled")}</span>
      {facts.length > 0 && <span class="small second">{facts.join(" · ")}</span>}
      {here !== null && (
        <span class={`small here ${here.seat}`}>{t("notes.here", { name: names.names[here.seat] })}</span>
      )}
    </button>
  );
}
