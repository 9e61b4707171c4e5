import type { JSX } from "preact";
import { NotesPanel } from "../../notes";
import type { Kind } from "../../notes/search";
import type { PanelProps } from "../Panels";

/** Where what was found lies; notes open in the panel itself. */
function show(kind: Kind, id: string, onOpen: PanelProps["onOpen"]): void {
  if (kind === "topic" || kind === "action") onOpen("topics", id);
  else if (kind === "message") onOpen("chat", id);
  else if (kind === "board") onOpen("whiteboard", id);
}

export default function NotesPlace({ sharing, names, target, onOpen }: PanelProps): JSX.Element {
  return (
    <NotesPanel
      {...{ sharing, names }}
      heading={false}
      {...(target ? { open: target } : {})}
      onOpen={({ item }) => show(item.kind, item.id, onOpen)}
    />
  );
}
