/** How far the document was looked at and written in, by panel: numbers of entries, kept in this browser. */

export const ON_DOCUMENT = ["whiteboard", "notes", "topics"] as const;
export type OnDocument = (typeof ON_DOCUMENT)[number];

interface Mark {
  /** How far the document reached when this person last looked. */
  readonly looked: number;
  /** The last entry written here. */
  readonly wrote: number;
  /** The last entry the other has told of. */
  readonly heard: number;
}

export type Marks = Readonly<Record<OnDocument, Mark>>;

export function marksKept(text: string | null): Marks {
  const kept = parsed(text);
  const marks = ON_DOCUMENT.map((panel): [OnDocument, Mark] => {
    const [looked, wrote, heard] = [kept[panel]].flat().map(wholeNumber);
    return [panel, { looked: looked ?? 0, wrote: wrote ?? 0, heard: heard ?? 0 }];
  });
  return Object.fromEntries(marks) as Marks;
}

export function keepMarks(storage: Pick<Storage, "setItem"> | null, place: string, marks: Marks): void {
  const lists = ON_DOCUMENT.map((panel) => [panel, [marks[panel].looked, marks[panel].wrote, marks[panel].heard]]);
  try {
    storage?.setItem(place, JSON.stringify(Object.fromEntries(lists)));
  } catch {
    // a full storage: kept as long as the page is
  }
}

/** What cannot be the number of an entry is none. */
export function wholeNumber(given: unknown): number {
  return Number.isSafeInteger(given) && (given as number) > 0 ? (given as number) : 0;
}

function parsed(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(text ?? "{}");
    return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
