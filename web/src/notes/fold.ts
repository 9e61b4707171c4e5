/** Letters as a search sees them: small, without accents, and the few that have no accent to take off spelled out. */

const SPELLED: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  þ: "th",
  ı: "i",
  ς: "σ",
};
const SPELLED_ANY = /[ßæœøđðłþıς]/g;
const PLAIN = /^[\0-\x7f]*$/;

export function fold(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(SPELLED_ANY, (letter) => SPELLED[letter] ?? letter);
}

/** The same, and for each place in it (and its end) the place in `text` it comes from. */
export function foldPlaces(text: string): { folded: string; places: readonly number[] } {
  let folded = "";
  const places: number[] = [];
  let at = 0;
  for (const letter of text) {
    const small = fold(letter);
    for (let i = 0; i < small.length; i += 1) places.push(at);
    folded += small;
    at += letter.length;
  }
  places.push(text.length);
  return { folded, places };
}
