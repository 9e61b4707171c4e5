/** What people are told beside the board. */
import type { JSX } from "preact";
import { otherSeat } from "../protocol";
import type { Names } from "../sharing/layout";
import { Button, Notice } from "../ui/index.ts";
import { known, t } from "../words";
import type { BoardDesk, Gone, Note } from "./desk";

interface Props {
  readonly desk: BoardDesk;
  readonly names: Names;
}

export function BoardNotes({ desk, names }: Props): JSX.Element {
  const note = desk.note.value;
  const close = () => {
    desk.note.value = null;
  };
  return (
    <div class="board-notes" role="status">
      {note && <Told note={note} close={close} />}
      {!note && desk.gettingFull && <Notice kind="pause">{t("board.getting_full")}</Notice>}
      <ClearedPage {...{ desk, names }} />
      <Deleted {...{ desk, names }} />
    </div>
  );
}

/** The last page the partner cleared: one at a time. */
function ClearedPage({ desk, names }: Props): JSX.Element | null {
  const [cleared] = desk.cleared.value;
  const page = desk.pages.value.find(({ id }) => id === cleared?.page);
  if (!cleared || !page) return null;
  const name = names.names[otherSeat(desk.sharing.you)];
  return (
    <Notice kind="calm">
      <p>{t("board.cleared_by", { name, page: page.label })}</p>
      <div class="row">
        <Button onClick={() => desk.putBack(cleared)}>{t("board.page.bring_back")}</Button>
        <Button kind="quiet" onClick={() => desk.leaveCleared(cleared)}>
          {t("common.close")}
        </Button>
      </div>
    </Notice>
  );
}

/** One page at a time: those the partner deleted wait for an answer. */
function Deleted({ desk, names }: Props): JSX.Element | null {
  const all = desk.deleted.value;
  const [gone] = all;
  if (gone === undefined) return null;
  const waiting = all.filter(({ agreed }) => !agreed);
  const bringBack = () => desk.bringBack(gone.id);
  return (
    <Notice kind="calm">
      <p>{wordsOfGone(gone, desk, names)}</p>
      <div class="row">
        <Button onClick={bringBack}>{t("board.page.bring_back")}</Button>
        {!gone.agreed && waiting.length > 1 && (
          <Button onClick={() => desk.bringBack(...waiting.map(({ id }) => id))}>
            {t("board.page.bring_all_back", { n: waiting.length })}
          </Button>
        )}
        {gone.agreed ? (
          <>
            <Button kind="quiet" onClick={() => desk.removeNow(gone.id)}>
              {t("board.page.delete_now")}
            </Button>
            <Button kind="quiet" onClick={() => desk.dismiss(gone.id)}>
              {t("common.close")}
            </Button>
          </>
        ) : (
          <Button kind="quiet" onClick={() => desk.agree(gone)}>
            {t("board.page.all_right")}
          </Button>
        )}
      </div>
    </Notice>
  );
}

function wordsOfGone({ agreed, by, label }: Gone, desk: BoardDesk, { names, meeting }: Names): string {
  const partner = otherSeat(desk.sharing.you);
  if (!agreed && by === partner) return t("board.page.deleted_by", { name: names[partner], page: label });
  if (!agreed) return t("board.page.deleted_elsewhere", { name: label });
  return meeting === null ? t("board.page.deleted_between", { name: label }) : t("board.page.deleted", { name: label });
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
