import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import type { Sharing } from "../sharing/types";
import { Button, Dialog } from "../ui/index.ts";
import { t } from "../words";
import type { Drops } from "./drops.ts";
import type { Message } from "./thread.ts";

interface Props {
  readonly sharing: Sharing;
  readonly drops: Drops;
  /** The message asked about; null while nothing is. */
  readonly deleting: Signal<Message | null>;
}

/** Asks once more before one's own message, and its files, are deleted for both. */
export function DeleteDialog({ sharing, drops, deleting }: Props): JSX.Element {
  const message = deleting.value;
  const close = () => {
    deleting.value = null;
  };
  const strike = () => {
    if (message === null) return;
    drops.whenStruck(
      message.key,
      message.files.map((file) => file.blob),
    );
    sharing.strike(message.n);
    close();
  };
  return (
    <Dialog
      title={t("chat.delete.title")}
      open={message !== null}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>{t("chat.delete.keep")}</Button>
          <Button onClick={strike}>{t("chat.delete")}</Button>
        </>
      }
    >
      <p>
        {t("chat.delete.text")} {message && message.files.length > 0 ? t("chat.delete.files") : ""}
      </p>
    </Dialog>
  );
}
