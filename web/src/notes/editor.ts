/** The editor itself: Tiptap over ProseMirror, bound to the body of one note. Loaded when the first note is opened. */
import { Editor, Extension } from "@tiptap/core";
import { Collaboration } from "@tiptap/extension-collaboration";
import { type EditorState, Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { ySyncPluginKey, yUndoPluginKey } from "@tiptap/y-tiptap";
import * as Y from "yjs";
import { type Flaw, readBody } from "./body.ts";
import { ownPlaces, type PartnerCaret, PartnerCarets, showCaret } from "./caret.ts";
import { safeHref } from "./links.ts";
import { type Action, filled, type Look } from "./look.ts";
import { quiet } from "./pasted.ts";
import type { Place } from "./pointing.ts";
import { extensions } from "./schema.ts";

export interface Wishes {
  readonly parent: HTMLElement;
  readonly body: Y.XmlFragment;
  /** The accessible name of the text. */
  readonly label: string;
  readonly placeholder: string;
  readonly editable: boolean;
  readonly onLook: (look: Look) => void;
  /** Where one's own caret is; null when the text lost the focus. */
  readonly onPlace: (places: { anchor: Place; head: Place } | null, writing: boolean) => void;
  /** The other browser wrote what cannot be edited; the editor has closed itself before touching it. */
  readonly onFlaw: (flaw: Flaw) => void;
  readonly onDeleted: () => void;
  /** The keys for a link were pressed. */
  readonly onLink: () => void;
  /** Nothing more fits into this note. */
  readonly onFull: () => void;
}

export interface Opened {
  run(action: Action): void;
  /** Makes what is marked a link, or the link at the caret another; null takes it away. */
  link(href: string | null, words?: string): void;
  /** `end`: behind all that is written; left out: where the caret was. */
  focus(end?: "end"): void;
  show(caret: PartnerCaret | null): void;
  setEditable(editable: boolean): void;
  /** The note was given another name. */
  setLabel(label: string): void;
  close(): void;
}

/** Opens the editor inside `parent`. The body must be one that `readBody` found no flaw in. */
export function open(wishes: Wishes): Opened {
  // registered before the binding's own observer, so that it never sees what it would delete
  const watch = (events: readonly Y.YEvent<Y.AbstractType<unknown>>[], tr: Y.Transaction) => {
    if (tr.origin === ySyncPluginKey || tr.origin instanceof Y.UndoManager) {
      if (events.some(deletes)) wishes.onDeleted();
      return;
    }
    const { flaw } = readBody(wishes.body);
    if (flaw === null) return;
    close();
    wishes.onFlaw(flaw);
  };
  wishes.body.observeDeep(watch as Parameters<Y.XmlFragment["observeDeep"]>[0]);
  const editor = make(wishes);
  let closed = false;
  function close(): void {
    if (closed) return;
    closed = true;
    wishes.body.unobserveDeep(watch as Parameters<Y.XmlFragment["observeDeep"]>[0]);
    editor.destroy();
  }
  return {
    run: (action) => perform(editor, action),
    link: (href, words) => setLink(editor, href, words),
    focus: (end) => editor.commands.focus(end),
    show: (caret) => {
      if (!editor.isDestroyed) showCaret(editor.view, caret);
    },
    setEditable: (editable) => editor.setEditable(editable, false),
    setLabel: (label) => {
      const { editorProps } = editor.options;
      editor.setOptions({ editorProps: { ...editorProps, attributes: attributes(label, wishes.placeholder) } });
    },
    close,
  };
}

function deletes(event: Y.YEvent<Y.AbstractType<unknown>>): boolean {
  return event.changes.delta.some((change) => (change.delete ?? 0) > 0);
}

function make(wishes: Wishes): Editor {
  const tell = (editor: Editor) => wishes.onLook(lookOf(editor));
  return new Editor({
    element: wishes.parent,
    injectCSS: false,
    // an empty string would be parsed as HTML, which the content policy forbids; the binding puts the text in
    content: { type: "doc", content: [{ type: "paragraph" }] },
    enableCoreExtensions: { delete: false },
    editable: wishes.editable,
    extensions: [...extensions, Collaboration.configure({ fragment: wishes.body }), PartnerCarets, bounds(wishes)],
    editorProps: {
      attributes: attributes(wishes.label, wishes.placeholder),
      transformPastedHTML: quiet,
      handleClick: (view, at, event) => (event.ctrlKey || event.metaKey) && openLink(view, at),
      handleKeyDown: (_view, event) => {
        if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey)
          return false;
        event.preventDefault();
        wishes.onLink();
        return true;
      },
      // a dropped file would make the browser leave the page for it
      handleDrop: (_view, event) => {
        const files = (event.dataTransfer?.files.length ?? 0) > 0;
        if (files) event.preventDefault();
        return files;
      },
    },
    onCreate: ({ editor }) => tell(editor),
    onTransaction: ({ editor, transaction }) => {
      tell(editor);
      const mine = !(transaction.getMeta(ySyncPluginKey) as { isChangeOrigin?: boolean } | undefined)?.isChangeOrigin;
      if (editor.isFocused && (transaction.docChanged || transaction.selectionSet)) {
        wishes.onPlace(ownPlaces(editor.state), mine && transaction.docChanged);
      }
    },
    onFocus: ({ editor }) => wishes.onPlace(ownPlaces(editor.state), false),
    onBlur: () => wishes.onPlace(null, false),
  });
}

function attributes(label: string, placeholder: string): Record<string, string> {
  return {
    class: "note-text",
    "aria-label": label,
    "aria-multiline": "true",
    "aria-placeholder": placeholder,
    "data-placeholder": placeholder,
  };
}

/** Keeps one's own writing within what every browser can show. */
function bounds(wishes: Wishes): Extension {
  return Extension.create({
    name: "bounds",
    addProseMirrorPlugins: () => [
      new Plugin({
        filterTransaction: (tr, state) => {
          if (!tr.docChanged || tr.getMeta(ySyncPluginKey)) return true;
          const grows = tr.doc.content.size > state.doc.content.size;
          if (!grows || filled(tr.doc) <= 1) return true;
          wishes.onFull();
          return false;
        },
      }),
    ],
  });
}

function openLink(view: EditorView, at: number): boolean {
  const marks = view.state.doc.resolve(at).marks();
  const href = safeHref(marks.find((mark) => mark.type.name === "link")?.attrs.href);
  if (href === null) return false;
  window.open(href, "_blank", "noopener,noreferrer");
  return true;
}

function perform(editor: Editor, action: Action): void {
  const chain = editor.chain().focus();
  switch (action) {
    case "heading":
      chain.toggleNode("heading", "paragraph", { level: 1 }).run();
      return;
    case "subheading":
      chain.toggleNode("heading", "paragraph", { level: 2 }).run();
      return;
    case "bold":
    case "italic":
      chain.toggleMark(action).run();
      return;
    case "bullets":
      chain.toggleList("bulletList", "listItem").run();
      return;
    case "numbers":
      chain.toggleList("orderedList", "listItem").run();
      return;
    case "tasks":
      chain.toggleList("taskList", "taskItem").run();
      return;
    case "undo":
      chain.undo().run();
      return;
    case "redo":
      chain.redo().run();
  }
}

function setLink(editor: Editor, href: string | null, words?: string): void {
  const chain = editor.chain().focus().extendMarkRange("link");
  const safe = safeHref(href);
  if (safe === null) {
    chain.unsetMark("link").run();
  } else if (editor.state.selection.empty && !editor.isActive("link")) {
    const text = words || safe;
    chain.insertContent([{ type: "text", text, marks: [{ type: "link", attrs: { href: safe } }] }]).run();
  } else chain.setMark("link", { href: safe }).run();
}

function lookOf(editor: Editor): Look {
  const { state } = editor;
  const active = new Set<Action>();
  if (editor.isActive("heading", { level: 1 })) active.add("heading");
  if (editor.isActive("heading", { level: 2 })) active.add("subheading");
  for (const name of ["bold", "italic"] as const) if (editor.isActive(name)) active.add(name);
  const list = innermostList(state);
  if (list !== null) active.add(list);
  const undo = yUndoPluginKey.getState(state) as { hasUndoOps?: boolean; hasRedoOps?: boolean } | undefined;
  return {
    active,
    canUndo: undo?.hasUndoOps === true,
    canRedo: undo?.hasRedoOps === true,
    link: editor.isActive("link") ? safeHref(editor.getAttributes("link").href) : null,
    marked: !state.selection.empty,
    empty: editor.isEmpty,
    filled: filled(state.doc),
  };
}

const LISTS: Readonly<Record<string, Action>> = { bulletList: "bullets", orderedList: "numbers", taskList: "tasks" };

function innermostList({ selection: { $from } }: EditorState): Action | null {
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const action = LISTS[$from.node(depth).type.name];
    if (action !== undefined) return action;
  }
  return null;
}
