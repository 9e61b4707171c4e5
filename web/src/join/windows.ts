/**
 * Which seats of a room are open in windows of this browser. The server knows only that a page is in a seat: on another
 * device, or in a window that has just crashed and whose line it still waits for. A lock of the browser goes with its window.
 */
import type { Id, Seat } from "../protocol";

const SEATS: readonly Seat[] = ["mentor", "mentee"];
const name = (room: Id, seat: Seat) => `visavis:${room}/${seat}`;

/** Held until the page goes, or the returned function is called. */
export function holdWindow(room: Id, seat: Seat, locks: LockManager | null = browserLocks()): () => void {
  let release: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => {
    release = resolve;
  });
  locks?.request(name(room, seat), { mode: "shared" }, () => gone).catch(() => undefined);
  return release;
}

/** Null where the browser does not tell. */
export async function openWindows(room: Id, locks: LockManager | null = browserLocks()): Promise<Set<Seat> | null> {
  try {
    const held = (await locks?.query())?.held;
    return held ? new Set(SEATS.filter((seat) => held.some((lock) => lock.name === name(room, seat)))) : null;
  } catch {
    return null;
  }
}

/** Only pages that came with encryption have them. */
function browserLocks(): LockManager | null {
  return typeof navigator === "undefined" ? null : (navigator.locks ?? null);
}
