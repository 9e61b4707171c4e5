/** What this browser keeps of the board for itself, over a reload. */
type Keeps = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export interface Kept<T> {
  /** What is not of the right shape is left out. */
  load(): T[];
  /** Only the last `most` of them. */
  save(items: readonly T[]): void;
}

export function keptAt<T>(
  place: string,
  most: number,
  clean: (one: unknown) => T | null,
  storage: Keeps | null = browserStorage(),
): Kept<T> {
  return {
    load() {
      try {
        const found: unknown = JSON.parse(storage?.getItem(place) ?? "[]");
        return Array.isArray(found) ? found.map(clean).filter((one): one is T => one !== null) : [];
      } catch {
        return [];
      }
    },
    save(items) {
      try {
        if (items.length === 0) storage?.removeItem(place);
        else storage?.setItem(place, JSON.stringify(items.slice(-most)));
      } catch {
        // kept as long as the page is
      }
    },
  };
}

function browserStorage(): Keeps | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
