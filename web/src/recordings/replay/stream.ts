/** The chat as it was, with what happened between the two in its place. Pure. */
import { type Item, type Message, thread } from "../../chat/thread.ts";
import type { ChatEntry } from "../../sharing/types.ts";
import { known, t, tn } from "../../words.ts";
import type { Seat } from "../types.ts";
import type { Event } from "./replay.ts";

export type StreamItem =
  | Message
  | {
      readonly kind: "deleted" | "unreadable";
      readonly key: string;
      readonly seat: Seat;
      readonly n: number;
      readonly atMs: number;
    }
  | { readonly kind: "day"; readonly key: string; readonly atMs: number }
  | {
      readonly kind: "happened";
      readonly key: string;
      readonly atMs: number;
      readonly at: number;
      readonly words: string;
    };

export function streamOf(
  chat: readonly ChatEntry[],
  happened: readonly Event[],
  name: (seat: Seat) => string,
): StreamItem[] {
  // the seat matters only for what is unread
  const said = thread(chat, "mentor").filter(isShown);
  const between = eventsOf(happened, name);
  const items: StreamItem[] = [];
  let next = 0;
  for (const item of said) {
    for (let event = between[next]; event && event.atMs <= item.atMs; event = between[++next]) items.push(event);
    items.push(item);
  }
  return items.concat(between.slice(next));
}

function isShown(item: Item): item is Exclude<Item, { kind: "meeting" | "between" | "new" }> & StreamItem {
  return item.kind !== "meeting" && item.kind !== "between" && item.kind !== "new";
}

/** In words; what needs none (thinking is over, a proposal came to nothing) is left out. */
function eventsOf(
  happened: readonly Event[],
  name: (seat: Seat) => string,
): Extract<StreamItem, { kind: "happened" }>[] {
  const running = new Set<string>();
  return happened.flatMap((event, index) => {
    const words = wordsOf(event, running.has(event.about), name);
    if (event.what === "running") running.add(event.about);
    else if (event.what === "ended") running.delete(event.about);
    return words === null ? [] : [{ kind: "happened", key: `h${index}`, atMs: event.atMs, at: event.at, words }];
  });
}

function wordsOf({ about, what, seat, minutes }: Event, running: boolean, name: (seat: Seat) => string): string | null {
  const who = seat === null ? "" : name(seat);
  switch (about) {
    case "gesture": {
      const key = `gestures.kind.${what}`;
      return known(key) ? t("gestures.heard", { who, what: t(key) }) : null;
    }
    case "thinking":
      return what === "on" ? t("recordings.replay.thinking", { name: who }) : null;
    case "break":
    case "quiet": {
      const length = minutes === null ? "" : tn("common.minutes", minutes);
      if (what === "proposed" && seat !== null) {
        return t(`recordings.replay.${about}.proposed`, { name: who, length });
      }
      if (what === "running") return running ? null : t(`recordings.replay.${about}.running`, { length });
      return what === "ended" && running ? t(`recordings.replay.${about}.ended`) : null;
    }
    default:
      return null;
  }
}
