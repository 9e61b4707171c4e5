import type { JSX } from "preact";
import { Board, BoardKeep, BoardPages, useDesk } from "../../board/Board";
import type { PanelProps } from "../Panels";

/** The board; in a meeting its pages and its keeping stand left and right of the face, as far as there is room. */
export default function WhiteboardPlace({ sharing, names, target, onClose }: PanelProps): JSX.Element {
  const desk = useDesk(sharing, names, target);
  return (
    <div class="board-place">
      <div class="board-sides">
        <BoardPages desk={desk} names={names} />
        <BoardKeep desk={desk} {...(onClose ? { onClose } : {})} />
      </div>
      <Board {...{ sharing, names, desk }} />
    </div>
  );
}
