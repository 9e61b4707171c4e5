/** Every word people read comes from the catalogue, `web/words/<language>/*.json`: flat objects, key to text with
 * `{placeholders}`. The server fills the same texts in its templates. */

import admin from "../words/en/admin.json";
import breakWords from "../words/en/break.json";
import common from "../words/en/common.json";
import consent from "../words/en/consent.json";
import create from "../words/en/create.json";
import error from "../words/en/error.json";
import gestures from "../words/en/gestures.json";
import join from "../words/en/join.json";
import meeting from "../words/en/meeting.json";
import recordings from "../words/en/recordings.json";
import site from "../words/en/site.json";

const texts = {
  ...admin,
  ...breakWords,
  ...common,
  ...consent,
  ...create,
  ...error,
  ...gestures,
  ...join,
  ...meeting,
  ...recordings,
  ...site,
};

export type Key = keyof typeof texts;
export type Values = Readonly<Record<string, string | number>>;

/** Keys whose text depends on a number: `base.one` and `base.other` (and what else a language needs). */
export type CountKey = { [K in Key]: K extends `${infer Base}.other` ? Base : never }[Key];

export const language = "en";

const plural = new Intl.PluralRules(language);
const catalogue: Readonly<Record<string, string>> = texts;

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
  return Object.hasOwn(texts, key);
}

export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
