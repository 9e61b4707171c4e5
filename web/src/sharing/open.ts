import type { Id, Seat } from "../protocol";
import type { Sharing } from "./types";

export interface Opening {
  readonly room: Id;
  readonly you: Seat;
}

/** What the two make together, for the seat this browser holds. Usable at once; `ready` says when all is there. */
export function openSharing(_opening: Opening): Sharing {
  throw new Error("not there yet");
}
