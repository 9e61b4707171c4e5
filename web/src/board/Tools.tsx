/** What one does with the whole page: put a picture on it, begin from a template, read it, clear it. */
import { useSignal } from "@preact/signals";
import { Eraser, ImagePlus, LayoutTemplate, Text } from "lucide";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Button, Dialog } from "../ui/index.ts";
import { t } from "../words";
import type { BoardDesk } from "./desk";
import { addPictures } from "./Sheet";
import * as templates from "./templates";
import { boardAsText, type Line } from "./text";

export function BoardTools({ desk }: { desk: BoardDesk }): JSX.Element {
  const sheet = useSignal<"templates" | "text" | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const close = () => {
    sheet.value = null;
  };
  const waiting = desk.island.value === null;
  return (
    <div class="board-tools" role="toolbar" aria-label={t("board.tools")}>
      <input
        ref={chooser}
        type="file"
        accept="image/png,image/jpeg,image/webp,image/gif"
        multiple
        hidden
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          if (files.length > 0) void addPictures(desk, files);
        }}
      />
      <Button
        kind="quiet"
        icon={ImagePlus}
        title={t("board.add_picture")}
        disabled={waiting}
        onClick={() => chooser.current?.click()}
      >
        {t("board.add_picture")}
      </Button>
      <Button
        kind="quiet"
        icon={LayoutTemplate}
        title={t("board.templates")}
        disabled={waiting}
        onClick={() => {
          sheet.value = "templates";
        }}
      >
        {t("board.templates")}
      </Button>
      <Button
        kind="quiet"
        icon={Text}
        title={t("board.as_text")}
        disabled={waiting}
        onClick={() => {
          sheet.value = "text";
        }}
      >
        {t("board.as_text")}
      </Button>
      <Button kind="quiet" icon={Eraser} title={t("board.clear")} disabled={waiting} onClick={() => desk.clear()}>
        {t("board.clear")}
      </Button>
      <Templates desk={desk} open={sheet.value === "templates"} close={close} />
      <AsText desk={desk} open={sheet.value === "text"} close={close} />
    </div>
  );
}

interface SheetProps {
  readonly desk: BoardDesk;
  readonly open: boolean;
  readonly close: () => void;
}

function Templates({ desk, open, close }: SheetProps): JSX.Element {
  return (
    <Dialog
      title={t("board.templates.title")}
      open={open}
      onClose={close}
      actions={<Button onClick={close}>{t("common.cancel")}</Button>}
    >
      <p class="second">{t("board.templates.text")}</p>
      <ul class="board-templates">
        {templates.TEMPLATES.map((template) => (
          <li key={template}>
            <button
              type="button"
              onClick={() => {
                close();
                desk.island.peek()?.addTemplate(template);
              }}
            >
              <strong>{templates.title(template)}</strong>
              <span class="second">{templates.help(template)}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function AsText({ desk, open, close }: SheetProps): JSX.Element {
  const lines = open ? boardAsText(desk.island.peek()?.elements() ?? []) : [];
  return (
    <Dialog
      title={t("board.text.title")}
      open={open}
      onClose={close}
      actions={<Button onClick={close}>{t("common.close")}</Button>}
    >
      {lines.length === 0 ? <p>{t("board.text.empty")}</p> : <Lines lines={lines} />}
    </Dialog>
  );
}

function Lines({ lines }: { lines: readonly Line[] }): JSX.Element {
  return (
    <ol class="board-lines">
      {lines.map(({ id, words, link, inside }) => (
        <li key={id}>
          {words}
          {link && (
            <>
              {" "}
              <a href={link} target="_blank" rel="noopener noreferrer">
                {link}
              </a>
            </>
          )}
          {inside.length > 0 && <Lines lines={inside} />}
        </li>
      ))}
    </ol>
  );
}
