/** Plain text that two people write at once: what a field's change was, and how it fits with the other's. */

export interface Edit {
  readonly at: number;
  readonly deleted: number;
  readonly inserted: string;
}

/**
 * The one stretch in which `after` differs from `before`. `caret` is where the caret stands in `after`: typed into a run of equal
 * letters, only it tells where. Never cuts a surrogate pair in half.
 */
export function editOf(before: string, after: string, caret: number = after.length): Edit | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let tail = 0;
  const longestTail = Math.min(shorter, after.length - Math.min(caret, after.length));
  while (tail < longestTail && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  let at = 0;
  while (at < shorter - tail && before[at] === after[at]) at += 1;
  // a caret in an odd place (set by a script, or a browser that moves it first) must not hide a longer common end
  while (tail < shorter - at && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  if (isHigh(before, at - 1) || isHigh(after, at - 1)) at -= 1;
  if (isLow(before, before.length - tail) || isLow(after, after.length - tail)) tail -= 1;
  return { at, deleted: before.length - tail - at, inserted: after.slice(at, after.length - tail) };
}

/** Where a position of the text before `edit` lies after it. `stick`: at the edit's own start, before what it inserts. */
export function moved(position: number, edit: Edit, stick = true): number {
  if (position < edit.at || (stick && position === edit.at)) return position;
  if (position >= edit.at + edit.deleted) return position + edit.inserted.length - edit.deleted;
  return edit.at + edit.inserted.length;
}

/** `edit`, made on a text that `other` has changed meanwhile, as an edit of the text after `other`. */
export function after(edit: Edit, other: Edit): Edit {
  const at = moved(edit.at, other);
  const end = moved(edit.at + edit.deleted, other, edit.deleted === 0);
  return { at, deleted: Math.max(0, end - at), inserted: edit.inserted };
}

function isHigh(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code <= 0xdbff;
}

function isLow(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}
