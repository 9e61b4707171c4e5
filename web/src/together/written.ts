/** Of a change made in this page: in which panels the other would see something of it. */
import type * as Y from "yjs";
import { actions, agenda, notes, pages, topics } from "../sharing/layout";
import type { OnDocument } from "./marks";

type Keys = ReadonlySet<string | null>;
type Changed = Y.AbstractType<Y.YEvent<never>>;

/** What pages write by themselves when they are opened (a meeting's empty page, a mark in the agenda) is none. */
export function writtenIn({ doc, local, changed }: Y.Transaction): OnDocument[] {
  const found = new Set<OnDocument>();
  if (!local) return [];
  for (const [type, keys] of changed) {
    const panel = panelOf(doc, type as unknown as Changed, keys);
    if (panel) found.add(panel);
  }
  return [...found];
}

function panelOf(doc: Y.Doc, type: Changed, keys: Keys): OnDocument | null {
  const root = rootOf(type);
  if (root === pages(doc)) {
    return type._item?.parentSub === "elements" || keys.has("deleted_ms") ? "whiteboard" : null;
  }
  if (root === notes(doc)) {
    const inText = type !== root && ![...keys].every((key) => key === "meeting" || key === "order");
    return inText ? "notes" : null;
  }
  if (root === topics(doc) || root === actions(doc)) return "topics";
  return root === agenda(doc) && keys.has("sent_ms") ? "topics" : null;
}

function rootOf(type: Changed): unknown {
  let at: Changed = type;
  while (at._item) at = at._item.parent as unknown as Changed;
  return at;
}
