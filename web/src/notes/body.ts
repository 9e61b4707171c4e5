/**
 * The body of a note as it lies in the document, read with care: whoever wrote it may have written anything. The
 * editor is only given a body that `readBody` calls whole; it would delete what it does not know.
 */
import * as Y from "yjs";
import { safeHref } from "./links.ts";

/** Far beyond what anybody writes, well within what a page can draw. */
export const LIMITS = { depth: 100, nodes: 20_000, characters: 500_000 } as const;

export interface Run {
  readonly text: string;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly href: string | null;
}

export type BlockName = keyof typeof CHILDREN;

/** An element of the body. `children` of a paragraph or a heading are runs of text, of all others blocks. */
export interface Block {
  readonly name: BlockName;
  readonly level: 1 | 2;
  readonly checked: boolean;
  readonly runs: readonly Run[];
  readonly blocks: readonly Block[];
}

/** Why a body cannot be edited as it is. */
export type Flaw = "unknown" | "too_deep" | "too_long" | "missing";

export interface Body {
  /** What was understood, in order; the rest is left out. */
  readonly blocks: readonly Block[];
  readonly flaw: Flaw | null;
}

const BLOCKS = ["paragraph", "heading", "bulletList", "orderedList", "taskList"];

/** Which elements there are and which stand in which; null: text and line breaks. */
const CHILDREN = {
  paragraph: null,
  heading: null,
  hardBreak: [] as string[],
  bulletList: ["listItem"],
  orderedList: ["listItem"],
  taskList: ["taskItem"],
  listItem: BLOCKS,
  taskItem: BLOCKS,
} as const satisfies Record<string, readonly string[] | null>;

const ATTRIBUTES: Readonly<Record<string, (value: unknown) => boolean>> = {
  "heading.level": (value) => value === 1 || value === 2,
  "taskItem.checked": (value) => typeof value === "boolean",
  "orderedList.start": (value) => typeof value === "number",
};

interface Open {
  readonly children: readonly unknown[];
  readonly allowed: readonly string[] | null;
  readonly depth: number;
  next: number;
  readonly runs: Run[];
  readonly blocks: Block[];
}

const sources = new WeakMap<Block, Y.XmlElement>();

/** What a block was read from. */
export function sourceOf(block: Block): Y.XmlElement | null {
  return sources.get(block) ?? null;
}

/** Reads a body without ever recursing, so that no nesting can exhaust the stack. */
export function readBody(value: unknown): Body {
  if (!(value instanceof Y.XmlFragment) || value instanceof Y.XmlElement) return { blocks: [], flaw: "missing" };
  const root: Open = { children: value.toArray(), allowed: BLOCKS, depth: 0, next: 0, runs: [], blocks: [] };
  const stack: Open[] = [root];
  let flaw: Flaw | null = null;
  let nodes = 0;
  let characters = 0;
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (top.next >= top.children.length) {
      stack.pop();
      continue;
    }
    const child = top.children[top.next++];
    nodes += 1;
    if (nodes > LIMITS.nodes || characters > LIMITS.characters) return { blocks: root.blocks, flaw: "too_long" };
    if (child instanceof Y.XmlText && top.allowed === null) {
      const read = readText(child);
      for (const run of read.runs) top.runs.push(run);
      characters += child.length;
      flaw ??= read.flaw;
    } else if (child instanceof Y.XmlElement && Object.hasOwn(CHILDREN, child.nodeName)) {
      const name = child.nodeName as BlockName;
      if (!(top.allowed === null ? name === "hardBreak" : top.allowed.includes(name))) flaw ??= "unknown";
      if (!knownAttributes(name, child)) flaw ??= "unknown";
      if (top.depth >= LIMITS.depth) flaw ??= "too_deep";
      else if (name === "hardBreak") top.runs.push({ text: "\n", bold: false, italic: false, href: null });
      else stack.push(opened(name, child, top));
    } else flaw ??= "unknown";
  }
  return { blocks: root.blocks, flaw };
}

function opened(name: BlockName, element: Y.XmlElement, parent: Open): Open {
  const runs: Run[] = [];
  const blocks: Block[] = [];
  const attributes: Record<string, unknown> = element.getAttributes();
  const level = attributes.level === 2 ? 2 : 1;
  const block: Block = { name, level, checked: attributes.checked === true, runs, blocks };
  sources.set(block, element);
  parent.blocks.push(block);
  return { children: element.toArray(), allowed: CHILDREN[name], depth: parent.depth + 1, next: 0, runs, blocks };
}

function knownAttributes(name: string, element: Y.XmlElement): boolean {
  const attributes: Record<string, unknown> = element.getAttributes();
  return Object.entries(attributes).every(([key, value]) => {
    const fits = Object.hasOwn(ATTRIBUTES, `${name}.${key}`) ? ATTRIBUTES[`${name}.${key}`] : undefined;
    return fits?.(value) ?? false;
  });
}

function readText(text: Y.XmlText): { runs: Run[]; flaw: Flaw | null } {
  const runs: Run[] = [];
  let flaw: Flaw | null = null;
  const delta: readonly { insert?: unknown; attributes?: Record<string, unknown> }[] = text.toDelta();
  for (const { insert, attributes = {} } of delta) {
    if (typeof insert !== "string") {
      flaw = "unknown";
      continue;
    }
    if (!Object.entries(attributes).every(knownMark)) flaw = "unknown";
    const link = attributes.link as { href?: unknown } | null | undefined;
    runs.push({
      text: insert,
      bold: Boolean(attributes.bold),
      italic: Boolean(attributes.italic),
      href: safeHref(link?.href),
    });
  }
  return { runs, flaw };
}

function knownMark([name, value]: [string, unknown]): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  if (name === "bold" || name === "italic") return keys.length === 0;
  return name === "link" && keys.length === 1 && typeof (value as { href?: unknown }).href === "string";
}

/** The words of a body, a line for each paragraph. */
export function plainText(blocks: readonly Block[]): string {
  return lines(blocks).join("\n");
}

/** The lines of a body; what stands in lists is not indented. `blocks` come from `readBody`, so they are not deep. */
export function lines(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block) =>
    CHILDREN[block.name] === null ? [block.runs.map((run) => run.text).join("")] : lines(block.blocks),
  );
}

/** Every stretch of text below `value`, known or not, within the limits: for "Show as plain text". */
export function rawText(value: unknown): string {
  const found: string[] = [];
  let room: number = LIMITS.characters;
  const stack: unknown[] = [value];
  for (let steps = 0; stack.length > 0 && room > 0 && steps < 4 * LIMITS.nodes; steps += 1) {
    const next = stack.pop();
    if (next instanceof Y.XmlFragment) for (const child of next.toArray().reverse()) stack.push(child);
    else if (next instanceof Y.Text) {
      const delta: readonly { insert?: unknown }[] = next.toDelta();
      const words = delta.map(({ insert }) => (typeof insert === "string" ? insert : "")).join("");
      if (words.trim() !== "") found.push(words.slice(0, room));
      room -= words.length;
    } else if (typeof next === "string") found.push(next.slice(0, room));
  }
  return found.join("\n");
}

/** A fresh body with these lines as paragraphs. */
export function bodyOf(text: string): Y.XmlFragment {
  const body = new Y.XmlFragment();
  body.insert(0, paragraphs(text));
  return body;
}

/** Writes plain text behind what is there. */
export function append(body: Y.XmlFragment, text: string): void {
  if (text !== "") body.insert(body.length, paragraphs(text));
}

function paragraphs(text: string): Y.XmlElement[] {
  return text.split("\n").map((line) => {
    const paragraph = new Y.XmlElement("paragraph");
    if (line !== "") paragraph.insert(0, [new Y.XmlText(line)]);
    return paragraph;
  });
}

/** Takes apart what is nested so deeply that deleting it at once would exhaust the stack (Yjs deletes recursively). */
export function flatten(value: unknown, step = 100): void {
  if (!(value instanceof Y.XmlFragment)) return;
  const cuts: { node: Y.XmlFragment; depth: number }[] = [];
  const stack: { node: Y.XmlFragment; depth: number }[] = [{ node: value, depth: 0 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top.depth > 0 && top.depth % step === 0 && top.node.length > 0) cuts.push(top);
    for (const child of top.node.toArray()) {
      if (child instanceof Y.XmlElement) stack.push({ node: child, depth: top.depth + 1 });
    }
  }
  cuts.sort((one, other) => other.depth - one.depth);
  // one transaction each: what was deleted must be collected before what stands around it
  for (const { node } of cuts) node.delete(0, node.length);
}
