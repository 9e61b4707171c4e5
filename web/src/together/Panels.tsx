import { useSignal } from "@preact/signals";
import { X } from "lucide";
import type { ComponentType, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Names } from "../sharing/layout";
import type { Sharing, Work } from "../sharing/types";
import { Button, Icon, Notice } from "../ui/index.ts";
import { t } from "../words";
import { SpokenNews } from "./Tools";
import { JOURNALS, type Panel, placeOf, type Together, tells } from "./together";

export interface PanelProps<On extends Sharing = Work> {
  readonly sharing: On;
  readonly names: Names;
  readonly target: string | null;
  readonly onOpen: (panel: Panel, id: string) => void;
  /** Level of the headings inside. */
  readonly level: 2 | 3;
  /** Nothing may nag just now. */
  readonly calm: boolean;
  /** Puts it away; a page of its own cannot be. */
  readonly onClose?: () => void;
}

type Code<On extends Sharing> = () => Promise<{ default: ComponentType<PanelProps<On>> }>;
type Draw = (sharing: Sharing, more: Omit<PanelProps, "sharing">) => JSX.Element | null;

const onWork = (code: Code<Work>) => async (): Promise<Draw> => {
  const { default: View } = await code();
  return ({ work }, more) => work.value && <View sharing={work.value} {...more} />;
};
const withoutDocuments = (code: Code<Sharing>) => async (): Promise<Draw> => {
  const { default: View } = await code();
  return (sharing, more) => <View sharing={sharing} {...more} />;
};

const LOADERS: Readonly<Record<Panel, () => Promise<Draw>>> = {
  whiteboard: onWork(() => import("./panels/WhiteboardPlace")),
  notes: onWork(() => import("./panels/NotesPlace")),
  topics: onWork(() => import("./panels/TopicsPlace")),
  chat: withoutDocuments(() => import("./panels/ChatPlace")),
};

/** What lies open beside the picture in a meeting. */
export function Panels({ together, narrow }: { together: Together; narrow: boolean }): JSX.Element {
  const { left, right, middle } = together.open.value;
  return (
    <>
      {[left, middle, right].map(
        (panel) => panel && <Beside key={panel} panel={panel} together={together} narrow={narrow} />,
      )}
      <SpokenNews together={together} />
    </>
  );
}

function Beside({ panel, together, narrow }: { panel: Panel; together: Together; narrow: boolean }): JSX.Element {
  const id = useId();
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    // Whoever opened it wants to be in it; the button that puts it away is the next but one.
    place.current?.focus();
    return place.current ? keepInSight(place.current) : undefined;
  }, []);
  return (
    <section class={`beside ${placeOf(panel)}`} data-panel={panel} aria-labelledby={id} tabIndex={-1} ref={place}>
      <header class={panel === "whiteboard" ? "heard" : ""}>
        <h2 id={id}>{t(`together.${panel}`)}</h2>
        <button
          type="button"
          class="put-away"
          aria-label={t("together.put_away", { what: t(`together.${panel}`) })}
          onClick={() => together.putAway(panel)}
        >
          <Icon icon={X} />
        </button>
      </header>
      <Contents panel={panel} together={together} narrow={narrow} level={3} />
    </section>
  );
}

/** Where a keyboard comes up or a notice takes room, what one writes in stays in sight. */
function keepInSight(place: HTMLElement): () => void {
  const sized = new ResizeObserver(() => {
    const written = document.activeElement;
    if (!place.contains(written) || !written?.matches("input, textarea, [contenteditable=true]")) return;
    const at = written.matches("[contenteditable]") ? document.getSelection()?.focusNode : written;
    const line = at instanceof Element ? at : at?.parentElement;
    line?.scrollIntoView({ block: "nearest" });
  });
  sized.observe(place);
  return () => sized.disconnect();
}

interface ContentsProps {
  readonly panel: Panel;
  readonly together: Together;
  readonly narrow: boolean;
  readonly level: 2 | 3;
}

/** The panel itself as soon as its code and its contents are there. */
export function Contents({ panel, together, narrow, level }: ContentsProps): JSX.Element {
  const loaded = useSignal<{ panel: Panel; draw: Draw } | null>(null);
  const failed = useSignal(false);
  const fetch = () => {
    failed.value = false;
    Promise.all([LOADERS[panel](), together.loadFor(panel)]).then(
      ([draw]) => {
        loaded.value = { panel, draw };
      },
      () => {
        failed.value = true;
      },
    );
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: fetched once a panel
  useEffect(fetch, [panel, together]);
  const sharing = together.sharing.value;
  const draw = loaded.value?.panel === panel ? loaded.value.draw : null;
  if (failed.value) {
    return (
      <Notice kind="pause" role="alert">
        <p>{t("together.did_not_come")}</p>
        <Button onClick={fetch}>{t("common.try_again")}</Button>
      </Notice>
    );
  }
  if (!sharing || !draw) return <p role="status">{t("together.coming")}</p>;
  const target = together.target.value;
  const Troubles = together.troubles.value;
  const { value: phase } = sharing.phase;
  const journals = tells(together.open.value, panel);
  const bare = phase === "waiting" && together.lineTold.value;
  const told = (
    <div class="told">
      {Troubles && <Troubles sharing={sharing} names={together.names()} journals={journals} bare={bare} />}
    </div>
  );
  // What cannot be opened yet cannot be shown, nor written in; what is not this browser's any more is not left open.
  if (phase === "locked" || phase === "ended") return <div>{told}</div>;
  return (
    <>
      {told}
      {draw(sharing, {
        names: together.names(),
        target: target?.panel === panel ? target.id : null,
        onOpen: (wanted, id) => together.show(wanted, id, narrow),
        level,
        calm: together.calm.value,
        ...(level === 3 ? { onClose: () => together.putAway(panel) } : {}),
      })}
    </>
  );
}

/** In a meeting: what asks or warns although nothing that would show it lies open. */
export function OutOfSight({ together }: { together: Together }): JSX.Element | null {
  const [sharing, Troubles] = [together.sharing.value, together.troubles.value];
  const seen = Object.values(together.open.value).flatMap((panel) => (panel ? JOURNALS[panel] : []));
  const unseen = (["document", "chat", "notes", "files"] as const).filter((journal) => !seen.includes(journal));
  if (!sharing || !Troubles) return null;
  return <Troubles sharing={sharing} names={together.names()} journals={unseen} bare />;
}
