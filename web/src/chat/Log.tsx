import { type Signal, useSignal } from "@preact/signals";
import { ArrowDown } from "lucide";
import { Fragment, type HTMLAttributes, type JSX } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { DAY_MS, longDay } from "../format.ts";
import type { Names } from "../sharing/layout";
import type { Sharing } from "../sharing/types";
import { Button, Icon } from "../ui/index.ts";
import { t, tn } from "../words";
import { DeleteDialog } from "./DeleteDialog.tsx";
import type { Drops } from "./drops.ts";
import { MessageView } from "./MessageView.tsx";
import { type Gap, goesOn, type Item, type Message, type Separator, thread } from "./thread.ts";
import { type Unread, unreadCount } from "./unread.ts";

/** Drawn at first, and with each "Earlier messages": a long chat opens as fast as a short one. */
const PAGE = 120;
/** Nearer than this to the end counts as being there. */
const NEAR = 48;

interface Props {
  readonly sharing: Sharing;
  readonly names: Names;
  readonly drops: Drops;
  readonly target: string | null;
  readonly level: 2 | 3;
  readonly calm: boolean;
}

export function Log({ sharing, names, drops, target, level, calm }: Props): JSX.Element {
  const unread = unreadCount(sharing);
  const log = useRef<HTMLDivElement>(null);
  const ready = sharing.chatReady.value;
  const newAfter = useNewAfter(ready, unread);
  const entries = sharing.chat.value;
  const items = useMemo(() => thread(entries, sharing.you, newAfter), [entries, sharing, newAfter]);
  const drawn = useSignal(PAGE);
  const deleting = useSignal<Message | null>(null);
  const from = Math.max(0, items.length - drawn.value);
  const { atEnd, toEnd } = useEnd(log, sharing, items);
  const drawEarlier = useEarlier(log, drawn);
  useTarget(log, target, items, drawn);
  const roving = useRoving(log);
  const loading = items.length === 0 && sharing.phase.value === "connecting";
  const unseen = unread.count.value;
  return (
    <div class="chat-middle">
      <div class="chat-log" role="log" aria-live="off" aria-label={t("chat.log")} ref={log} {...roving.handlers}>
        {items.length === 0 && <p class="second chat-empty">{t(loading ? "chat.coming" : "chat.empty")}</p>}
        {from > 0 && (
          <Button kind="quiet" onClick={drawEarlier}>
            {t("chat.earlier")}
          </Button>
        )}
        {items.slice(from).map((item, at) => (
          <Fragment key={item.key}>
            <Line
              {...{ item, sharing, names, level }}
              goesOn={goesOn(items[from + at - 1], item)}
              reachable={item.key === roving.current || (roving.current === null && from + at === items.length - 1)}
              onDelete={(message) => {
                deleting.value = message;
              }}
              onTakeBack={({ key, files }) => drops.takeBack(key, files)}
            />
          </Fragment>
        ))}
      </div>
      {unseen > 0 && !atEnd && !calm && (
        <button type="button" class="chat-newest" onClick={toEnd}>
          <Icon icon={ArrowDown} />
          <span>{t("chat.new_messages")}</span>
        </button>
      )}
      <DeleteDialog {...{ sharing, drops, deleting }} />
    </div>
  );
}

/** The last number read when the chat was opened, where something new waited then. */
function useNewAfter(ready: boolean, unread: Unread): number | null {
  const after = useRef<number | null | undefined>(undefined);
  if (ready && after.current === undefined) after.current = unread.count.peek() > 0 ? unread.read.peek() : null;
  return after.current ?? null;
}

interface LineProps {
  readonly item: Item;
  readonly sharing: Sharing;
  readonly names: Names;
  readonly level: 2 | 3;
  readonly goesOn: boolean;
  readonly reachable: boolean;
  readonly onDelete: (message: Message) => void;
  readonly onTakeBack: (message: Message) => void;
}

function Line({ item, sharing, names, level, goesOn, reachable, onDelete, onTakeBack }: LineProps): JSX.Element {
  if (item.kind === "message") {
    return <MessageView {...{ sharing, names, goesOn, reachable, onDelete, onTakeBack }} message={item} />;
  }
  if ("count" in item) {
    return <p class={`chat-gap ${item.seat} second small`}>{gapWords(item)}</p>;
  }
  return <Between {...{ item, level }} />;
}

function Between({ item, level }: { item: Separator; level: 2 | 3 }): JSX.Element {
  const Heading = `h${level}` as "h2";
  if (item.kind === "day") return <Heading class="chat-day small">{dayName(item.atMs)}</Heading>;
  const words = { meeting: "chat.in_meeting", between: "chat.between", new: "chat.new" } as const;
  return <p class={`chat-between ${item.kind} small`}>{t(words[item.kind])}</p>;
}

function gapWords({ kind, count }: Gap): string {
  if (kind === "deleted") return t("chat.deleted");
  return count === 1 ? t("chat.unreadable") : tn("chat.unreadable_many", count);
}

function dayName(ms: number): string {
  const day = new Date(ms).toDateString();
  if (day === new Date().toDateString()) return t("common.today");
  return day === new Date(Date.now() - DAY_MS).toDateString() ? t("common.yesterday") : longDay(ms);
}

type LogRef = { readonly current: HTMLDivElement | null };

/** Stays at the end while one is there, also when pictures come or the field grows; notes what has been seen. */
function useEnd(log: LogRef, sharing: Sharing, items: readonly Item[]): { atEnd: boolean; toEnd: () => void } {
  const atEnd = useSignal(true);
  /** Where this page scrolled to last. */
  const put = useRef(0);
  const last = items.at(-1);
  const lastKey = last?.key;
  const own = last !== undefined && "seat" in last && last.seat === sharing.you && "stored" in last && !last.stored;
  const look = useCallback(() => {
    if (!atEnd.peek() || !sharing.chatReady.peek() || document.visibilityState !== "visible") return;
    unreadCount(sharing).seen(sharing.chat.peek().reduce((most, { n }) => Math.max(most, n), 0));
  }, [sharing, atEnd]);
  const down = useCallback(() => {
    const node = log.current;
    if (!node) return;
    node.scrollTop = node.scrollHeight;
    put.current = node.scrollTop;
  }, [log]);
  const toEnd = useCallback(() => {
    down();
    atEnd.value = true;
    look();
  }, [down, atEnd, look]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the last line is another one
  useLayoutEffect(() => {
    if (atEnd.peek() || own) toEnd();
  }, [lastKey, items.length, own, sharing.chatReady.value]);
  useEffect(() => {
    const node = log.current;
    if (!node) return;
    // What changes the height by itself must not look as if the person had scrolled: our own step is told of later, when
    // a picture below may have grown already.
    const moved = () => {
      const near = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR;
      if (near || node.scrollTop !== put.current) atEnd.value = near;
      look();
    };
    const resized = new ResizeObserver(() => {
      if (atEnd.peek()) down();
    });
    const watch = () => {
      for (const child of node.children) resized.observe(child);
    };
    const added = new MutationObserver(watch);
    added.observe(node, { childList: true });
    resized.observe(node);
    watch();
    node.addEventListener("scroll", moved, { passive: true });
    document.addEventListener("visibilitychange", look);
    return () => {
      resized.disconnect();
      added.disconnect();
      node.removeEventListener("scroll", moved);
      document.removeEventListener("visibilitychange", look);
    };
  }, [log, atEnd, look, down]);
  return { atEnd: atEnd.value, toEnd };
}

/** Draws more above, and what was in sight stays where it was. */
function useEarlier(log: LogRef, drawn: Signal<number>): () => void {
  const below = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once the earlier ones are drawn
  useLayoutEffect(() => {
    const node = log.current;
    if (node && below.current !== null) node.scrollTop = node.scrollHeight - below.current;
    below.current = null;
  }, [log, drawn.value]);
  return () => {
    const node = log.current;
    if (node) below.current = node.scrollHeight - node.scrollTop;
    drawn.value += PAGE;
  };
}

/** Shows the message somebody searched for, drawing as many as that needs. */
function useTarget(log: LogRef, target: string | null, items: readonly Item[], drawn: Signal<number>): void {
  const shown = useRef<string | null>(null);
  const place = target === null ? -1 : items.findIndex((item) => "n" in item && String(item.n) === target);
  useEffect(() => {
    if (target === null || place < 0 || shown.current === target) return;
    if (items.length - drawn.value > place) drawn.value = items.length - place + 10;
    const node = log.current?.querySelector<HTMLElement>(`[data-n="${CSS.escape(target)}"]`);
    if (!node) return; // drawn with the next turn
    shown.current = target;
    node.scrollIntoView({ block: "center" });
    node.focus({ preventScroll: true });
  });
}

interface Roving {
  readonly current: string | null;
  readonly handlers: Pick<HTMLAttributes<HTMLDivElement>, "onKeyDown" | "onFocusCapture">;
}

/** One message at a time is in the order of Tab; Up, Down, Home and End go from one to the next. */
function useRoving(log: LogRef): Roving {
  const current = useSignal<string | null>(null);
  return {
    current: current.value,
    handlers: {
      onFocusCapture: (event) => {
        const message = (event.target as HTMLElement).closest<HTMLElement>("[data-key]");
        if (message) current.value = message.dataset.key ?? null;
      },
      onKeyDown: (event) => {
        if ((event.target as HTMLElement).closest("dialog")) return; // its keys are its own
        const messages = [...(log.current?.querySelectorAll<HTMLElement>("[data-key]") ?? [])];
        const here = messages.indexOf((event.target as HTMLElement).closest("[data-key]") as HTMLElement);
        const steps = new Map([
          ["ArrowUp", here - 1],
          ["ArrowDown", here + 1],
          ["Home", 0],
          ["End", messages.length - 1],
        ]);
        const goal = steps.get(event.key);
        if (here < 0 || goal === undefined) return;
        event.preventDefault();
        messages[goal]?.focus();
      },
    },
  };
}
