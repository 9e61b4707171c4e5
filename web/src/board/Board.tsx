/**
 * The whiteboard. Lazily imported by the pages that show it; React and Excalidraw come only once it is drawn.
 *
 * `BoardPages`, `BoardTools` and `BoardKeep` stand above it or beside the face, as there is room; one desk, made with
 * `useDesk`, is given to all four.
 */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import words from "../../words/en/board.json";
import type { Id } from "../protocol";
import type { Names } from "../sharing/layout";
import type { Work } from "../sharing/types";
import { bring, t } from "../words";
import { BoardDesk } from "./desk";
import { BoardKeep, BoardPages } from "./Head";
import { BoardNotes } from "./Notes";
import { Sheet } from "./Sheet";
import { BoardTools } from "./Tools";
import "./board.css";

bring(words);

export { BoardKeep, BoardPages, BoardTools };

interface Props {
  readonly sharing: Work;
  readonly names: Names;
  readonly desk: BoardDesk;
}

/** The desk for a sharing and a meeting; closed with the component that made it. */
export function useDesk(sharing: Work, names: Names, page: Id | null = null): BoardDesk {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page to begin with is asked for once, others below
  const desk = useMemo(() => new BoardDesk(sharing, names.meeting, page), [sharing, names.meeting]);
  useEffect(() => () => desk.close(), [desk]);
  useEffect(() => {
    if (page !== null) desk.open(page);
  }, [desk, page]);
  return desk;
}

export function Board({ sharing, names, desk }: Props): JSX.Element {
  const surface = desk.surface.value;
  // above it stands a field for the password then
  const locked = sharing.phase.value === "locked";
  return (
    <div class="board">
      {surface && <Sheet key={desk.keyOf(surface)} {...{ desk, names, surface }} />}
      {!surface && !locked && (
        <p class="board-opening" role="status">
          {t("board.opening")}
        </p>
      )}
      <BoardNotes {...{ desk, names }} />
    </div>
  );
}
