/**
 * The partner's pointer, and what grows under it, laid over the board. Drawn here and not by Excalidraw, which would draw
 * the whole page anew for each step.
 */
import type { JSX } from "preact";
import type { Id, Seat } from "../protocol";
import type { BoardDesk } from "./desk";
import type { Ghost } from "./live";

interface Props {
  readonly desk: BoardDesk;
  readonly page: Id;
  readonly partner: Seat;
  readonly name: string;
}

export function Live({ desk, page, partner, name }: Props): JSX.Element | null {
  const island = desk.island.value;
  const seen = desk.live.partner.value;
  if (island === null || seen.page !== page) return null;
  const { scrollX, scrollY, zoom } = island.viewport.value;
  const [x, y] = seen.pointer ?? [0, 0];
  return (
    <div class={`board-live ${partner}`} aria-hidden="true">
      <svg class="board-ghosts" aria-hidden="true">
        <g transform={`scale(${zoom}) translate(${scrollX} ${scrollY})`}>
          {seen.ghosts.map((ghost) => (
            <Shape key={ghost.id} ghost={ghost} />
          ))}
        </g>
      </svg>
      {seen.pointer && (
        <div
          class="board-pointer"
          style={{ transform: `translate(${(x + scrollX) * zoom}px, ${(y + scrollY) * zoom}px)` }}
        >
          <svg width="20" height="24" viewBox="0 0 20 24" aria-hidden="true">
            <path d="M2 2v17l4.6-4.1 2.9 6.6 3-1.3-2.9-6.5 6.4-.5z" />
          </svg>
          <span>{name}</span>
        </div>
      )}
    </div>
  );
}

function Shape({ ghost }: { ghost: Ghost }): JSX.Element | null {
  const { kind, x, y, width, height, angle, colour, strokeWidth, points, moved } = ghost;
  const turn = `rotate(${(angle * 180) / Math.PI} ${x + width / 2} ${y + height / 2})`;
  const line = { fill: "none", stroke: colour, "stroke-width": strokeWidth, transform: turn };
  const [left, top] = [Math.min(x, x + width), Math.min(y, y + height)];
  const [wide, high] = [Math.abs(width), Math.abs(height)];
  if (moved)
    return <rect class="board-moved" x={left} y={top} width={wide} height={high} fill="none" transform={turn} />;
  switch (kind) {
    case "freedraw":
    case "line":
    case "arrow":
      return (
        <polyline
          {...line}
          points={points.map(([px, py]) => `${x + px},${y + py}`).join(" ")}
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      );
    case "ellipse":
      return <ellipse {...line} cx={left + wide / 2} cy={top + high / 2} rx={wide / 2} ry={high / 2} />;
    case "diamond":
      return (
        <polygon
          {...line}
          points={`${left + wide / 2},${top} ${left + wide},${top + high / 2} ${left + wide / 2},${top + high} ${left},${top + high / 2}`}
        />
      );
    case "rectangle":
    case "frame":
    case "image":
      return <rect {...line} x={left} y={top} width={wide} height={high} rx="8" />;
    case "text":
      return null;
  }
}
