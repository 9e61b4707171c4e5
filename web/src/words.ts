/** Every word people read comes from the catalogue, `web/words/<language>/*.json`: flat objects, key to text with
 * `{placeholders}`. The server fills the same texts in its templates. */

import breakWords from "../words/en/break.json";
import common from "../words/en/common.json";
import consent from "../words/en/consent.json";
import error from "../words/en/error.json";
import gestures from "../words/en/gestures.json";
import join from "../words/en/join.json";
import meeting from "../words/en/meeting.json";
import together from "../words/en/together.json";

const texts = {
  ...breakWords,
  ...common,
  ...consent,
  ...error,
  ...gestures,
  ...join,
  ...meeting,
  ...together,
};

/** Words of what is loaded only where it is shown; it brings them itself, see `bring`. Those of `site.json` are
 * the server's alone. */
type Brought = typeof import("../words/en/admin.json") &
  typeof import("../words/en/board.json") &
  typeof import("../words/en/chat.json") &
  typeof import("../words/en/create.json") &
  typeof import("../words/en/earlier.json") &
  typeof import("../words/en/notes.json") &
  typeof import("../words/en/recordings.json") &
  typeof import("../words/en/seat.json") &
  typeof import("../words/en/sharing.json") &
  typeof import("../words/en/topics.json");

export type Key = keyof (typeof texts & Omit<Brought, "default">);
export type Values = Readonly<Record<string, string | number>>;

/** Keys whose text depends on a number: `base.one` and `base.other` (and what else a language needs). */
export type CountKey = { [K in Key]: K extends `${infer Base}.other` ? Base : never }[Key];

export const language = "en";

const plural = new Intl.PluralRules(language);
const catalogue: Record<string, string> = { ...texts };

/** Adds the words of a part that is loaded later; called once by that part's own module, before it draws anything. */
export function bring(words: Readonly<Record<string, string>>): void {
  Object.assign(catalogue, words);
}

/** The text for `key`, its placeholders filled. A placeholder without a value stays visible, so that tests see it. */
export function t(key: Key, values: Values = {}): string {
  return fill(catalogue[key] ?? key, values);
}

/** The text for the number `n`: `tn("common.days", 2)` gives "2 days". */
export function tn(base: CountKey, n: number, values: Values = {}): string {
  const text = catalogue[`${base}.${plural.select(n)}`] ?? catalogue[`${base}.other`] ?? base;
  return fill(text, { n, ...values });
}

/** Whether the catalogue has words for a key that is made at run time, such as `error.${code}`. */
export function known(key: string): key is Key {
  return Object.hasOwn(catalogue, key);
}

export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
