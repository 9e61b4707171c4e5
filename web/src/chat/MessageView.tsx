import { useSignal } from "@preact/signals";
import { SmilePlus, Trash2 } from "lucide";
import type { JSX } from "preact";
import { clock } from "../format.ts";
import type { Names } from "../sharing/layout";
import type { Sharing } from "../sharing/types";
import { Icon } from "../ui/index.ts";
import { t } from "../words";
import { EMOJI, EMOJIS, type Emoji, reactionBody } from "./body.ts";
import { FileView } from "./FileView.tsx";
import { pieces } from "./links.ts";
import type { Message, Reaction } from "./thread.ts";

interface Props {
  readonly message: Message;
  readonly sharing: Sharing;
  readonly names: Names;
  /** Under the name and time of the one before. */
  readonly goesOn: boolean;
  /** In the order of Tab. */
  readonly reachable: boolean;
  readonly onDelete: (message: Message) => void;
  /** Of what waits to be sent. */
  readonly onTakeBack: (message: Message) => void;
}

export function MessageView({ message, sharing, names, goesOn, reachable, onDelete, onTakeBack }: Props): JSX.Element {
  const { key, n, seat, atMs, stored, text, files, reactions } = message;
  const choosing = useSignal(false);
  const own = seat === sharing.you;
  const name = own ? t("common.you") : names.names[seat];
  const time = clock(atMs);
  const close = () => {
    choosing.value = false;
  };
  const react = (emoji: Emoji) => {
    const off = reactions.some((one) => one.emoji === emoji && one.seats.includes(sharing.you));
    sharing.say(reactionBody(n, emoji, off));
    close();
  };
  return (
    <article
      class={["chat-message", seat, goesOn && "goes-on", !stored && "waiting"].filter(Boolean).join(" ")}
      tabIndex={reachable ? 0 : -1}
      data-key={key}
      data-n={n}
      aria-label={stored ? t("chat.message", { name, time }) : t("chat.message_waiting")}
    >
      {!goesOn && (
        <p class="chat-who" aria-hidden="true">
          <bdi>{name}</bdi> <span class="second small">{stored && time}</span>
        </p>
      )}
      {text !== "" && <Text text={text} />}
      {files.map((file) => (
        <FileView key={file.blob} {...{ file, sharing }} />
      ))}
      {!stored && (
        <div class="chat-waiting">
          <p class="second small">{t("chat.waiting")}</p>
          <button type="button" class="chat-more" onClick={() => onTakeBack(message)}>
            {t("chat.take_back")}
          </button>
        </div>
      )}
      {reactions.length > 0 && <Reactions {...{ reactions, sharing, names, react }} />}
      {stored && (
        <div class="chat-actions">
          <button
            type="button"
            aria-expanded={choosing.value}
            onClick={() => {
              choosing.value = !choosing.value;
            }}
          >
            <Icon icon={SmilePlus} size={16} />
            <span>{t("chat.react")}</span>
          </button>
          {own && (
            <button type="button" onClick={() => onDelete(message)}>
              <Icon icon={Trash2} size={16} />
              <span>{t("chat.delete")}</span>
            </button>
          )}
        </div>
      )}
      {choosing.value && <Choose react={react} close={close} />}
    </article>
  );
}

/** Longer than this is cut until somebody asks for the whole. */
const LONG_SIGNS = 1200;
const LONG_LINES = 16;

function Text({ text }: { text: string }): JSX.Element {
  const whole = useSignal(false);
  const long = text.length > LONG_SIGNS || text.split("\n").length > LONG_LINES;
  const toggle = () => {
    whole.value = !whole.value;
  };
  return (
    <>
      <p class={long && !whole.value ? "chat-text cut" : "chat-text"} dir="auto">
        {pieces(text).map((piece) =>
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
      {long && (
        <button type="button" class="chat-more" aria-expanded={whole.value} onClick={toggle}>
          {t(whole.value ? "chat.show_less" : "chat.show_all")}
        </button>
      )}
    </>
  );
}

interface ReactionsProps {
  readonly reactions: readonly Reaction[];
  readonly sharing: Sharing;
  readonly names: Names;
  readonly react: (emoji: Emoji) => void;
}

function Reactions({ reactions, sharing, names, react }: ReactionsProps): JSX.Element {
  return (
    <ul class="chat-reactions" aria-label={t("chat.reactions")}>
      {reactions.map(({ emoji, seats }) => {
        const [one = "", other] = seats.map((seat) => (seat === sharing.you ? t("common.you") : names.names[seat]));
        const who = other === undefined ? one : t("chat.both", { one, other });
        const sign = t(`chat.emoji.${EMOJI[emoji]}`);
        const label = t("chat.reaction", { emoji: sign, names: who });
        return (
          <li key={emoji}>
            <button type="button" aria-pressed={seats.includes(sharing.you)} title={label} onClick={() => react(emoji)}>
              <span aria-hidden="true">{emoji}</span>
              {seats.length > 1 && <span class="small">{seats.length}</span>}
              <span class="heard">{label}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Choose({ react, close }: { react: (emoji: Emoji) => void; close: () => void }): JSX.Element {
  return (
    <fieldset
      class="chat-choose"
      aria-label={t("chat.react")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        event.currentTarget.closest<HTMLElement>("[data-key]")?.focus();
        close();
      }}
    >
      {EMOJIS.map((emoji) => {
        const label = t(`chat.emoji.${EMOJI[emoji]}`);
        return (
          <button
            key={emoji}
            type="button"
            aria-label={label}
            title={label}
            onClick={(event) => {
              event.currentTarget.closest<HTMLElement>("[data-key]")?.focus();
              react(emoji);
            }}
          >
            {emoji}
          </button>
        );
      })}
    </fieldset>
  );
}
