/** The board in words, for those who do not see it: from the top down, line by line, frames with what lies in them. */
import { t, tn } from "../words";
import type { BoardElement } from "./clean";

export interface Line {
  readonly id: string;
  readonly words: string;
  readonly link: string | null;
  /** What lies in a frame. */
  readonly inside: readonly Line[];
}

interface Placed {
  readonly element: BoardElement;
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
}

/** The lines of `elements` (live ones, in any order). Pen strokes are counted, as nobody can tell what they say. */
export function boardAsText(elements: readonly BoardElement[]): Line[] {
  const byId = new Map(elements.map((element) => [element.id, element]));
  const labels = new Map<string, string>();
  for (const { type, containerId, text } of elements) {
    if (type === "text" && containerId && byId.has(containerId)) labels.set(containerId, oneLine(text));
  }
  const within = (frame: string | null) =>
    elements.filter((element) => {
      const parent = element.frameId && byId.get(element.frameId)?.type === "frame" ? element.frameId : null;
      return parent === frame && !(element.type === "text" && labels.has(element.containerId ?? ""));
    });
  const tell = (frame: string | null): Line[] => lines(within(frame), (element) => one(element, byId, labels, tell));
  return tell(null);
}

function lines(elements: readonly BoardElement[], tell: (element: BoardElement) => Line): Line[] {
  const strokes = elements.filter(({ type }) => type === "freedraw");
  const read = inReadingOrder(elements.filter(({ type }) => type !== "freedraw")).map(tell);
  if (strokes.length > 0) {
    const words = tn("board.text.strokes", strokes.length);
    read.push({ id: "strokes", words, link: null, inside: [] });
  }
  return read;
}

function one(
  element: BoardElement,
  byId: ReadonlyMap<string, BoardElement>,
  labels: ReadonlyMap<string, string>,
  tell: (frame: string) => Line[],
): Line {
  const label = labels.get(element.id) ?? "";
  const inside = element.type === "frame" ? tell(element.id) : [];
  return { id: element.id, words: words(element, label, byId, labels), link: element.link, inside };
}

function words(
  element: BoardElement,
  label: string,
  byId: ReadonlyMap<string, BoardElement>,
  labels: ReadonlyMap<string, string>,
): string {
  switch (element.type) {
    case "text":
      return oneLine(element.text);
    case "frame":
      return t("board.text.frame", { name: element.name?.trim() || t("board.text.nameless") });
    case "image":
      return t("board.text.image");
    case "freedraw":
      return tn("board.text.strokes", 1);
    case "arrow":
      return arrow(element, label, byId, labels);
    case "line":
      return label ? t("board.text.shape", { shape: t("board.text.line"), text: label }) : t("board.text.line");
    case "rectangle":
    case "diamond":
    case "ellipse": {
      const shape = t(`board.text.${element.type}`);
      return label ? t("board.text.shape", { shape, text: label }) : t("board.text.empty_shape", { shape });
    }
  }
}

function arrow(
  element: BoardElement,
  label: string,
  byId: ReadonlyMap<string, BoardElement>,
  labels: ReadonlyMap<string, string>,
): string {
  const end = (binding: BoardElement["startBinding"]) => {
    const bound = binding ? byId.get(binding.elementId) : undefined;
    if (bound === undefined) return null;
    return labels.get(bound.id) || oneLine(bound.text) || bound.name || t("board.text.something");
  };
  const [from, to] = [end(element.startBinding), end(element.endBinding)];
  const path =
    from && to
      ? t("board.text.arrow.from_to", { from, to })
      : to
        ? t("board.text.arrow.to", { to })
        : from
          ? t("board.text.arrow.from", { from })
          : t("board.text.arrow");
  return label ? t("board.text.shape", { shape: path, text: label }) : path;
}

/** Rows from the top down, each from left to right. What overlaps a row's first element by half its height is in the row. */
export function inReadingOrder(elements: readonly BoardElement[]): BoardElement[] {
  const rest = elements
    .map(placed)
    .sort((a, b) => a.top - b.top || a.left - b.left || (a.element.id < b.element.id ? -1 : 1));
  const read: BoardElement[] = [];
  while (rest.length > 0) {
    const first = rest[0] as Placed;
    const middle = first.top + Math.max(8, (first.bottom - first.top) / 2);
    const row: Placed[] = [];
    const later: Placed[] = [];
    for (const item of rest) (item.top <= middle ? row : later).push(item);
    row.sort((a, b) => a.left - b.left || a.top - b.top);
    read.push(...row.map(({ element }) => element));
    rest.splice(0, rest.length, ...later);
  }
  return read;
}

function placed(element: BoardElement): Placed {
  const { x, y, width, height } = element;
  const bottom = Math.max(y, y + height);
  return { element, top: Math.min(y, y + height), left: Math.min(x, x + width), bottom };
}

function oneLine(text: string | undefined): string {
  return (text ?? "").replace(/\s+/g, " ").trim();
}
