import { useComputed, useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import boardWords from "../../../words/en/board.json";
import chatWords from "../../../words/en/chat.json";
import topicsWords from "../../../words/en/topics.json";
import "../../board/board.css";
import "../../notes/notes.css";
import { digits } from "../../format.ts";
import { Boundary } from "../../notes/Boundary.tsx";
import { Button, Notice } from "../../ui/index.ts";
import { bring, t } from "../../words.ts";
import type { Engine } from "../engine.ts";
import { nameOf } from "../names.ts";
import type { Manifest } from "../types.ts";
import { BoardView } from "./BoardView.tsx";
import { ChatView } from "./ChatView.tsx";
import { loadParts } from "./load.ts";
import { NotesView } from "./NotesView.tsx";
import { Replay } from "./replay.ts";
import "./replay.css";
import type { Showing } from "./showing.tsx";
import { TopicsView } from "./TopicsView.tsx";

bring(boardWords);
bring(chatWords);
bring(topicsWords);

export interface Props {
  readonly room: string;
  readonly engine: Engine;
  readonly manifest: Manifest;
}

const VIEWS = { notes: NotesView, topics: TopicsView, board: BoardView, chat: ChatView } satisfies Record<
  string,
  ComponentType<{ showing: Showing }>
>;
type View = keyof typeof VIEWS;
const NAMES = Object.keys(VIEWS) as readonly View[];

/** Board, notes, topics and chat as they were, in step with the pictures. */
export default function ReplayPanel({ room, engine, manifest }: Props): JSX.Element {
  const id = useId();
  const view = useSignal<View>("notes");
  const replay = useReplay(room, manifest);
  return (
    <section class="replay" aria-labelledby={id}>
      <h2 id={id} class="heard">
        {t("recordings.replay.title")}
      </h2>
      <Tabs id={id} view={view.value} onView={(next) => (view.value = next)} />
      <p class="second small">
        <AsAt engine={engine} />
      </p>
      {replay.value?.lacking && <Notice kind="pause">{t("recordings.replay.lacking")}</Notice>}
      <div
        class={`replay-sheet ${view.value}`}
        role="tabpanel"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and there is not always something in it to focus
        tabIndex={0}
        id={`${id}-panel`}
        aria-labelledby={`${id}-${view.value}`}
      >
        {replay.value === null ? (
          <p role="status">{t("recordings.replay.coming")}</p>
        ) : (
          <Seen key={view.value} {...{ room, engine, manifest, view: view.value, replay: replay.value.replay }} />
        )}
      </div>
    </section>
  );
}

interface Opened {
  readonly replay: Replay;
  readonly lacking: boolean;
}

function useReplay(room: string, manifest: Manifest): { readonly value: Opened | null } {
  const opened = useSignal<Opened | null>(null);
  useEffect(() => {
    const gone = new AbortController();
    void loadParts(room, manifest, gone.signal).then(({ parts, lacking }) => {
      if (!gone.signal.aborted) opened.value = { replay: new Replay(manifest.runs, parts), lacking };
    });
    return () => {
      gone.abort();
      opened.peek()?.replay.close();
    };
  }, [room, manifest, opened]);
  return opened;
}

function AsAt({ engine }: { readonly engine: Engine }): JSX.Element {
  return <>{t("recordings.replay.as_at", { place: digits(engine.at.value) })}</>;
}

interface SeenProps extends Props {
  readonly view: View;
  readonly replay: Replay;
}

/** Drawn anew only when there is something new to be seen. */
function Seen({ room, engine, manifest, view, replay }: SeenProps): JSX.Element {
  const place = useComputed(() => replay.place(engine.at.value)).value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place stands for the time
  const moment = useMemo(() => replay.moment(engine.at.peek()), [replay, engine, place]);
  const jump = useRef((at: number) => engine.seek(at)).current;
  if (moment === null) return <p class="second">{t("recordings.replay.nothing_kept")}</p>;
  const showing: Showing = {
    room,
    replay,
    moment,
    now: manifest.started_ms,
    name: (seat) => nameOf(manifest, seat, null),
    jump,
  };
  const Shown = VIEWS[view];
  const { cutAt, stoodAt } = moment;
  return (
    <>
      {(cutAt ?? stoodAt) !== null && (
        <Notice kind="pause" role="status">
          {cutAt !== null && t("recordings.replay.cut", { place: digits(cutAt) })}
          {cutAt === null && stoodAt !== null && t("recordings.replay.stood", { place: digits(stoodAt) })}
        </Notice>
      )}
      <Boundary
        instead={(again) => (
          <Notice kind="pause" role="status">
            <p>{t("recordings.replay.cannot_show")}</p>
            <Button onClick={again}>{t("common.try_again")}</Button>
          </Notice>
        )}
      >
        <Shown showing={showing} />
      </Boundary>
    </>
  );
}

interface TabsProps {
  readonly id: string;
  readonly view: View;
  readonly onView: (view: View) => void;
}

function Tabs({ id, view, onView }: TabsProps): JSX.Element {
  function move(event: KeyboardEvent): void {
    const at = NAMES.indexOf(view);
    const step = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: NAMES.length - 1 }[event.key];
    if (step === undefined) return;
    // the player would go back and forth in time
    event.stopPropagation();
    event.preventDefault();
    const next = NAMES[(step + NAMES.length) % NAMES.length] ?? view;
    onView(next);
    document.getElementById(`${id}-${next}`)?.focus();
  }
  return (
    <div class="replay-tabs" role="tablist" aria-label={t("recordings.replay.title")} onKeyDown={move}>
      {NAMES.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`${id}-${name}`}
          aria-selected={name === view}
          aria-controls={`${id}-panel`}
          tabIndex={name === view ? 0 : -1}
          onClick={() => onView(name)}
        >
          {t(`recordings.replay.${name}`)}
        </button>
      ))}
    </div>
  );
}
