import { useSignal } from "@preact/signals";
import { Download, File as FileIcon } from "lucide";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { size } from "../format.ts";
import type { Sharing } from "../sharing/types";
import { Button, Dialog, Icon } from "../ui/index.ts";
import { PictureError } from "../ui/pictures.ts";
import { t } from "../words";
import type { FileNote } from "./body.ts";
import { fileTrouble } from "./composer.ts";
import { save, shownPicture } from "./files.ts";

interface Props {
  readonly file: FileNote;
  readonly sharing: Sharing;
}

/** A picture, made anew before it is shown; everything else as a name and a way to save it. */
export function FileView({ file, sharing }: Props): JSX.Element {
  return file.image === null ? <Plain {...{ file, sharing }} /> : <PictureView {...{ file, sharing }} />;
}

function Plain({ file, sharing }: Props): JSX.Element {
  const saving = useSaving(file, sharing);
  return (
    <div class="chat-file">
      <Icon icon={FileIcon} />
      <p class="chat-file-name">
        <bdi>{file.name}</bdi> <span class="second small">{size(file.bytes)}</span>
      </p>
      <button type="button" class="chat-save" aria-busy={saving.busy} onClick={saving.start}>
        <Icon icon={Download} size={16} />
        <span aria-hidden="true">{t("chat.file.save")}</span>
        <span class="heard">{t("chat.file.save_name", { name: file.name })}</span>
      </button>
      <p class="chat-file-state small" role="status">
        {saving.busy ? t("chat.file.saving") : saving.trouble}
      </p>
    </div>
  );
}

function PictureView({ file, sharing }: Props): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const url = useSignal<string | null>(null);
  const trouble = useSignal<string | null>(null);
  const large = useSignal(false);
  const saving = useSaving(file, sharing);
  useEffect(() => {
    const node = place.current;
    if (!node) return;
    let gone = false;
    const show = async () => {
      try {
        const made = await shownPicture(sharing, file.blob);
        if (gone) URL.revokeObjectURL(made);
        else url.value = made;
      } catch (failure) {
        trouble.value = failure instanceof PictureError ? t("chat.picture.broken") : fileTrouble(failure);
      }
    };
    // fetched only when it is about to be seen
    const near = new IntersectionObserver((seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      near.disconnect();
      void show();
    });
    near.observe(node);
    return () => {
      gone = true;
      near.disconnect();
      if (url.peek()) URL.revokeObjectURL(url.peek() ?? "");
    };
  }, [sharing, file.blob, url, trouble]);
  if (trouble.value !== null) {
    return (
      <>
        <p class="second small">{trouble.value}</p>
        <Plain {...{ file, sharing }} />
      </>
    );
  }
  const close = () => {
    large.value = false;
  };
  const label = t("chat.picture", { name: file.name });
  return (
    <div class="chat-picture" ref={place}>
      {url.value === null ? (
        <Holder file={file} />
      ) : (
        <button
          type="button"
          aria-label={t("chat.picture.open", { name: file.name })}
          onClick={() => {
            large.value = true;
          }}
        >
          <img src={url.value} alt={label} width={file.image?.width} height={file.image?.height} />
        </button>
      )}
      <Dialog
        title={file.name}
        open={large.value}
        onClose={close}
        actions={
          <>
            <Button icon={Download} busy={saving.busy} onClick={saving.start}>
              {t("chat.file.save")}
            </Button>
            <Button onClick={close}>{t("common.close")}</Button>
            <p role="status">{saving.trouble}</p>
          </>
        }
      >
        <img class="chat-large" src={url.value ?? ""} alt={label} />
      </Dialog>
    </div>
  );
}

/** Keeps the picture's place, so that nothing jumps when it comes. */
function Holder({ file }: { file: FileNote }): JSX.Element {
  const { width = 1, height = 1 } = file.image ?? {};
  return (
    <svg class="chat-holder" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img">
      <title>{t("chat.picture.coming")}</title>
    </svg>
  );
}

function useSaving(file: FileNote, sharing: Sharing): { busy: boolean; trouble: string; start: () => void } {
  const busy = useSignal(false);
  const trouble = useSignal("");
  const start = async () => {
    if (busy.value) return;
    busy.value = true;
    trouble.value = "";
    try {
      await save(sharing, file);
    } catch (failure) {
      trouble.value = fileTrouble(failure);
    } finally {
      busy.value = false;
    }
  };
  return { busy: busy.value, trouble: trouble.value, start: () => void start() };
}
