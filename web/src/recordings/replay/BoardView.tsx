import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type * as Y from "yjs";
import { byIndex } from "../../board/bind.ts";
import { BOUNDS, type BoardElement, cleanElement } from "../../board/clean.ts";
import { elementsOf, filesOf, listPages } from "../../board/pages.ts";
import { boardAsText, type Line } from "../../board/text.ts";
import { Button, Notice } from "../../ui/index.ts";
import { t } from "../../words.ts";
import { Easel } from "./easel.ts";
import { Choice } from "./NotesView.tsx";
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

/** The page as it looked. */
function Sheet({ showing, page, label, drawn }: SheetProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const easel = useSignal<Easel | null>(null);
  const failed = useSignal(false);
  const { room } = showing;
  useEffect(() => {
    let gone = false;
    Easel.open(host.current as HTMLDivElement, room).then(
      (opened) => {
        if (gone) opened.close();
        else easel.value = opened;
      },
      () => {
        failed.value = true;
      },
    );
    return () => {
      gone = true;
      easel.peek()?.close();
    };
  }, [room, easel, failed]);
  const here = easel.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is brought into sight whole
  useLayoutEffect(() => {
    if (here) here.moved.value = false;
  }, [page, here]);
  useEffect(() => here?.show(page, drawn, filesOf(showing.moment.doc, page)));
  return (
    <section class="board replay-board" aria-label={t("recordings.replay.canvas", { name: label })}>
      <div class="board-host" ref={host} />
      {failed.value && <Notice kind="pause">{t("recordings.replay.board_failed")}</Notice>}
      {here === null && !failed.value && <p role="status">{t("recordings.replay.coming")}</p>}
      {here?.lacking.value && <p class="second small">{t("recordings.replay.no_picture")}</p>}
      {here?.moved.value && drawn.length > 0 && (
        <Button kind="quiet" onClick={() => here.whole(drawn)}>
          {t("recordings.replay.whole")}
        </Button>
      )}
    </section>
  );
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
