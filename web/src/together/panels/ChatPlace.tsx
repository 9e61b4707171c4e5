import type { JSX } from "preact";
import { ChatPanel } from "../../chat/ChatPanel";
import type { PanelProps } from "../Panels";

export default function ChatPlace({ sharing, names, target, level }: PanelProps): JSX.Element {
  return <ChatPanel {...{ sharing, names, target, level }} />;
}
