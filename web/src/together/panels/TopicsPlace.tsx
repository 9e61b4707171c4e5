import type { JSX } from "preact";
import { TopicsPanel } from "../../topics/TopicsPanel";
import type { PanelProps } from "../Panels";

export default function TopicsPlace({ sharing, names, level, target }: PanelProps): JSX.Element {
  return <TopicsPanel {...{ sharing, names, level, target }} />;
}
