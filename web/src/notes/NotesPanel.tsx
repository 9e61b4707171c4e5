import { Lock, Users } from "lucide";
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import words from "../../words/en/notes.json";
import type { Names } from "../sharing/layout.ts";
import type { Work } from "../sharing/types.ts";
import { Icon, Notice } from "../ui/index.ts";
import { bring, t } from "../words.ts";
import { Desk } from "./Desk.tsx";
import { NoKey } from "./NoKey.tsx";
import { SearchBox } from "./SearchBox.tsx";
import type { Found } from "./search.ts";
import "./notes.css";

bring(words);

export interface Props {
  readonly sharing: Work;
  readonly names: Names;
  /** A note to begin with, by its id. */
  readonly open?: string;
  /** Something else than a note was found by searching and pressed: the shell shows it. Left out, it is only read. */
  readonly onOpen?: (found: Found) => void;
  /** Left out where the shell has a heading of its own. */
  readonly heading?: boolean;
}

type Side = "shared" | "private";

interface Asked {
  readonly id: string;
  /** Goes up with every asking, so that the same note can be asked for twice. */
  readonly times: number;
}

/** Shared notes, private notes and the search over everything; from a wing of 288 px to a whole page. */
export function NotesPanel({ sharing, names, open, onOpen, heading = true }: Props): JSX.Element {
  const [side, setSide] = useState<Side>("shared");
  const [asked, setAsked] = useState<Asked | null>(open === undefined ? null : { id: open, times: 1 });
  function show(found: Found): void {
    const { kind, id } = found.item;
    if (kind !== "note" && kind !== "private") {
      onOpen?.(found);
      return;
    }
    setSide(kind === "private" ? "private" : "shared");
    setAsked({ id, times: (asked?.times ?? 0) + 1 });
  }
  return (
    // with a heading of the shell's own, the shell's part of the page has the name
    <section class="notes" aria-label={heading ? t("notes.title") : undefined}>
      {heading && <h2>{t("notes.title")}</h2>}
      <SearchBox
        sharing={sharing}
        names={names}
        onOpen={show}
        canOpen={({ item }) => onOpen !== undefined || item.kind === "note" || item.kind === "private"}
      >
        <Sides side={side} onSide={setSide}>
          {side === "shared" ? (
            <Shared sharing={sharing} names={names} asked={asked} />
          ) : (
            <Private sharing={sharing} names={names} asked={asked} />
          )}
        </Sides>
      </SearchBox>
    </section>
  );
}

interface SidesProps {
  readonly side: Side;
  readonly onSide: (side: Side) => void;
  readonly children: JSX.Element;
}

const SIDES: readonly Side[] = ["shared", "private"];

function Sides({ side, onSide, children }: SidesProps): JSX.Element {
  const id = useId();
  const name = { shared: t("notes.ours"), private: t("notes.only_mine") };
  function move(event: KeyboardEvent): void {
    if (!["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const next = event.key === "Home" ? "shared" : event.key === "End" || side === "shared" ? "private" : "shared";
    onSide(next);
    document.getElementById(`${id}-${next}`)?.focus();
  }
  return (
    <div class={`sides ${side}`}>
      <div class="side-tabs" role="tablist" aria-label={t("notes.whose")} onKeyDown={move}>
        {SIDES.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`${id}-${one}`}
            aria-selected={one === side}
            aria-controls={`${id}-panel`}
            tabIndex={one === side ? 0 : -1}
            onClick={() => onSide(one)}
          >
            <Icon icon={one === "shared" ? Users : Lock} size={16} />
            <span>{name[one]}</span>
          </button>
        ))}
      </div>
      <div class="side" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${side}`}>
        {children}
      </div>
    </div>
  );
}

interface SideProps {
  readonly sharing: Work;
  readonly names: Names;
  readonly asked: Asked | null;
}

function Shared({ sharing, names, asked }: SideProps): JSX.Element {
  if (sharing.phase.value === "locked") return <Words text={t("notes.locked")} />;
  if (!sharing.ready.value) return <Words text={t("notes.loading")} calm />;
  return <Desk key="shared" sharing={sharing} names={names} doc={sharing.doc} own={false} asked={asked} />;
}

function Private({ sharing, names, asked }: SideProps): JSX.Element {
  const doc = sharing.notes.value;
  const missing = sharing.notesMissing.value;
  return (
    <>
      <p class="only-you small">
        <Icon icon={Lock} size={16} />
        <span>
          {t("notes.only_you")} <span class="more">{t("notes.only_you_more")}</span>
        </span>
      </p>
      {doc === null || missing !== null ? (
        missing === "no_key" ? (
          <NoKey sharing={sharing} />
        ) : (
          <Words text={t("notes.loading_private")} calm />
        )
      ) : (
        <Desk key="private" sharing={sharing} names={names} doc={doc} own={true} asked={asked} />
      )}
    </>
  );
}

function Words({ text, calm = false }: { readonly text: string; readonly calm?: boolean }): JSX.Element {
  return (
    <Notice kind={calm ? "calm" : "pause"} role="status">
      <p>{text}</p>
    </Notice>
  );
}
