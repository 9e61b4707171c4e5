import type { JSX } from "preact";
import { ChatPanel } from "../../chat/ChatPanel";
import type { Sharing } from "../../sharing/types";
import type { PanelProps } from "../Panels";

export default function ChatPlace({ sharing, names, target, level, calm }: PanelProps<Sharing>): JSX.Element {
  return <ChatPanel {...{ sharing, names, target, level, calm }} />;
}
