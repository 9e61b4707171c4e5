/** What a note may hold: headings, three kinds of lists, links, bold and italic. Pasting keeps this and nothing else. */
import { InputRule, Mark, markInputRule, markPasteRule, Node, textblockTypeInputRule } from "@tiptap/core";
import { BulletList, ListItem, ListKeymap, OrderedList, TaskItem, TaskList } from "@tiptap/extension-list";
import type { ResolvedPos } from "@tiptap/pm/model";
import { t } from "../words.ts";
import { safeHref } from "./links.ts";

const Doc = Node.create({ name: "doc", topNode: true, content: "block+" });

const Text = Node.create({ name: "text", group: "inline" });

const Paragraph = Node.create({
  name: "paragraph",
  priority: 1000,
  group: "block",
  content: "inline*",
  parseHTML: () => [{ tag: "p" }],
  renderHTML: () => ["p", 0],
});

/** Two levels. A note stands below its own title, so they are drawn as the third and the fourth. */
const Heading = Node.create({
  name: "heading",
  group: "block",
  content: "inline*",
  defining: true,
  addAttributes: () => ({ level: { default: 1, rendered: false } }),
  parseHTML: () => [1, 2, 3, 4, 5, 6].map((n) => ({ tag: `h${n}`, getAttrs: (node) => ({ level: levelOf(node, n) }) })),
  // the level itself goes along, so that what is copied from a note comes back as it was
  renderHTML: ({ node }) => [node.attrs.level === 2 ? "h4" : "h3", { "data-level": node.attrs.level === 2 ? 2 : 1 }, 0],
  addKeyboardShortcuts() {
    const toggle = (level: number) => this.editor.commands.toggleNode("heading", "paragraph", { level });
    return {
      "Mod-Alt-1": () => toggle(1),
      "Mod-Alt-2": () => toggle(2),
      "Mod-Alt-0": () => this.editor.commands.setNode("paragraph"),
      // at the start of a heading, going back makes it ordinary text first
      Backspace: () => {
        const { empty, $anchor } = this.editor.state.selection;
        if (!empty || $anchor.parent.type !== this.type || $anchor.parentOffset > 0) return false;
        return this.editor.commands.setNode("paragraph");
      },
    };
  },
  addInputRules() {
    return [1, 2].map((level) =>
      textblockTypeInputRule({ find: new RegExp(`^#{${level}}\\s$`), type: this.type, getAttributes: { level } }),
    );
  },
});

function levelOf(node: HTMLElement, n: number): 1 | 2 {
  const said = node.getAttribute("data-level");
  return said === "1" || (said !== "2" && n < 3) ? 1 : 2;
}

const HardBreak = Node.create({
  name: "hardBreak",
  group: "inline",
  inline: true,
  selectable: false,
  parseHTML: () => [{ tag: "br" }],
  renderHTML: () => ["br"],
  renderText: () => "\n",
  addKeyboardShortcuts() {
    return { "Shift-Enter": () => this.editor.commands.insertContent({ type: this.name }) };
  },
});

/** What the style of pasted HTML said, see `quiet`. */
function said(node: HTMLElement, style: RegExp): boolean {
  return style.test(node.getAttribute("data-style") ?? "");
}

const Bold = Mark.create({
  name: "bold",
  parseHTML: () => [
    { tag: "strong" },
    { tag: "b", getAttrs: (node) => !said(node, /font-weight:\s*(normal|400)/) && null },
    { tag: "[data-style]", consuming: false, getAttrs: (node) => said(node, /font-weight:\s*(bold|[6-9]00)/) && null },
  ],
  renderHTML: () => ["strong", 0],
  addKeyboardShortcuts() {
    return { "Mod-b": () => this.editor.commands.toggleMark(this.name) };
  },
  addInputRules() {
    return [markInputRule({ find: /(?:^|\s)(\*\*(?!\s+\*\*)([^*]+)\*\*(?!\s+\*\*))$/, type: this.type })];
  },
});

const Italic = Mark.create({
  name: "italic",
  parseHTML: () => [
    { tag: "em" },
    { tag: "i", getAttrs: (node) => !said(node, /font-style:\s*normal/) && null },
    { tag: "[data-style]", consuming: false, getAttrs: (node) => said(node, /font-style:\s*italic/) && null },
  ],
  renderHTML: () => ["em", 0],
  addKeyboardShortcuts() {
    return { "Mod-i": () => this.editor.commands.toggleMark(this.name) };
  },
  addInputRules() {
    return [markInputRule({ find: /(?:^|\s)(\*(?!\s+\*)([^*]+)\*(?!\s+\*))$/, type: this.type })];
  },
});

const TYPED = /(?:^|\s)(https?:\/\/[^\s<>"']+)\s$/;
const PASTED = /https?:\/\/[^\s<>"']+/g;
const CLOSING = /[.,;:!?)\]]+$/;

/** Only an address is kept, no target, class or title of somebody else's; drawn as a link only where it is safe. */
export const Link = Mark.create({
  name: "link",
  priority: 1000,
  keepOnSplit: false,
  inclusive: false,
  addAttributes: () => ({ href: { default: null, parseHTML: (node) => safeHref(node.getAttribute("href")) } }),
  parseHTML: () => [
    { tag: "a[href]", getAttrs: (node) => (safeHref(node.getAttribute("href")) === null ? false : null) },
  ],
  renderHTML({ mark }) {
    const href = safeHref(mark.attrs.href);
    if (href === null) return ["span", { class: "dead-link" }, 0];
    return ["a", { href, title: href, rel: "noopener noreferrer", target: "_blank" }, 0];
  },
  addInputRules() {
    const find = TYPED;
    const handler: InputRule["handler"] = ({ state, range, match }) => {
      // a new line is made by the editor itself
      if (match[0].endsWith("\n")) return null;
      const words = (match[1] ?? "").replace(CLOSING, "");
      const href = safeHref(words);
      if (href === null) return null;
      const start = range.from + match[0].indexOf(match[1] ?? "");
      const { tr } = state;
      // what was typed stands in the document already where it came by composition, and does not where it came by a key
      if (!/\s$/.test(state.doc.textBetween(range.from, range.to))) tr.insertText(" ", range.to);
      tr.addMark(start, start + words.length, this.type.create({ href }));
      tr.removeStoredMark(this.type);
      return undefined;
    };
    return [new InputRule({ find, handler })];
  },
  addPasteRules() {
    const find = (text: string) =>
      [...text.matchAll(PASTED)]
        .map((match) => ({ index: match.index, text: match[0].replace(CLOSING, "") }))
        // a link without an address is none that readers take
        .filter((found) => safeHref(found.text) !== null);
    return [markPasteRule({ find, type: this.type, getAttributes: (match) => ({ href: safeHref(match[0]) }) })];
  },
});

/** Items hold any blocks: where two take lists apart at once, an item may be left without its first paragraph, and the
 * binding throws away what the schema forbids. */
const Item = ListItem.extend({ content: "block+" });

const Task = TaskItem.extend({
  content: "block+",
  addInputRules() {
    const wraps = outsideItems(this.parent?.() ?? []);
    const inItem = new InputRule({
      find: /^\s*(\[([ x]?)\])\s$/,
      handler: ({ state, range, match, chain }) => {
        const item = itemAt(state.doc.resolve(range.from));
        if (item === null) return null;
        const cleared = chain().deleteRange(range);
        if (item !== this.name) cleared.toggleList("taskList", this.name);
        cleared.updateAttributes(this.name, { checked: match[2] === "x" }).run();
        return undefined;
      },
    });
    return [inItem, ...wraps];
  },
});

const Bullets = BulletList.extend({
  addInputRules() {
    return outsideItems(this.parent?.() ?? []);
  },
});

/** In an item, signs that begin a list would wrap its text into a list of its own: there they are only signs. */
function outsideItems(rules: readonly InputRule[]): InputRule[] {
  return rules.map(
    ({ find, handler, undoable }) =>
      new InputRule({
        find,
        undoable,
        handler: (given) => (itemAt(given.state.doc.resolve(given.range.from)) === null ? handler(given) : null),
      }),
  );
}

/** The kind of item whose own text this place is in. */
function itemAt(place: ResolvedPos): string | null {
  const name = place.depth > 1 ? place.node(-1).type.name : "";
  return name === "listItem" || name === "taskItem" ? name : null;
}

/** Numbered from wherever it was pasted from, but by a number, and in figures only. */
const Numbered = OrderedList.extend({
  addInputRules() {
    return outsideItems(this.parent?.() ?? []);
  },
  addAttributes: () => ({
    start: { default: 1, parseHTML: (node) => startOf(node.getAttribute("start")) },
  }),
});

function startOf(said: string | null): number {
  const start = Number(said ?? 1);
  return Number.isSafeInteger(start) ? start : 1;
}

export const extensions = [
  Doc,
  Text,
  Paragraph,
  Heading,
  HardBreak,
  Bold,
  Italic,
  Link,
  Bullets.configure({ keepMarks: true }),
  Numbered.configure({ keepMarks: true }),
  Item,
  TaskList,
  Task.configure({
    nested: true,
    a11y: {
      checkboxLabel: (node) =>
        t("notes.task", { words: node.firstChild?.textContent.slice(0, 80) || t("notes.task_empty") }),
    },
  }),
  ListKeymap,
];
