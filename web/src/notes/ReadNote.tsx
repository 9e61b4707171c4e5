import { type ComponentChildren, Fragment, h, type JSX } from "preact";
import type { Block, Run } from "./body.ts";

type Beside = (block: Block) => ComponentChildren;

interface Props {
  readonly blocks: readonly Block[];
  /** Put at the end of each paragraph and heading. */
  readonly beside?: Beside;
}

/** A note to be read and not changed: while the editor loads, in a replay, or where it cannot be edited. Stands inside an
 * element of the class `notes`. `blocks` come from `readBody`: they are neither deep nor unknown. */
export function ReadNote({ blocks, beside }: Props): JSX.Element {
  return <div class="note-text">{all(blocks, beside)}</div>;
}

/** Without keys: what is only read is drawn anew as a whole. */
function all(blocks: readonly Block[], beside?: Beside): JSX.Element {
  return h(Fragment, null, ...blocks.map((block) => drawn(block, beside)));
}

function drawn(block: Block, beside?: Beside): JSX.Element {
  const { name, blocks, runs } = block;
  switch (name) {
    case "heading":
      return h(block.level === 1 ? "h3" : "h4", null, ...runs.map(drawnRun), beside?.(block));
    case "bulletList":
      return <ul>{all(blocks, beside)}</ul>;
    case "orderedList":
      return <ol>{all(blocks, beside)}</ol>;
    case "taskList":
      return <ul data-type="taskList">{all(blocks, beside)}</ul>;
    case "listItem":
      return <li>{all(blocks, beside)}</li>;
    case "taskItem":
      return (
        <li data-checked={block.checked ? "true" : "false"}>
          <input type="checkbox" checked={block.checked} disabled aria-label={wordsIn(block)} />
          <div>{all(blocks, beside)}</div>
        </li>
      );
    case "paragraph":
    case "hardBreak":
      return h("p", null, ...runs.map(drawnRun), beside?.(block));
  }
}

function drawnRun(run: Run): ComponentChildren {
  if (run.text === "\n") return <br />;
  let text: ComponentChildren = run.text;
  if (run.bold) text = <strong>{text}</strong>;
  if (run.italic) text = <em>{text}</em>;
  if (run.href === null) return text;
  return (
    <a href={run.href} title={run.href} rel="noopener noreferrer" target="_blank">
      {text}
    </a>
  );
}

function wordsIn(item: Block): string {
  return (item.blocks[0]?.runs ?? []).map((run) => run.text).join("");
}
