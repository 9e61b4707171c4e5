/** Where the partner writes: a thin line with a name, passed along and never kept. */
import { Extension } from "@tiptap/core";
import { type EditorState, Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet, type EditorView } from "@tiptap/pm/view";
import {
  absolutePositionToRelativePosition,
  type ProsemirrorBinding,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
} from "@tiptap/y-tiptap";
import * as Y from "yjs";
import type { Seat } from "../protocol.ts";
import { type Place, readPlace } from "./pointing.ts";

export interface PartnerCaret {
  readonly seat: Seat;
  readonly name: string;
  /** Both as read by `readPointing`: of the shape of a place, wherever it may lead. */
  readonly anchor: Place;
  readonly head: Place;
}

interface Binding {
  readonly type: Y.XmlFragment;
  readonly doc: Y.Doc;
  readonly mapping: ProsemirrorBinding["mapping"];
}

const key = new PluginKey<PartnerCaret | null>("partner-caret");

/** The binding of the editor's state to the document; absent before the first drawing. */
function bindingOf(state: EditorState): Binding | null {
  const sync = ySyncPluginKey.getState(state) as { binding?: Binding } | undefined;
  return sync?.binding ?? null;
}

/** Draws the caret given by `show`. */
export const PartnerCarets = Extension.create({
  name: "partnerCaret",
  addProseMirrorPlugins() {
    return [
      new Plugin<PartnerCaret | null>({
        key,
        state: {
          init: () => null,
          apply: (tr, before) => {
            const told = tr.getMeta(key) as { caret: PartnerCaret | null } | undefined;
            return told === undefined ? before : told.caret;
          },
        },
        props: {
          decorations(state) {
            const caret = key.getState(state);
            const binding = bindingOf(state);
            if (!caret || binding === null) return DecorationSet.empty;
            const size = state.doc.content.size;
            const anchor = absolute(caret.anchor, binding, size);
            const head = absolute(caret.head, binding, size);
            return head === null ? DecorationSet.empty : DecorationSet.create(state.doc, drawn(caret, anchor, head));
          },
        },
      }),
    ];
  },
});

function drawn(caret: PartnerCaret, anchor: number | null, head: number): Decoration[] {
  const line = Decoration.widget(head, () => lineOf(caret), {
    key: `caret-${caret.seat}-${caret.name}`,
    side: 10,
    ignoreSelection: true,
  });
  if (anchor === null || anchor === head) return [line];
  const [from, to] = anchor < head ? [anchor, head] : [head, anchor];
  return [line, Decoration.inline(from, to, { class: `their-selection ${caret.seat}` })];
}

function lineOf(caret: PartnerCaret): HTMLElement {
  const line = document.createElement("span");
  line.className = `their-caret ${caret.seat}`;
  line.setAttribute("aria-hidden", "true");
  const name = document.createElement("span");
  name.className = "their-name";
  name.textContent = caret.name;
  line.append(name);
  return line;
}

/** A place in this editor's body, or null where it leads elsewhere or nowhere. */
function absolute(place: Place, binding: Binding, size: number): number | null {
  try {
    const at = relativePositionToAbsolutePosition(
      binding.doc,
      binding.type,
      Y.createRelativePositionFromJSON(place),
      binding.mapping,
    );
    return typeof at === "number" && at >= 0 && at <= size ? at : null;
  } catch {
    return null;
  }
}

/** One's own caret as places in the document. */
export function ownPlaces(state: EditorState): { anchor: Place; head: Place } | null {
  const binding = bindingOf(state);
  if (binding === null) return null;
  const { type, mapping } = binding;
  const place = (at: number) =>
    readPlace(Y.relativePositionToJSON(absolutePositionToRelativePosition(at, type, mapping)));
  try {
    const anchor = place(state.selection.anchor);
    const head = place(state.selection.head);
    return anchor === null || head === null ? null : { anchor, head };
  } catch {
    // between a change and its drawing a position may lead nowhere
    return null;
  }
}

/** Shows the partner's caret in this editor, or none. */
export function showCaret(view: EditorView, caret: PartnerCaret | null): void {
  if (caret === null && key.getState(view.state) === null) return;
  view.dispatch(view.state.tr.setMeta(key, { caret }).setMeta("addToHistory", false));
}
