/** The board's head: its pages to the left, what becomes of it to the right. */
import { useComputed, useSignal } from "@preact/signals";
import { Download, Ellipsis, Plus, X } from "lucide";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { otherSeat } from "../protocol";
import type { Names } from "../sharing/layout";
import { Button, Dialog, Field, Icon, Notice } from "../ui/index.ts";
import { t } from "../words";
import type { BoardDesk } from "./desk";
import { MAX_NAME, type PageInfo } from "./pages";

/** The pages as tabs to press, newest first, then "New page". */
export function BoardPages({ desk, names }: { desk: BoardDesk; names: Names }): JSX.Element {
  const menu = useSignal(false);
  const partner = otherSeat(desk.sharing.you);
  // their pointer moves all the time, their page seldom changes
  const partnerPage = useComputed(() => desk.live.partner.value.page).value;
  const here = desk.surface.value?.page ?? null;
  const pages = desk.pages.value;
  const current = pages.find(({ id }) => id === here);
  const close = () => {
    menu.value = false;
  };
  const list = useRef<HTMLUListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: also when there are other pages, or other names
  useEffect(() => keepCurrentInSight(list.current, here), [here, pages]);
  return (
    <nav class="board-pages" aria-label={t("board.pages")}>
      <ul ref={list}>
        {pages.map((page) => (
          <li key={page.id} class={page.id === here ? "here" : undefined} data-page={page.id}>
            <button
              type="button"
              class="board-page"
              title={page.label}
              aria-current={page.id === here ? "page" : undefined}
              onClick={() => desk.open(page.id)}
            >
              <span class="board-name">{page.label}</span>
              {page.id === partnerPage && (
                <span class={`board-there ${partner}`}>
                  <span class="heard">{t("board.partner_here", { name: names.names[partner] })}</span>
                </span>
              )}
            </button>
            {page.id === here && (
              <button
                type="button"
                class="board-more"
                aria-label={t("board.page_menu")}
                onClick={() => {
                  menu.value = true;
                }}
              >
                <Icon icon={Ellipsis} />
              </button>
            )}
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="board-page new"
        title={t("board.new_page")}
        disabled={desk.surface.value === null}
        onClick={() => desk.add(t("board.page_n", { n: pages.length + 1 }))}
      >
        <Icon icon={Plus} size={16} />
        <span>{t("board.new_page")}</span>
      </button>
      {current && <PageMenu {...{ desk, close }} page={current} open={menu.value} />}
    </nav>
  );
}

/** Where there is not room for all: the page that lies open stays in sight, with what can be done with it. */
function keepCurrentInSight(list: HTMLElement | null, page: string | null): (() => void) | undefined {
  const item = [...(list?.children ?? [])].find((one) => (one as HTMLElement).dataset.page === page);
  if (!list || !item) return undefined;
  const watch = new ResizeObserver(() => {
    const [place, all] = [item.getBoundingClientRect(), list.getBoundingClientRect()];
    if (place.left < all.left) list.scrollLeft += place.left - all.left;
    else if (place.right > all.right) list.scrollLeft += place.right - all.right;
  });
  watch.observe(list);
  return () => watch.disconnect();
}

interface MenuProps {
  readonly desk: BoardDesk;
  readonly page: PageInfo;
  readonly open: boolean;
  readonly close: () => void;
}

function PageMenu({ desk, page, open, close }: MenuProps): JSX.Element {
  const name = useSignal("");
  useEffect(() => {
    if (open) name.value = page.name;
  }, [open, page.name, name]);
  const save = () => {
    desk.rename(page.id, name.value);
    close();
  };
  const remove = () => {
    desk.remove(page.id);
    close();
  };
  return (
    <Dialog
      title={t("board.page.title")}
      open={open}
      onClose={close}
      actions={
        <>
          <Button kind="do" onClick={save}>
            {t("board.page.save")}
          </Button>
          <Button onClick={remove}>{t("board.page.delete")}</Button>
          <Button kind="quiet" onClick={close}>
            {t("common.cancel")}
          </Button>
        </>
      }
    >
      <Field
        label={t("board.page.name")}
        hint={t("board.page.name_help")}
        value={name.value}
        maxLength={MAX_NAME}
        onInput={(event) => {
          name.value = event.currentTarget.value;
        }}
      />
    </Dialog>
  );
}

/** "Kept for your next meeting", save as picture, put away. */
export function BoardKeep({ desk, onClose }: { desk: BoardDesk; onClose?: () => void }): JSX.Element {
  const saving = useSignal(false);
  const failed = useSignal<"empty" | "failed" | null>(null);
  const close = () => {
    saving.value = false;
    failed.value = null;
  };
  const save = async (kind: "png" | "svg") => {
    failed.value = null;
    try {
      const picture = await desk.island.peek()?.picture(kind);
      if (!picture) {
        failed.value = "empty";
        return;
      }
      const label = desk.pages.peek().find(({ id }) => id === desk.surface.peek()?.page)?.label;
      download(picture, `${fileName(label)}.${kind}`);
      close();
    } catch (error) {
      console.warn("no picture of the board", error);
      failed.value = "failed";
    }
  };
  return (
    <div class="board-keep">
      <span class="second">{t("board.kept")}</span>
      <div class="row">
        <Button
          kind="quiet"
          icon={Download}
          title={t("board.save_picture")}
          disabled={desk.island.value === null}
          onClick={() => {
            saving.value = true;
          }}
        >
          {t("board.save_picture")}
        </Button>
        {onClose && (
          <Button kind="quiet" class="board-away" icon={X} title={t("board.put_away")} onClick={onClose}>
            {t("board.put_away")}
          </Button>
        )}
      </div>
      <Dialog
        title={t("board.save_picture.title")}
        open={saving.value}
        onClose={close}
        actions={
          <Button kind="quiet" onClick={close}>
            {t("common.cancel")}
          </Button>
        }
      >
        <p>{t("board.save_picture.text")}</p>
        {failed.value && <Notice kind="pause">{t(`board.save_picture.${failed.value}`)}</Notice>}
        <div class="row">
          <Button onClick={() => void save("png")}>{t("board.save_picture.png")}</Button>
          <Button onClick={() => void save("svg")}>{t("board.save_picture.svg")}</Button>
        </div>
      </Dialog>
    </div>
  );
}

function fileName(label: string | undefined): string {
  const plain = (label ?? "").replace(/[^\p{L}\p{N} _-]+/gu, "-").trim();
  return plain || t("board.title");
}

function download(picture: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(picture);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
