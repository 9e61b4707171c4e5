import type { JSX } from "preact";
import { Board } from "../../board/Board";
import type { PanelProps } from "../Panels";

export default function WhiteboardPlace({ sharing, names }: PanelProps): JSX.Element {
  return <Board {...{ sharing, names }} />;
}
