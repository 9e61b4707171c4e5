import type { JSX } from "preact";
import { Board, BoardKeep, BoardPages, BoardTools, useDesk } from "../../board/Board";
import type { PanelProps } from "../Panels";

/** The board; in a meeting its pages stand left of the face, its tools and its keeping right of it, as far as there is
 * room. Nothing of ours lies on the paper, where Excalidraw has its own tools, in places of its own choosing. */
export default function WhiteboardPlace({ sharing, names, target, onClose }: PanelProps): JSX.Element {
  const desk = useDesk(sharing, names, target);
  return (
    <div class="board-place">
      <div class="board-sides">
        <BoardPages desk={desk} names={names} />
        <div class="board-hands">
          <BoardTools desk={desk} />
          <BoardKeep desk={desk} {...(onClose ? { onClose } : {})} />
        </div>
      </div>
      <Board {...{ sharing, names, desk }} />
    </div>
  );
}
