/**
 * The whiteboard. Lazily imported by the pages that show it; React and Excalidraw come only once it is drawn.
 *
 * `Board` is all of it, its head above it. The head can also stand elsewhere: make a desk with `useDesk`, give it to
 * `BoardPages`, `BoardKeep` and to `Board` with `head="apart"`.
 */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import words from "../../words/en/board.json";
import type { Id } from "../protocol";
import type { Names } from "../sharing/layout";
import type { Sharing } from "../sharing/types";
import { Notice } from "../ui/index.ts";
import { bring, t } from "../words";
import { BoardDesk } from "./desk";
import { BoardKeep, BoardPages } from "./Head";
import { BoardNotes } from "./Notes";
import { Sheet } from "./Sheet";
import "./board.css";

bring(words);

export { BoardKeep, BoardPages };

export interface BoardProps {
  readonly sharing: Sharing;
  readonly names: Names;
  /** A page to open first, where it is there still. */
  readonly page?: Id | null;
  /** Otherwise as the root's class `dark` or the system says. */
  readonly dark?: boolean;
  /** With it the head has "Put away". */
  readonly onClose?: () => void;
  /** `apart`: the caller shows `BoardPages` and `BoardKeep` itself, with the same desk. */
  readonly head?: "inside" | "apart";
  readonly desk?: BoardDesk;
}

/** The desk for a sharing and a meeting; closed with the component that made it. */
export function useDesk(sharing: Sharing, names: Names, page: Id | null = null): BoardDesk {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page to begin with is asked for once, others below
  const desk = useMemo(() => new BoardDesk(sharing, names.meeting, page), [sharing, names.meeting]);
  useEffect(() => () => desk.close(), [desk]);
  useEffect(() => {
    if (page !== null) desk.open(page);
  }, [desk, page]);
  return desk;
}

export function Board(props: BoardProps): JSX.Element {
  return props.desk ? <Whole {...props} desk={props.desk} /> : <WithDesk {...props} />;
}

function WithDesk(props: BoardProps): JSX.Element {
  return <Whole {...props} desk={useDesk(props.sharing, props.names, props.page ?? null)} />;
}

function Whole({
  sharing,
  names,
  dark,
  onClose,
  head = "inside",
  desk,
}: BoardProps & { desk: BoardDesk }): JSX.Element {
  const surface = desk.surface.value;
  const locked = sharing.phase.value === "locked";
  return (
    <div class="board" data-head={head}>
      {head === "inside" && (
        <div class="board-head">
          <BoardPages {...{ desk, names }} />
          <BoardKeep {...{ desk }} {...(onClose ? { onClose } : {})} />
        </div>
      )}
      {locked && <Notice kind="pause">{t("board.locked")}</Notice>}
      {surface && (
        <Sheet key={desk.keyOf(surface)} {...{ desk, names, surface }} {...(dark === undefined ? {} : { dark })} />
      )}
      {!surface && !locked && (
        <p class="board-opening" role="status">
          {t("board.opening")}
        </p>
      )}
      <BoardNotes desk={desk} />
    </div>
  );
}
