import { type ComponentChildren, Fragment, h, type JSX } from "preact";
import type { Block, Run } from "./body.ts";

/** A note to be read and not changed: while the editor loads, in a replay, or where it cannot be edited. Stands inside an
 * element of the class `notes`. `blocks` come from `readBody`: they are neither deep nor unknown. */
export function ReadNote({ blocks }: { readonly blocks: readonly Block[] }): JSX.Element {
  return <div class="note-text">{all(blocks)}</div>;
}

/** Without keys: what is only read is drawn anew as a whole. */
function all(blocks: readonly Block[]): JSX.Element {
  return h(Fragment, null, ...blocks.map(drawn));
}

function drawn(block: Block): JSX.Element {
  const { name, blocks, runs } = block;
  switch (name) {
    case "heading":
      return h(block.level === 1 ? "h3" : "h4", null, ...runs.map(drawnRun));
    case "bulletList":
      return <ul>{all(blocks)}</ul>;
    case "orderedList":
      return <ol>{all(blocks)}</ol>;
    case "taskList":
      return <ul data-type="taskList">{all(blocks)}</ul>;
    case "listItem":
      return <li>{all(blocks)}</li>;
    case "taskItem":
      return (
        <li data-checked={block.checked ? "true" : "false"}>
          <input type="checkbox" checked={block.checked} disabled aria-label={wordsIn(block)} />
          <div>{all(blocks)}</div>
        </li>
      );
    case "paragraph":
    case "hardBreak":
      return h("p", null, ...runs.map(drawnRun));
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
