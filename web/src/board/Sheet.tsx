/** One page drawn: the place Excalidraw is mounted in, and what the partner does on it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { otherSeat } from "../protocol";
import type { Names } from "../sharing/layout";
import { Button, Notice } from "../ui/index.ts";
import { PictureError } from "../ui/pictures";
import { t } from "../words";
import type { BoardDesk, Surface } from "./desk";
import { TooManyImages } from "./images";
import { guardIntake } from "./intake";
import { Live } from "./Live";

interface Props {
  readonly desk: BoardDesk;
  readonly names: Names;
  readonly surface: Surface;
}

export function Sheet({ desk, names, surface }: Props): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const failed = useSignal(false);
  const tries = useSignal(0);
  const isDark = useDark();
  const first = useRef(isDark);
  first.current = isDark;
  // biome-ignore lint/correctness/useExhaustiveDependencies: mounted once a page, and once more after a failure
  useEffect(() => {
    const place = host.current;
    if (place === null) return;
    let stop = () => {
      gone = true;
    };
    let gone = false;
    failed.value = false;
    void (async () => {
      try {
        const { mount } = await import("./island");
        if (!gone) stop = begin(place, mount, { desk, surface, dark: first.current });
      } catch (error) {
        console.warn("the board did not come", error);
        failed.value = true;
      }
    })();
    return () => stop();
  }, [desk, surface, tries.value]);
  useEffect(() => desk.island.value?.setDark(isDark), [desk, isDark]);
  const partner = otherSeat(desk.sharing.you);
  const label = desk.pages.value.find(({ id }) => id === surface.page)?.label ?? "";
  return (
    <section class="board-sheet" aria-label={t("board.canvas", { name: label })}>
      <div class="board-paper" data-dark={isDark}>
        <p class="heard">{t("board.canvas_help")}</p>
        <div class="board-host" ref={host} onPointerEnter={() => desk.island.peek()?.moved()} />
        <Live {...{ desk, partner }} page={surface.page} name={names.names[partner]} />
        {failed.value ? (
          <Notice kind="pause" role="alert">
            <p>{t("board.failed")}</p>
            <Button onClick={() => tries.value++}>{t("common.try_again")}</Button>
          </Notice>
        ) : (
          desk.island.value === null && (
            <p class="board-opening" role="status">
              {t("board.opening")}
            </p>
          )
        )}
      </div>
    </section>
  );
}

type Mount = typeof import("./island").mount;

/** Mounts the island; answers how to take it down. */
function begin(
  place: HTMLElement,
  mount: Mount,
  { desk, surface, dark }: { desk: BoardDesk; surface: Surface; dark: boolean },
): () => void {
  // React wants a place that nobody else draws in
  const inner = document.createElement("div");
  inner.className = "board-root";
  place.append(inner);
  const island = mount(inner, {
    surface,
    sharing: desk.sharing,
    dark,
    onCount: (count) => {
      desk.count.value = count;
    },
    onFull: () => {
      desk.note.value = { kind: "full" };
    },
    onApplied: (ids) => desk.live.finished(ids),
    onPut: (blob) => desk.put(blob),
    onTookOff: (pictures) => desk.tookOff(surface, pictures),
  });
  desk.island.value = island;
  const unguard = guardIntake(place, {
    onPictures: (files, at) => void addPictures(desk, files, at),
    onRefused: () => {
      desk.note.value = { kind: "image", reason: "not_a_picture" };
    },
    onClear: () => desk.clear(),
  });
  const stay = desk.sharing.onLeaving(() => island.flush());
  return () => {
    stay();
    unguard();
    desk.island.value = null;
    island.close();
    desk.putAway();
    inner.remove();
  };
}

/** Puts pictures on the page, or says why not. */
export async function addPictures(
  desk: BoardDesk,
  files: readonly Blob[],
  at: { x: number; y: number } | null = null,
): Promise<void> {
  desk.note.value = { kind: "working" };
  try {
    await desk.island.peek()?.addPictures(files, at);
    desk.note.value = null;
  } catch (failure) {
    desk.note.value = { kind: "image", reason: reasonOf(failure) };
  }
}

function reasonOf(failure: unknown): string {
  if (failure instanceof PictureError) return failure.reason;
  return failure instanceof TooManyImages ? "too_many" : "failed";
}

/** Whether the page is dark: by the root's class, else by the system. */
function useDark(): boolean {
  const dark = useSignal(darkNow());
  useEffect(() => {
    const follow = () => {
      dark.value = darkNow();
    };
    const watch = new MutationObserver(follow);
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", follow);
    return () => {
      watch.disconnect();
      system.removeEventListener("change", follow);
    };
  }, [dark]);
  return dark.value;
}

function darkNow(): boolean {
  const forced = document.documentElement.classList.contains("dark");
  return forced || window.matchMedia("(prefers-color-scheme: dark)").matches;
}
