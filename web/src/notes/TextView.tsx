import type { JSX } from "preact";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import type * as Y from "yjs";
import { Button, Notice } from "../ui/index.ts";
import { t } from "../words.ts";
import { type Flaw, readBody } from "./body.ts";
import type { PartnerCaret } from "./caret.ts";
import { Early } from "./Early.tsx";
import type { Opened } from "./editor.ts";
import { AskLink, LinkBar } from "./LinkBar.tsx";
import { FILLING, type Look, NOTHING } from "./look.ts";
import type { Place } from "./pointing.ts";
import { ReadNote } from "./ReadNote.tsx";
import { Toolbar } from "./Toolbar.tsx";

interface Props {
  readonly body: Y.XmlFragment;
  readonly label: string;
  readonly editable: boolean;
  readonly caret: PartnerCaret | null;
  /** Goes up when the text shall have the focus. */
  readonly focus: number;
  readonly onPlace: (places: { anchor: Place; head: Place } | null, writing: boolean) => void;
  readonly onFlaw: (flaw: Flaw) => void;
  readonly onDeleted: () => void;
  readonly onLeaving: (write: () => void) => () => void;
}

/** The text of a note with its buttons. The editor comes later; until then the note can be read. */
export function TextView({ body, label, editable, caret, focus, ...told }: Props): JSX.Element {
  const id = useId();
  const host = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [failed, setFailed] = useState(false);
  const [tries, setTries] = useState(0);
  const [look, setLook] = useState<Look>(NOTHING);
  const [asking, setAsking] = useState(false);
  const [full, setFull] = useState(false);
  const early = useRef<(() => boolean) | null>(null);
  /** One writes somewhere else by now: the focus stays there. */
  const elsewhere = useRef(false);
  const listeners = useRef(told);
  listeners.current = told;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a label or a right that changes does not make a new editor
  useEffect(() => {
    let gone = false;
    let editor: Opened | null = null;
    void load()
      .then(({ open }) => {
        const parent = host.current;
        if (gone || parent === null) return;
        // before the editor begins the text with a paragraph of its own
        elsewhere.current = early.current?.() === false;
        editor = open({
          parent,
          body,
          label,
          placeholder: t("notes.placeholder"),
          editable,
          onLook: setLook,
          onPlace: (places, writing) => listeners.current.onPlace(places, writing),
          onFlaw: (flaw) => listeners.current.onFlaw(flaw),
          onDeleted: () => listeners.current.onDeleted(),
          onLink: () => setAsking(true),
          onFull: () => setFull(true),
        });
        setOpened(editor);
      })
      .catch(() => {
        if (!gone) setFailed(true);
      });
    return () => {
      gone = true;
      editor?.close();
      setOpened(null);
      setLook(NOTHING);
    };
  }, [body, tries]);

  useEffect(() => opened?.show(caret), [opened, caret]);
  useEffect(() => opened?.setEditable(editable), [opened, editable]);
  useEffect(() => opened?.setLabel(label), [opened, label]);
  useEffect(() => {
    if (focus > 0 && !elsewhere.current) opened?.focus("end");
    elsewhere.current = false;
  }, [opened, focus]);

  const blocks = useMemo(() => (opened === null ? readBody(body).blocks : []), [body, opened]);
  return (
    <div class="text-view" aria-busy={opened === null && !failed ? "true" : undefined}>
      {editable && (
        <Toolbar
          look={look}
          controls={id}
          onRun={(action) => opened?.run(action)}
          onLink={() => opened !== null && setAsking(true)}
        />
      )}
      {asking && opened !== null ? (
        <AskLink
          href={look.link}
          onSet={(href, words) => {
            opened.link(href, words);
            setAsking(false);
          }}
          onClose={() => {
            setAsking(false);
            opened.focus();
          }}
        />
      ) : (
        look.link !== null &&
        editable && <LinkBar href={look.link} onChange={() => setAsking(true)} onRemove={() => opened?.link(null)} />
      )}
      {!full && look.filled >= FILLING && (
        <Notice kind="calm" role="status">
          <p>{t("notes.filling")}</p>
        </Notice>
      )}
      {full && (
        <Notice kind="pause" role="status">
          <p>{t("notes.full")}</p>
        </Notice>
      )}
      {failed && (
        <Notice kind="pause" role="alert">
          <p>{t("notes.editor_failed")}</p>
          <p>
            <Button
              onClick={() => {
                setFailed(false);
                setTries(tries + 1);
              }}
            >
              {t("common.try_again")}
            </Button>
          </p>
        </Notice>
      )}
      <div id={id} class={look.empty ? "host empty" : "host"} ref={host} />
      {opened === null &&
        (focus > 0 && editable && blocks.length === 0 ? (
          <Early body={body} label={label} keep={early} onLeaving={told.onLeaving} />
        ) : (
          <ReadNote blocks={blocks} />
        ))}
    </div>
  );
}

/** A failed import is remembered by the browser's module map in some browsers; the reload the words ask for helps then. */
function load(): Promise<typeof import("./editor.ts")> {
  return import("./editor.ts");
}
