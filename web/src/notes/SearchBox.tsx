import { ClipboardList, type IconNode, ListChecks, Lock, MessageCircle, NotebookPen, Search, Shapes, X } from "lucide";
import { type ComponentChildren, Fragment, h, type JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { day } from "../format.ts";
import type { Names } from "../sharing/layout.ts";
import type { Work } from "../sharing/types.ts";
import { Icon } from "../ui/index.ts";
import { t, tn } from "../words.ts";
import { type Found, type Kind, type Piece, type Results, search } from "./search.ts";
import { Sources } from "./sources.ts";
import "./notes.css";

interface Props {
  readonly sharing: Work;
  readonly names: Names;
  readonly onOpen: (found: Found) => void;
  /** Whether pressing this result leads anywhere; it is only read otherwise. */
  readonly canOpen?: (found: Found) => boolean;
  /** What stands below the field while nothing is looked for. */
  readonly children?: ComponentChildren;
}

const ICONS: Readonly<Record<Kind, IconNode>> = {
  note: NotebookPen,
  private: Lock,
  topic: ListChecks,
  action: ClipboardList,
  message: MessageCircle,
  board: Shapes,
};

/** Finds in all notes, topics, actions, messages and boards of this room. */
export function SearchBox({ sharing, names, onOpen, canOpen = () => true, children }: Props): JSX.Element {
  const id = useId();
  const [query, setQuery] = useState("");
  const results = useSearch(sharing, query);
  const input = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const asked = query.trim() !== "";

  function clear(): void {
    setQuery("");
    input.current?.focus();
  }
  /** Up and down go through field and results as through one list. */
  function move(event: KeyboardEvent): void {
    if (event.key === "Escape" && asked) {
      event.stopPropagation();
      clear();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !asked) return;
    const stops = [...(box.current?.querySelectorAll<HTMLElement>("input, button.result") ?? [])];
    const next = stops[stops.indexOf(document.activeElement as HTMLElement) + step];
    event.preventDefault();
    next?.focus();
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys that go from stop to stop; each stop is a control itself
    <div class="finder" ref={box} onKeyDown={asked ? move : undefined}>
      <search class="search-field">
        <Icon icon={Search} />
        <input
          ref={input}
          type="search"
          aria-label={t("notes.search")}
          placeholder={t("notes.search")}
          aria-controls={asked ? id : undefined}
          autocomplete="off"
          spellcheck={false}
          maxLength={200}
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        {asked && (
          <button type="button" class="note-tool" aria-label={t("notes.search_clear")} onClick={clear}>
            <Icon icon={X} />
          </button>
        )}
      </search>
      <p class={asked ? "small second" : "heard"} role="status">
        {asked && results !== null ? counted(results) : ""}
      </p>
      {asked ? (
        <ul class="results" id={id} aria-label={t("notes.results")}>
          {results?.found.map((found) => (
            <li key={`${found.item.kind}/${found.item.id}`}>
              <Result
                found={found}
                names={names}
                you={sharing.you}
                onOpen={
                  canOpen(found)
                    ? () => {
                        setQuery("");
                        onOpen(found);
                      }
                    : null
                }
              />
            </li>
          ))}
        </ul>
      ) : (
        children
      )}
    </div>
  );
}

function counted({ total, found }: Results): string {
  if (total === 0) return t("notes.found_none");
  return total > found.length ? t("notes.found_first", { shown: found.length, n: total }) : tn("notes.found", total);
}

interface ResultProps {
  readonly found: Found;
  readonly names: Names;
  readonly you: Work["you"];
  readonly onOpen: (() => void) | null;
}

function Result({ found, names, you, onOpen }: ResultProps): JSX.Element {
  const { item } = found;
  const who = item.seat === null ? "" : item.seat === you ? t("common.you") : names.names[item.seat];
  const facts = [t(`notes.kind_${item.kind}`), who, item.atMs === null ? "" : day(item.atMs)].filter(
    (fact) => fact !== "",
  );
  const inside = (
    <>
      <Icon icon={ICONS[item.kind]} size={16} />
      <span class="lines">
        <span class="small second">{facts.join(" · ")}</span>
        {found.title.length > 0 && (
          <span class="name">
            <Marked pieces={found.title} />
          </span>
        )}
        {found.snippet.length > 0 && (
          <span class="snippet">
            <Marked pieces={found.snippet} />
          </span>
        )}
      </span>
    </>
  );
  if (onOpen === null) return <div class="result">{inside}</div>;
  return (
    <button type="button" class="result" onClick={onOpen}>
      {inside}
    </button>
  );
}

function Marked({ pieces }: { readonly pieces: readonly Piece[] }): JSX.Element {
  return h(Fragment, null, ...pieces.map((piece) => (piece.hit ? h("mark", null, piece.text) : piece.text)));
}

/** The results for what is typed; null until the first are there. They follow what both write. */
function useSearch(sharing: Work, query: string): Results | null {
  const [results, setResults] = useState<Results | null>(null);
  const [changes, setChanges] = useState(0);
  const sources = useRef(new Sources());
  const asked = query.trim() !== "";
  const own = sharing.notes.value;
  const chat = sharing.chat.value;
  useEffect(() => {
    if (!asked) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setChanges((n) => n + 1);
      }, 500);
    };
    sharing.doc.on("update", changed);
    own?.on("update", changed);
    return () => {
      clearTimeout(timer);
      sharing.doc.off("update", changed);
      own?.off("update", changed);
    };
  }, [asked, sharing, own]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `changes` counts what was written meanwhile
  useEffect(() => {
    if (!asked) {
      setResults(null);
      return;
    }
    const stop = new AbortController();
    const items = sources.current.gather(sharing.doc, own, chat);
    void search(items, query, { signal: stop.signal, pause }).then(
      (found) => {
        if (!stop.signal.aborted) setResults(found);
      },
      () => {},
    );
    return () => stop.abort();
  }, [asked, query, sharing, own, chat, changes]);
  return results;
}

/** Lets the page draw and answer before the next slice. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
