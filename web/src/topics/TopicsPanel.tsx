import type { JSX, RefObject } from "preact";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import words from "../../words/en/topics.json";
import type { Id } from "../protocol";
import { type Names, PLACES } from "../sharing/layout.ts";
import type { Work } from "../sharing/types.ts";
import { Button } from "../ui/index.ts";
import { bring, t } from "../words.ts";
import { AgendaBar } from "./AgendaBar.tsx";
import { Desk, type Offer } from "./desk.ts";
import { useKeptFocus } from "./focus.ts";
import { Done, KindList, PlaceList } from "./Lists.tsx";
import { lastMet } from "./met.ts";
import { KINDS } from "./read.ts";
import "./topics.css";

bring(words);

/** How long a change is offered to be taken back. The keys take it back later too. */
const OFFERED_MS = 20_000;

export interface TopicsProps {
  readonly sharing: Work;
  readonly names: Names;
  /** The level of the headings inside; the frame around brings the one above. 3 in a wing, 2 on a page of its own. */
  readonly level?: 2 | 3;
  /** A topic, goal or action to show at once: found by a search. */
  readonly target?: Id | null;
}

/** Topics by place, goals and actions, and the agenda: from a wing of 288 pixels to a full page. Brings no title. */
export function TopicsPanel({ sharing, names, level = 3, target = null }: TopicsProps): JSX.Element {
  const desk = useMemo(() => new Desk(sharing), [sharing]);
  desk.names = names;
  useEffect(() => () => desk.model.close(), [desk]);
  useEffect(() => {
    desk.model.meeting = names.meeting;
  }, [desk, names.meeting]);
  useHeldMeeting(desk);

  const panel = useRef<HTMLDivElement>(null);
  const how = useId();
  const actions = useId();
  const { doneTopics, doneActions } = desk.model.view.value;
  void [desk.open.value, desk.adding.value, desk.carry.value]; // what the focus may have to follow
  useKeptFocus(panel, desk);
  useTarget(panel, desk, target);
  const Heading = `h${level}` as "h2";
  // with the server away one goes on with what is here
  const coming = !sharing.ready.value && sharing.phase.value !== "waiting";
  const empty = coming && PLACES.every((place) => desk.model.view.value.places[place].length === 0);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys and presses of what is inside it
    <div
      class={desk.carry.value ? "topics-panel carrying" : "topics-panel"}
      ref={panel}
      tabIndex={-1}
      data-key="topics"
      // where the person goes on by themselves the focus goes with them
      onPointerDownCapture={() => {
        desk.wanted = null;
      }}
      onKeyDownCapture={() => {
        desk.wanted = null;
      }}
      onKeyDown={(event) => takeBack(event, desk)}
    >
      <p id={how} hidden>
        {t("topics.grip.how")}
      </p>
      <p class="heard" role="status">
        {empty ? t("topics.loading") : desk.heard.value}
      </p>
      {empty ? (
        <p class="topics-none" aria-hidden="true">
          {t("topics.loading")}
        </p>
      ) : (
        <>
          <AgendaBar desk={desk} />
          <div class="topics-places">
            {PLACES.map((place) => (
              <PlaceList key={place} desk={desk} level={level} how={how} place={place} />
            ))}
          </div>
          <Done desk={desk} items={doneTopics} name="topics" />
          <section class="topics-actions" aria-labelledby={actions}>
            <div class="topics-head">
              <Heading id={actions}>{t("topics.actions")}</Heading>
              <button
                type="button"
                class="topics-mine"
                data-key="mine"
                aria-pressed={desk.onlyMine.value}
                onClick={() => {
                  desk.onlyMine.value = !desk.onlyMine.value;
                }}
              >
                {t("topics.mine")}
              </button>
            </div>
            <div class="topics-kinds">
              {KINDS.map((kind) => (
                <KindList key={kind} desk={desk} level={level} how={how} kind={kind} />
              ))}
            </div>
            <Done desk={desk} items={doneActions} name="actions" />
          </section>
        </>
      )}
      {desk.offer.value !== null && <TakeBack key={desk.offer.value.words} desk={desk} offer={desk.offer.value} />}
    </div>
  );
}

/** What was just crossed off or deleted, and the way back. */
function TakeBack({ desk, offer }: { readonly desk: Desk; readonly offer: Offer }): JSX.Element {
  const node = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!node.current?.matches(":hover, :focus-within")) desk.offer.value = null;
    }, OFFERED_MS);
    return () => clearInterval(timer);
  }, [desk]);
  return (
    <div class="topics-offer" ref={node}>
      <span dir="auto">{offer.words}</span>
      <Button
        kind="quiet"
        data-key="offer:undo"
        onClick={() => {
          desk.wanted = `${offer.id}:title`;
          undo(desk);
        }}
      >
        {t("topics.undo")}
      </Button>
    </div>
  );
}

function undo(desk: Desk): void {
  if (!desk.model.canUndo.value) return;
  desk.model.undo();
  desk.offer.value = null;
  desk.say(t("topics.said.undone"));
}

/** Ctrl+Z takes back one's own last change. In a field of one's own words it is the browser's. */
function takeBack(event: KeyboardEvent, desk: Desk): void {
  if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  const { target } = event;
  const typing =
    target instanceof HTMLInputElement ? target.type !== "checkbox" : target instanceof HTMLTextAreaElement;
  if (typing && !(target as HTMLElement).classList.contains("topic-note")) return;
  event.preventDefault();
  if (event.shiftKey) desk.model.redo();
  else undo(desk);
}

/** Opens the wanted item, among the done ones too. */
function useTarget(panel: RefObject<HTMLElement | null>, desk: Desk, target: Id | null): void {
  const ready = desk.sharing.ready.value;
  useEffect(() => {
    const node =
      target && ready ? panel.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(target)}:check"]`) : null;
    if (!node || !target) return;
    const fold = node.closest("details");
    if (fold) fold.open = true;
    else desk.open.value = target;
    const control = fold ? node : node.closest("[data-item]")?.querySelector<HTMLElement>("button");
    control?.focus();
    control?.scrollIntoView({ block: "center" });
  }, [panel, desk, target, ready]);
}

/** An agenda is used, and "last time" begins, where both are in the meeting; noted by whoever has the topics open then, or
 * opens them next. */
function useHeldMeeting(desk: Desk): void {
  const { meeting } = desk.names;
  const ready = desk.sharing.ready.value;
  const both = ready && desk.sharing.partnerHere.value;
  useEffect(() => {
    if (both && meeting !== null) desk.model.hold(meeting);
  }, [desk, meeting, both]);
  useEffect(() => {
    if (ready && meeting === null) desk.model.held(lastMet(desk.sharing.room));
  }, [desk, meeting, ready]);
}
