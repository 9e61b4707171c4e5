/** Addresses in what people write. Only http, https and mailto become links, and where they lead is always in sight. */

export interface Link {
  readonly href: string;
  /** As written. */
  readonly text: string;
  /** Where it truly leads, when the written text does not show that; else null. */
  readonly host: string | null;
}

export type Piece = string | Link;

const ADDRESS = /(?<![\p{L}\p{N}])(?:https?:\/\/|mailto:|www\.(?=[\p{L}\p{N}]))[^\s<>"`{}|\\^]{1,2000}/giu;
/** What ends a sentence and not an address. */
const AFTER = new Set(".,;:!?'*_…»”’");
const PAIRS: Readonly<Record<string, string>> = { ")": "(", "]": "[" };
const MOST_LINKS = 50;

/** Cuts `text` into plain pieces and links; together the pieces read as `text`. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let done = 0;
  let links = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const link = links < MOST_LINKS ? linkOf(trimmed(match[0])) : null;
    if (link === null) continue;
    links += 1;
    if (match.index > done) found.push(text.slice(done, match.index));
    found.push(link);
    done = match.index + link.text.length;
  }
  if (done < text.length) found.push(text.slice(done));
  return found;
}

function linkOf(text: string): Link | null {
  const url = parsed(/^www\./i.test(text) ? `https://${text}` : text);
  if (url === null) return null;
  if (url.protocol === "mailto:") {
    // headers after "?" (copies to others, a body) are the writer's, not the reader's: left out
    return /^[^@\s%]+@[^@\s%]+$/.test(url.pathname)
      ? { href: `mailto:${url.pathname}`, text, host: shown(text, url.pathname) }
      : null;
  }
  const web = url.protocol === "https:" || url.protocol === "http:";
  // a name before the host is a disguise ("https://bank.example@elsewhere.example"): it stays words
  if (!web || url.username !== "" || url.password !== "" || url.hostname === "") return null;
  return { href: url.href, text, host: shown(text.replace(/^https?:\/\//i, ""), url.host) };
}

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function shown(text: string, truth: string): string | null {
  const written = text.replace(/^mailto:/i, "").toLowerCase();
  const rest = written.startsWith(truth.toLowerCase()) ? written.slice(truth.length) : null;
  return rest !== null && /^($|[/?#:])/.test(rest) ? null : truth;
}

/** One look at each sign, whatever somebody puts at the end. */
function trimmed(address: string): string {
  const count = (sign: string) => address.split(sign).length - 1;
  const unopened: Record<string, number> = {};
  for (const [closing, opening] of Object.entries(PAIRS)) unopened[closing] = count(closing) - count(opening);
  let end = address.length;
  for (;;) {
    const last = address[end - 1] ?? "";
    const more = unopened[last] ?? 0;
    if (more > 0) unopened[last] = more - 1;
    else if (!AFTER.has(last)) return address.slice(0, end);
    end -= 1;
  }
}
