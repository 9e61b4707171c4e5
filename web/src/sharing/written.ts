/** What people wrote or drew into plain values, where a change replaces the whole value: titles, a board's elements. */

/** Where plain values hold words. */
export const WRITTEN: ReadonlySet<string> = new Set(["title", "text", "originalText", "name", "label"]);

export interface ValueLoss {
  /** Elements of the board. */
  readonly shapes: number;
  readonly letters: number;
}

/** Letters of a value under this key that are not in what stands there now. */
export function wordsLost(key: string, before: unknown, now: unknown): number {
  return typeof before === "string" && WRITTEN.has(key) ? lettersLost(before, now) : 0;
}

/** An element of the board, and what stands in its place. */
export function elementLoss(before: unknown, now: unknown): ValueLoss {
  if (!isShown(before)) return { shapes: 0, letters: 0 };
  if (!isShown(now)) return { shapes: 1, letters: wordsOf(before).length };
  const shorn = pointsOf(now) * 2 < pointsOf(before);
  return { shapes: shorn ? 1 : 0, letters: lettersLost(wordsOf(before), wordsOf(now)) };
}

type Shown = Readonly<Record<string, unknown>>;

const isShown = (element: unknown): element is Shown =>
  typeof element === "object" && element !== null && (element as Shown).isDeleted !== true;

/** Wrapped and as it was written an element's text stands in it twice. */
function wordsOf(element: Shown): string {
  for (const key of ["originalText", ...WRITTEN]) {
    const words = element[key];
    if (typeof words === "string" && words !== "") return words;
  }
  return "";
}

const pointsOf = ({ points }: Shown): number => (Array.isArray(points) ? points.length : 0);

/** How much went out of the middle, as one who types sees it. */
function lettersLost(before: string, now: unknown): number {
  if (typeof now !== "string") return before.length;
  if (now.includes(before)) return 0;
  const most = Math.min(before.length, now.length);
  let start = 0;
  while (start < most && before[start] === now[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  return before.length - start - end;
}
