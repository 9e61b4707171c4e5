import "./chat.css";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import words from "../../words/en/chat.json";
import type { Names } from "../sharing/layout";
import type { ChatEntry, Sharing } from "../sharing/types";
import { bring, t } from "../words";
import { Announcer } from "./announcer.ts";
import { contentOf } from "./body.ts";
import { composerOf } from "./composer.ts";
import { Drops } from "./drops.ts";
import { Log } from "./Log.tsx";
import { isReadable } from "./thread.ts";
import { Typing } from "./typing.ts";
import { unreadCount } from "./unread.ts";
import { Write } from "./Write.tsx";

bring(words);

interface Props {
  readonly sharing: Sharing;
  readonly names: Names;
  /** The number of a message to show, as the search finds it. */
  readonly target?: string | null;
  /** Of the headings inside: 3 in a wing, 2 on a page of its own. */
  readonly level?: 2 | 3;
  /** Somebody thinks, or both are quiet: what comes is shown, and not pointed at before that is over. */
  readonly calm?: boolean;
}

/** The chat, from a wing of 288 px to a whole page. It fills the height it is given. */
export function ChatPanel({ sharing, names, target = null, level = 3, calm = false }: Props): JSX.Element {
  const composer = composerOf(sharing);
  const typing = useMemo(() => new Typing(sharing), [sharing]);
  const drops = useMemo(() => new Drops(sharing), [sharing]);
  const root = useRef<HTMLElement>(null);
  useEffect(
    () => () => {
      typing.close();
      drops.close();
    },
    [typing, drops],
  );
  const dropping = useSignal(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files may be dropped anywhere; a button takes them as well
    <section
      ref={root}
      class={dropping.value ? "chat-panel dropping" : "chat-panel"}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        dropping.value = true;
      }}
      onDragLeave={(event) => {
        if (!root.current?.contains(event.relatedTarget as Node | null)) dropping.value = false;
      }}
      onDrop={(event) => {
        dropping.value = false;
        if (!event.dataTransfer?.files.length) return;
        event.preventDefault();
        composer.add(event.dataTransfer.files);
      }}
    >
      <Log {...{ sharing, names, drops, target, level, calm }} />
      <Heard {...{ sharing, names, typing, calm }} />
      <Write {...{ sharing, names, composer, typing }} />
      {dropping.value && <p class="chat-drop">{t("chat.drop_here")}</p>}
    </section>
  );
}

interface HeardProps extends Pick<Props, "sharing" | "names"> {
  readonly typing: Typing;
  readonly calm: boolean;
}

/** The line "NAME is typing" for the eye, and what is told to a screen reader. */
function Heard({ sharing, names, typing, calm }: HeardProps): JSX.Element {
  const announcer = useMemo(() => new Announcer(), []);
  useEffect(() => announcer.calm(calm), [announcer, calm]);
  const partner = names.names[sharing.you === "mentor" ? "mentee" : "mentor"];
  const name = useRef(partner);
  name.current = partner;
  useEffect(() => {
    let last = 0;
    const { read } = unreadCount(sharing);
    const stop = [
      sharing.chat.subscribe((entries) => {
        const after = Math.max(last, read.peek());
        const fresh = entries.filter((entry) => entry.n > after && entry.seat !== sharing.you && isReadable(entry));
        last = entries.reduce((most, { n }) => Math.max(most, n), last);
        announcer.forget((n) => entries.some((entry) => entry.n === n && entry.body === null));
        if (!sharing.chatReady.peek() || fresh.length === 0) return; // what was there before is no news
        typing.arrived();
        for (const entry of fresh) announcer.message(name.current, wordsOf(entry), entry.n);
      }),
      typing.partner.subscribe((on) => {
        if (on) announcer.typing(name.current);
      }),
    ];
    return () => {
      for (const end of stop) end();
      announcer.close();
    };
  }, [sharing, typing, announcer]);
  return (
    <>
      <p class="chat-typing second small" aria-hidden="true">
        {typing.partner.value ? t("chat.typing", { name: partner }) : ""}
      </p>
      <p class="heard" role="status">
        {announcer.words.value}
      </p>
    </>
  );
}

function wordsOf({ body }: ChatEntry): string {
  const said = body && contentOf(body);
  if (said?.kind !== "message") return t("chat.unreadable");
  return [said.text, ...said.files.map((file) => file.name)].filter((part) => part !== "").join("\n");
}
