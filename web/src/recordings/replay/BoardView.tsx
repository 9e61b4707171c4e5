import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type * as Y from "yjs";
import { byIndex } from "../../board/bind.ts";
import { BOUNDS, type BoardElement, cleanElement, cleanId, isRecord } from "../../board/clean.ts";
import { elementsOf, filesOf, listPages } from "../../board/pages.ts";
import { boardAsText, type Line } from "../../board/text.ts";
import { Button, Notice } from "../../ui/index.ts";
import { t } from "../../words.ts";
import { Choice } from "./NotesView.tsx";
import type { Paper } from "./paper.tsx";
import { Pictures } from "./pictures.ts";
import { Jump, type Showing } from "./showing.tsx";

interface Props {
  readonly showing: Showing;
}

/** The board: the page that was drawn on last, or the one that was chosen. */
export function BoardView({ showing }: Props): JSX.Element {
  const chosen = useSignal("");
  const { doc, touched } = showing.moment;
  const pages = listPages(doc, null, showing.now);
  const [first] = pages;
  if (first === undefined) return <p class="second">{t("recordings.replay.no_board")}</p>;
  const find = (id: string | null) => pages.find((page) => page.id === id);
  const page = find(chosen.value) ?? find(touched.page) ?? first;
  const items = pages.map(({ id, label }) => ({ id, name: label }));
  const elements = elementsOf(doc, page.id);
  const drawn = readElements(elements);
  return (
    <>
      <Choice label={t("recordings.replay.page")} chosen={chosen.value} items={items} onChoose={chosen}>
        {t("recordings.replay.page_last")}
      </Choice>
      <h3>
        <bdi>{page.label}</bdi>
      </h3>
      {drawn.length === 0 && <p class="second">{t("recordings.replay.empty")}</p>}
      <Sheet showing={showing} page={page.id} label={page.label} drawn={drawn} />
      {drawn.length > 0 && (
        <details class="replay-words-list">
          <summary>{t("recordings.replay.in_words")}</summary>
          <Lines lines={boardAsText(drawn)} elements={elements} showing={showing} />
        </details>
      )}
    </>
  );
}

/** In the order they lie over each other. */
function readElements(elements: Y.Map<unknown> | null): BoardElement[] {
  const found: BoardElement[] = [];
  for (const [id, value] of elements ?? []) {
    const element = found.length < BOUNDS.elements ? cleanElement(value) : null;
    if (element !== null && element.id === id) found.push(element);
  }
  return found.sort(byIndex);
}

interface SheetProps extends Props {
  readonly page: string;
  readonly label: string;
  readonly drawn: readonly BoardElement[];
}

/** The page as it looked. All of it stays in sight until somebody moves it. */
function Sheet({ showing, page, label, drawn }: SheetProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const paper = useSignal<Paper | null>(null);
  const pictures = useRef<Pictures | null>(null);
  const failed = useSignal(false);
  const lacking = useSignal(false);
  const moved = useSignal(false);
  useEffect(() => {
    const place = host.current;
    let gone = false;
    const inner = document.createElement("div");
    inner.className = "board-root";
    place?.append(inner);
    const move = () => {
      moved.value = true;
    };
    // the player's keys go back and forth in time
    const keep = (event: Event) => event.stopPropagation();
    place?.addEventListener("pointerdown", move, true);
    place?.addEventListener("wheel", move, { capture: true, passive: true });
    place?.addEventListener("keydown", keep);
    import("./paper.tsx").then(
      ({ mountPaper }) => {
        if (gone) return;
        const made = mountPaper(inner, dark());
        pictures.current = new Pictures(
          showing.room,
          (file) => made.addFile(file),
          () => {
            lacking.value = true;
          },
        );
        paper.value = made;
      },
      () => {
        failed.value = true;
      },
    );
    return () => {
      gone = true;
      pictures.current?.close();
      paper.peek()?.close();
      inner.remove();
      place?.removeEventListener("pointerdown", move, true);
      place?.removeEventListener("wheel", move, true);
      place?.removeEventListener("keydown", keep);
    };
  }, [showing.room, paper, failed, lacking, moved]);
  const here = paper.value;
  const last = useRef("");
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is brought into sight whole
  useLayoutEffect(() => {
    moved.value = false;
  }, [page, moved]);
  useEffect(() => {
    const mark = JSON.stringify([page, ...drawn.map(({ id, version, versionNonce }) => [id, version, versionNonce])]);
    if (here === null || last.current === mark) return;
    last.current = mark;
    here.show(drawn, !moved.peek());
    const files = filesOf(showing.moment.doc, page);
    for (const { fileId } of drawn) {
      const file = typeof fileId === "string" ? files?.get(fileId) : null;
      const blob = isRecord(file) ? cleanId(file.blob) : null;
      if (fileId && blob !== null) pictures.current?.want(fileId, blob);
    }
  });
  return (
    <section class="board replay-board" aria-label={t("recordings.replay.canvas", { name: label })}>
      <div class="board-host" ref={host} />
      {failed.value && <Notice kind="pause">{t("recordings.replay.board_failed")}</Notice>}
      {here === null && !failed.value && <p role="status">{t("recordings.replay.coming")}</p>}
      {lacking.value && <p class="second small">{t("recordings.replay.no_picture")}</p>}
      {moved.value && drawn.length > 0 && (
        <Button
          kind="quiet"
          onClick={() => {
            moved.value = false;
            here?.show(drawn, true);
          }}
        >
          {t("recordings.replay.whole")}
        </Button>
      )}
    </section>
  );
}

function dark(): boolean {
  return window.matchMedia("(prefers-color-scheme: dark)").matches;
}

interface LinesProps extends Props {
  readonly lines: readonly Line[];
  readonly elements: Y.Map<unknown> | null;
}

function Lines({ lines, elements, showing }: LinesProps): JSX.Element {
  return (
    <ul>
      {lines.map((line) => (
        <li key={line.id}>
          {line.words} <Jump origin={showing.replay.origins.ofKey(elements, line.id)} showing={showing} />
          {line.inside.length > 0 && <Lines lines={line.inside} elements={elements} showing={showing} />}
        </li>
      ))}
    </ul>
  );
}
