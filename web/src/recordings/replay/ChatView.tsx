import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { EMOJI, type FileNote } from "../../chat/body.ts";
import { pieces } from "../../chat/links.ts";
import type { Message, Reaction } from "../../chat/thread.ts";
import { clock, day, size } from "../../format.ts";
import { Button } from "../../ui/index.ts";
import { t } from "../../words.ts";
import type { Origin } from "./origins.ts";
import { Jump, type Showing } from "./showing.tsx";
import { type StreamItem, streamOf } from "./stream.ts";

const PORTION = 200;
/** Who has scrolled up further than this reads what is older, and is left there. */
const NEAR_PX = 60;

interface Props {
  readonly showing: Showing;
}

export function ChatView({ showing }: Props): JSX.Element {
  const { moment, name } = showing;
  const most = useSignal(PORTION);
  const end = useRef<HTMLDivElement>(null);
  const seen = useRef(0);
  const items = streamOf(moment.chat, moment.happened, name);
  useLayoutEffect(() => {
    const box = end.current?.parentElement;
    if (!box || seen.current === items.length) return;
    const added = end.current?.previousElementSibling?.lastElementChild?.clientHeight ?? 0;
    const away = box.scrollHeight - box.scrollTop - box.clientHeight - added;
    if (seen.current === 0 || away < NEAR_PX) box.scrollTop = box.scrollHeight;
    seen.current = items.length;
  });
  if (items.length === 0) return <p class="second">{t("recordings.replay.no_chat")}</p>;
  const shown = items.slice(-most.value);
  return (
    <>
      {shown.length < items.length && (
        <Button
          kind="quiet"
          onClick={() => {
            most.value += PORTION;
          }}
        >
          {t("chat.earlier")}
        </Button>
      )}
      <ol class="replay-stream" aria-label={t("chat.log")}>
        {shown.map((item) => (
          <li key={item.key}>
            <Line item={item} showing={showing} />
          </li>
        ))}
      </ol>
      <div ref={end} />
    </>
  );
}

function Line({ item, showing }: Props & { readonly item: StreamItem }): JSX.Element {
  if (item.kind === "day") return <p class="second small replay-day">{day(item.atMs)}</p>;
  if (item.kind === "happened") {
    return (
      <p class="second small">
        {item.words} <Jump origin={{ at: item.at, seat: null }} showing={showing} />
      </p>
    );
  }
  const origin: Origin = { at: showing.replay.saidAt(item.n), seat: item.seat };
  return (
    <>
      <p class={`replay-who ${item.seat}`}>
        <bdi>{showing.name(item.seat)}</bdi>{" "}
        {origin.at === null ? (
          <span class="second small">{clock(item.atMs)}</span>
        ) : (
          <Jump origin={origin} showing={showing} />
        )}
      </p>
      {item.kind === "message" ? (
        <Said message={item} showing={showing} />
      ) : (
        <p class="second small">{t(item.kind === "deleted" ? "chat.deleted" : "chat.unreadable")}</p>
      )}
    </>
  );
}

function Said({ message, showing }: Props & { readonly message: Message }): JSX.Element {
  return (
    <>
      {message.text !== "" && (
        <p class="replay-text" dir="auto">
          {pieces(message.text).map((piece) =>
            typeof piece === "string" ? (
              piece
            ) : (
              <>
                <a href={piece.href} target="_blank" rel="noopener noreferrer" dir="ltr">
                  {piece.text}
                </a>
                {piece.host !== null && <span class="second"> ({t("chat.link_host", { host: piece.host })})</span>}
              </>
            ),
          )}
        </p>
      )}
      {message.files.map((file) => (
        <File key={file.blob} file={file} />
      ))}
      {message.reactions.length > 0 && (
        <p class="small">
          {message.reactions.map((reaction) => (
            <Signs key={reaction.emoji} reaction={reaction} showing={showing} />
          ))}
        </p>
      )}
    </>
  );
}

/** Files live with the room, not in the recording. */
function File({ file }: { readonly file: FileNote }): JSX.Element {
  return <p class="second small">{t("recordings.replay.file", { name: file.name, size: size(file.bytes) })}</p>;
}

function Signs({ reaction, showing }: Props & { readonly reaction: Reaction }): JSX.Element {
  const names = reaction.seats.map(showing.name).join(", ");
  const emoji = t(`chat.emoji.${EMOJI[reaction.emoji]}`);
  const label = t("chat.reaction", { emoji, names });
  return (
    <span title={label}>
      <span aria-hidden="true">{reaction.emoji} </span>
      <span class="heard">{label}</span>
    </span>
  );
}
