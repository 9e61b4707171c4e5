/**
 * How much a person would miss of what was deleted: whole pages, notes, topics and goals, shapes on the board, letters.
 * Counted where it happens, transaction by transaction, so that it costs what the change costs.
 */
import * as Y from "yjs";
import { pages } from "./layout";
import { roots } from "./restore";
import { elementLoss, type ValueLoss, wordsLost } from "./written";

export interface Loss extends ValueLoss {
  readonly whole: number;
}

export const NO_LOSS: Loss = { whole: 0, shapes: 0, letters: 0 };

export const plus = (one: Loss, other: Loss): Loss => ({
  whole: one.whole + other.whole,
  shapes: one.shapes + other.shapes,
  letters: one.letters + other.letters,
});

export const less = (one: Loss, other: Loss): Loss => ({
  whole: Math.max(0, one.whole - other.whole),
  shapes: Math.max(0, one.shapes - other.shapes),
  letters: Math.max(0, one.letters - other.letters),
});

export const isNone = ({ whole, shapes, letters }: Loss): boolean => whole + shapes + letters === 0;

/** Whether a person has agreed already that a page of the board goes, which the document marks as deleted at that moment. */
export type GivenUp = (page: string, deletedMs: unknown) => boolean;

const MUCH_SHAPES = 20;
const MUCH_LETTERS = 500;
/** Many small losses that nobody was asked about come to more than one large one. */
const SILENT = 4;

/** Whether a person must be asked. `silent`: what was given up without asking before. */
export function isMuch(loss: Loss, silent: Loss = NO_LOSS): boolean {
  const all = plus(loss, silent);
  if (loss.whole > 0 || loss.shapes > MUCH_SHAPES || loss.letters > MUCH_LETTERS) return true;
  return all.shapes > MUCH_SHAPES * SILENT || all.letters > MUCH_LETTERS * SILENT;
}

/** So many shapes taken off a board page at once, with nothing left on it, are the page's whole content. */
const CLEARED = 5;

/** What a transaction deleted, while its content is still there: to be called before it is collected. `fresh`: also what
 * came in this very transaction, which nobody has seen. What lies on a page that is given up counts for nothing. */
export function lossOf(transaction: Y.Transaction, fresh = false, givenUp?: GivenUp): Loss {
  if (transaction.deleteSet.clients.size === 0) return NO_LOSS;
  const collections = new Set<unknown>(roots(transaction.doc));
  const taken = new Map<Y.Map<unknown>, number>();
  const isOver = givenUp ? onPagesGivenUp(transaction.doc, givenUp) : () => false;
  let { whole, shapes, letters } = NO_LOSS;
  Y.iterateDeletedStructs(transaction, transaction.deleteSet, (item) => {
    if (!(item instanceof Y.Item)) return;
    if (!fresh && item.id.clock >= (transaction.beforeState.get(item.id.client) ?? 0)) return;
    const { parent, parentSub: key, content } = item;
    if (isOver(item)) return;
    if (content instanceof Y.ContentString) letters += item.length;
    if (key === null || content instanceof Y.ContentString || !(parent instanceof Y.Map)) return;
    const now: unknown = parent.get(key);
    if (content instanceof Y.ContentType) {
      if (collections.has(parent) && !(now instanceof Y.AbstractType)) whole += 1;
      return;
    }
    const before: unknown = content.getContent()[item.length - 1];
    const lost = isElements(parent) ? elementLoss(before, now) : { shapes: 0, letters: wordsLost(key, before, now) };
    shapes += lost.shapes;
    letters += lost.letters;
    if (lost.shapes > 0) taken.set(parent, (taken.get(parent) ?? 0) + 1);
  });
  for (const [elements, count] of taken) if (count >= CLEARED && isEmptied(elements)) whole += 1;
  return { whole, shapes, letters };
}

/** Whether something lies on a page of the board that is given up, or is that page. */
function onPagesGivenUp(doc: Y.Doc, givenUp: GivenUp): (item: Y.Item) => boolean {
  const all: unknown = pages(doc);
  const known = new Map<unknown, boolean>();
  const isOver = (type: unknown): boolean => {
    const way: unknown[] = [];
    let [at, over] = [type, known.get(type)];
    while (over === undefined) {
      way.push(at);
      const item: Y.Item | null = at instanceof Y.AbstractType ? at._item : null;
      if (item === null) over = false;
      else if (item.parent === all) over = isGivenUp(item, givenUp);
      else {
        at = item.parent;
        over = known.get(at);
      }
    }
    for (const each of way) known.set(each, over);
    return over;
  };
  return ({ parent, content }) => isOver(parent === all && content instanceof Y.ContentType ? content.type : parent);
}

/** The mark is read as it stood when the page went. */
function isGivenUp({ parentSub: page, content }: Y.Item, givenUp: GivenUp): boolean {
  if (page === null || !(content instanceof Y.ContentType)) return false;
  const mark = content.type._map.get("deleted_ms");
  return mark !== undefined && givenUp(page, mark.content.getContent().at(-1));
}

/** A board page's elements, by id. */
const isElements = (type: Y.Map<unknown>): boolean => type._item?.parentSub === "elements";

const isEmptied = (elements: Y.Map<unknown>): boolean => elements._item?.deleted === false && elements.size === 0;
