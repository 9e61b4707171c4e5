/** Links people write. Whatever stands in a note, only these three kinds of address ever become a link. */

const SCHEMES = new Set(["http:", "https:", "mailto:"]);
const LONGEST = 2048;

/** The address as the browser understands it, or null where it is none that may be opened. */
export function safeHref(value: unknown): string | null {
  if (typeof value !== "string" || value.length > LONGEST) return null;
  try {
    const url = new URL(value.trim());
    // a name before the host is a disguise ("https://bank.example@elsewhere.example")
    if (!SCHEMES.has(url.protocol) || url.username !== "" || url.password !== "") return null;
    // what follows "?" in a mail address (copies to others, a text) is the writer's, not the reader's
    return url.protocol === "mailto:" ? `mailto:${url.pathname}` : url.href;
  } catch {
    return null;
  }
}

/** What somebody typed as an address: "example.org" and "anna@example.org" are understood too. */
export function typedHref(text: string): string | null {
  const typed = text.trim();
  if (/^[a-z][a-z0-9+.-]*:/i.test(typed) && !/^[^/@]+\.[a-z]{2,}:\d/i.test(typed)) return safeHref(typed);
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(typed)) return safeHref(`mailto:${typed}`);
  return /^[^\s/]+\.[^\s]{2,}$/.test(typed) ? safeHref(`https://${typed}`) : null;
}

/** A link for the eye: without scheme and closing slash. */
export function shownHref(href: string): string {
  return href.replace(/^(https?:\/\/|mailto:)/, "").replace(/\/$/, "");
}
