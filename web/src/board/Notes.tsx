/** What people are told beside the board. */
import type { JSX } from "preact";
import { Button, Notice } from "../ui/index.ts";
import { known, t } from "../words";
import type { BoardDesk, Note } from "./desk";

export function BoardNotes({ desk }: { desk: BoardDesk }): JSX.Element {
  const note = desk.note.value;
  const [gone] = desk.deleted.value;
  const close = () => {
    desk.note.value = null;
  };
  return (
    <div class="board-notes" role="status">
      {note && <Told note={note} close={close} />}
      {!note && desk.gettingFull && <Notice kind="pause">{t("board.getting_full")}</Notice>}
      {gone && (
        <Notice kind="calm">
          <p>{t("board.page.deleted", { name: gone.label })}</p>
          <div class="row">
            <Button onClick={() => desk.bringBack(gone.id)}>{t("board.page.bring_back")}</Button>
            <Button kind="quiet" onClick={() => desk.removeNow(gone.id)}>
              {t("board.page.delete_now")}
            </Button>
            <Button kind="quiet" onClick={() => desk.dismiss(gone.id)}>
              {t("common.close")}
            </Button>
          </div>
        </Notice>
      )}
    </div>
  );
}

function Told({ note, close }: { note: Note; close: () => void }): JSX.Element {
  if (note.kind === "working") return <Notice kind="calm">{t("board.image.working")}</Notice>;
  if (note.kind === "cleared") {
    const undo = () => {
      note.undo();
      close();
    };
    return (
      <Notice kind="calm">
        <p>{t("board.cleared")}</p>
        <div class="row">
          <Button onClick={undo}>{t("board.undo")}</Button>
          <Button kind="quiet" onClick={close}>
            {t("common.close")}
          </Button>
        </div>
      </Notice>
    );
  }
  return (
    <Notice kind="pause">
      <p>{wordsOf(note)}</p>
      <div class="row">
        <Button kind="quiet" onClick={close}>
          {t("common.close")}
        </Button>
      </div>
    </Notice>
  );
}

function wordsOf(note: Exclude<Note, { kind: "working" | "cleared" }>): string {
  if (note.kind === "full") return t("board.full");
  if (note.kind === "too_many_pages") return t("board.page.too_many");
  const key = `board.image.${note.reason}`;
  return known(key) ? t(key) : t("board.image.failed");
}
