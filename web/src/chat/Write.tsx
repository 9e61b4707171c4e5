import { Paperclip, X } from "lucide";
import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { size } from "../format.ts";
import type { Names } from "../sharing/layout";
import type { Sharing } from "../sharing/types";
import { Button, Icon } from "../ui/index.ts";
import { t } from "../words";
import { MAX_FILE_BYTES } from "./body.ts";
import type { Attached, Composer } from "./composer.ts";
import type { Typing } from "./typing.ts";

interface Props {
  readonly sharing: Sharing;
  readonly names: Names;
  readonly composer: Composer;
  readonly typing: Typing;
}

/** The field, its files and "Send". */
export function Write({ names, composer, typing }: Props): JSX.Element {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const { text, attached, trouble, progress } = composer;
  const busy = composer.sending.value !== null;
  const send = async () => {
    typing.stopped();
    await composer.send(names.meeting);
    field.current?.focus();
  };
  useGrowing(field, text.value);
  useEffect(() => () => typing.stopped(), [typing]);
  return (
    <form
      class="chat-write"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {attached.value.length > 0 && <Attachments composer={composer} />}
      <label class="heard" for={id}>
        {t("chat.write")}
      </label>
      <textarea
        id={id}
        ref={field}
        rows={1}
        dir="auto"
        enterkeyhint="send"
        placeholder={t("chat.write")}
        aria-describedby={`${id}-hint ${id}-trouble`}
        value={text.value}
        readOnly={busy}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          trouble.value = null;
          typing.typed(text.value.trim() === "");
        }}
        onBlur={() => typing.stopped()}
        onKeyDown={(event) => {
          // while an input method is still composing, Enter only ends that
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
            event.preventDefault();
            void send();
          } else if (event.key === "ArrowUp" && text.value === "") lastMessage(event.currentTarget)?.focus();
        }}
        onPaste={(event) => {
          const files = event.clipboardData?.files;
          if (!files?.length) return;
          event.preventDefault();
          composer.add(files);
        }}
      />
      <p class="heard" id={`${id}-hint`}>
        {t("chat.write.hint")}
      </p>
      <p class="mistake small" id={`${id}-trouble`} role="alert">
        {trouble.value}
      </p>
      <p class="second small" role="status">
        {progress.value}
      </p>
      <div class="chat-send">
        <Button kind="quiet" icon={Paperclip} onClick={() => picker.current?.click()}>
          {t("chat.add_files")}
        </Button>
        <Button kind="do" type="submit" busy={busy}>
          {t("chat.send")}
        </Button>
      </div>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={t("chat.add_files")}
        onChange={(event) => {
          composer.add(event.currentTarget.files ?? []);
          event.currentTarget.value = ""; // the same file may be chosen again
          field.current?.focus();
        }}
      />
    </form>
  );
}

function Attachments({ composer }: { composer: Composer }): JSX.Element {
  const busy = composer.sending.value !== null;
  return (
    <ul class="chat-attached" aria-label={t("chat.attached")}>
      {composer.attached.value.map((one) => (
        <li key={one.id} class={one.state}>
          <p class="chat-file-name">
            <bdi>{one.name}</bdi> <span class="second small">{stateWords(one)}</span>
          </p>
          <button
            type="button"
            aria-label={t("chat.file.take_away", { name: one.name })}
            disabled={busy}
            onClick={() => composer.remove(one.id)}
          >
            <Icon icon={X} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function stateWords({ state, bytes }: Attached): string {
  if (state === "ready") return size(bytes?.byteLength ?? 0);
  return t(`chat.file.${state}`, { size: size(MAX_FILE_BYTES) });
}

/** The field grows with its lines; the styles set the most. */
function useGrowing(field: { readonly current: HTMLTextAreaElement | null }, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the text is another one
  useLayoutEffect(() => {
    const node = field.current;
    if (!node) return;
    node.style.height = "auto";
    node.style.height = `${node.scrollHeight + 2}px`;
  }, [field, text]);
}

function lastMessage(field: HTMLElement): HTMLElement | undefined {
  const messages = field.closest(".chat-panel")?.querySelectorAll<HTMLElement>("[data-key]");
  return messages ? [...messages].at(-1) : undefined;
}
