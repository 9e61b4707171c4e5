/** What the other person wrote, before it is shown: harmless to what stands around it, and otherwise as it was. */

/** Controls but tab and line feed; what turns or embeds writing direction; what hides or annotates; lone surrogates. */
const INVISIBLE = /[\p{Cc}\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ufeff\u{e0000}-\u{e0fff}\p{Cs}]/gu;
/** More than eight marks on one letter climb over the lines above and below. */
const PILED_MARKS = /(\p{M}{8})\p{M}+/gu;

export function cleanText(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(INVISIBLE, (sign) => (sign === "\n" || sign === "\t" ? sign : sign === "\u2028" ? "\n" : ""))
    .replace(PILED_MARKS, "$1")
    .replace(/\n{4,}/g, "\n\n\n")
    .replace(/^\n+/, "")
    .trimEnd(); // an expression for the end tries every run of spaces in between: a message of them would take a second
}

const LONGEST_NAME = 100;
const LONGEST_ENDING = 12;
/** What Windows takes for a device, whatever the ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** A name a file may be saved under on any system: one line, no path, not hidden, at most 100 characters. */
export function cleanFileName(name: string): string {
  const plain = name
    .normalize("NFC")
    .replace(/[\p{C}\u2028\u2029]/gu, "")
    .replace(PILED_MARKS, "$1")
    .replace(/[/\\:*?"<>|]/g, "_")
    .replace(/\s+/gu, " ");
  const short = shortened(within(plain, (sign) => sign === "." || sign === " "));
  if (short === "") return "file";
  return DEVICE.test(short) ? `_${short}` : short;
}

/** Without such signs at both ends. */
function within(text: string, isOuter: (sign: string | undefined) => boolean): string {
  let [start, end] = [0, text.length];
  while (start < end && isOuter(text[start])) start += 1;
  while (end > start && isOuter(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

/** Cut in the middle, so that the ending, which says what it is, stays. */
function shortened(name: string): string {
  const signs = [...name];
  if (signs.length <= LONGEST_NAME) return name;
  const dot = signs.lastIndexOf(".");
  const ending = dot >= 0 && signs.length - dot <= LONGEST_ENDING ? signs.slice(dot) : [];
  return [...signs.slice(0, LONGEST_NAME - ending.length - 1), "…", ...ending].join("");
}
