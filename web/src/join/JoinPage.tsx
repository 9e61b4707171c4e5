import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, errorWords } from "../api.ts";
import { Call } from "../call/call";
import { canCall, type LocalMedia } from "../call/devices";
import { soundContext } from "../meeting/chimes";
import type { TabMemory } from "../meeting/memory";
import { remember } from "../meeting/memory";
import type { Id, Seat } from "../protocol";
import { publicKey, type SeatKey, seatKey } from "../seat_key";
import type { Names } from "../sharing/layout";
import { Button, Field, Mark, Notice, Radios } from "../ui/index.ts";
import { t, tn } from "../words";
import { Agenda, namesOf } from "./Agenda";
import { BeforeEntering } from "./BeforeEntering";
import { BrowsersPanel, VouchedNote } from "./Browsers";
import type { Personal } from "./fragment";
import { agendaOnceIn, type Glance } from "./glance";
import type { LevelMeter } from "./level";
import { Preview } from "./Preview";
import { askForDevice, askMe, deviceAnswered, type Joined, type JoinWords, type Me, sendJoin } from "./requests";
import { useBrowsers } from "./seat_browsers";
import { begin, heldOf, holds, type JoinEvent, type JoinState, needsPassword, next } from "./state";
import { Taken } from "./Taken";

export interface Entered {
  joined: Joined;
  key: SeatKey;
  call: Call;
}

/** What waits for "Enter". */
interface Before {
  readonly entered: Entered;
  readonly glance: Glance;
  readonly names: Names;
}

interface Props {
  readonly room: Id;
  readonly me: Me;
  readonly personal: Personal | null;
  readonly memory: TabMemory;
  readonly media: LocalMedia;
  readonly meter: LevelMeter;
  readonly onEnter: (entered: Entered) => void;
}

export function JoinPage({ room, me, personal, memory, media, meter, onEnter }: Props): JSX.Element {
  const state = useSignal<JoinState>(begin(me, personal, memory));
  const say = (event: JoinEvent) => {
    state.value = next(state.value, event, me);
  };
  const waiting = useRef<AbortController | null>(null);
  const onlyLook = useRef(false);
  const before = useRef<Before | null>(null);
  useEffect(() => () => waiting.current?.abort(), []);

  async function enter(more: Partial<JoinWords> = {}): Promise<void> {
    const { seat, name, password } = state.value;
    if (seat === null) return;
    say({ type: "sending" });
    soundContext(); // this press is what lets the page sound later
    const only = onlyLook.current;
    const call = only ? null : new Call(seat === "mentor");
    try {
      const key = await seatKey(room, seat);
      const words: JoinWords = { seat, name: name.trim(), key: { id: key.id, spki: await publicKey(key) }, ...more };
      if (needsPassword(me, seat, personal) && !more.request) words.password = password;
      if (personal?.seat === seat) words.seat_secret = personal.secret;
      const joined = await sendJoin(room, words);
      remember(room, { seat, name: joined.name, ...(joined.personal ? { personal: joined.personal } : {}) });
      if (call === null) {
        if (joined.personal) remember(room, { personalUnread: true });
        location.assign(`/r/${room}/topics`);
      } else if (!holds(me, seat)) await showAgenda({ joined, key, call });
      else onEnter({ joined, key, call });
    } catch (failure) {
      call?.close();
      const problem = failure instanceof ApiError ? failure.problem : {};
      const code = failure instanceof ApiError ? failure.code : "unknown";
      say({ type: "failed", code, failure, now: Date.now(), details: problem });
    }
  }

  /** Whoever is new to this browser could not see what was sent for the next meeting. With nothing sent they enter. */
  async function showAgenda(entered: Entered): Promise<void> {
    const { seat } = entered.joined;
    const [glance, now] = await Promise.all([agendaOnceIn(room, seat), askMe(room).catch(() => me)]);
    if (glance === null) {
      onEnter(entered);
      return;
    }
    if (entered.joined.personal) remember(room, { personalUnread: true }); // should they turn away here
    before.current = { entered, glance, names: { names: namesOf(now, seat), meeting: null } };
    say({ type: "agenda" });
  }

  function goIn({ entered }: Before): void {
    soundContext();
    if (entered.joined.personal) remember(room, { personalUnread: false });
    onEnter(entered);
  }

  function press(event: Event): void {
    event.preventDefault();
    const look = event instanceof SubmitEvent && event.submitter?.getAttribute("value") === "look";
    onlyLook.current = look || !canCall();
    if (state.value.step.kind === "sending") return;
    const { seat, name, password } = state.value;
    const missing = {
      name: name.trim() === "",
      seat: seat === null,
      password: needsPassword(me, seat, personal) && password.trim() === "",
    };
    if (missing.name || missing.seat || missing.password) say({ type: "incomplete", ...missing });
    else void enter();
  }

  /** "Continue here": asks the partner, waits visibly, then joins with their word. */
  async function continueHere(seat: Seat): Promise<void> {
    const stop = new AbortController();
    waiting.current = stop;
    say({ type: "asking", seat });
    try {
      const { name, password } = state.value;
      const ticket = await askForDevice(room, { seat, name: name.trim(), ...(password ? { password } : {}) });
      const answer = await deviceAnswered(room, ticket, stop.signal);
      if (answer === "allowed") await enter({ request: ticket.request, request_secret: ticket.secret });
      else say({ type: "device", state: answer === "refused" ? "refused" : "lapsed", seat });
    } catch (failure) {
      if (stop.signal.aborted) return;
      const problem = failure instanceof ApiError ? failure.problem : {};
      const code = failure instanceof ApiError ? failure.code : "unknown";
      say({ type: "failed", code, failure, now: Date.now(), details: problem });
    }
  }

  const { step, seat } = state.value;
  const asks = step.kind === "form" || step.kind === "sending";
  const own = holds(me, seat) ? seat : null;
  const browsers = useBrowsers(room, own);
  return (
    <main class={asks ? "join" : "join answered"} id="room">
      <Preview media={media} meter={meter} />
      <section class="entry">
        <p class="brand">
          <Mark />
          {t("common.product")}
        </p>
        {asks && browsers && <VouchedNote browsers={browsers} />}
        {step.kind === "form" || step.kind === "sending" ? (
          <Form state={state.value} say={say} press={press} me={me} personal={personal} room={room} />
        ) : step.kind === "agenda" ? (
          <AgendaStep before={before.current} enter={goIn} />
        ) : (
          <Taken
            step={step}
            choose={(seat) => say({ type: "seat", seat })}
            continueHere={(seat) => void continueHere(seat)}
            back={() => {
              waiting.current?.abort();
              say({ type: "back" });
            }}
          />
        )}
      </section>
      {step.kind === "form" && own && browsers && (
        <>
          <Agenda key={own} room={room} seat={own} me={me} browsers={browsers} />
          <BrowsersPanel key={`${own} browsers`} browsers={browsers} />
        </>
      )}
    </main>
  );
}

function AgendaStep({ before, enter }: { before: Before | null; enter: (before: Before) => void }): JSX.Element | null {
  return before && <BeforeEntering glance={before.glance} names={before.names} onEnter={() => enter(before)} />;
}

interface FormProps {
  readonly state: JoinState;
  readonly say: (event: JoinEvent) => void;
  readonly press: (event: Event) => void;
  readonly me: Me;
  readonly personal: Personal | null;
  readonly room: Id;
}

function Form({ state, say, press, me, personal, room }: FormProps): JSX.Element {
  const { seat, name, password, wrong, step } = state;
  const first = useRef<HTMLFormElement>(null);
  const asksPassword = needsPassword(me, seat, personal);
  const mistakes = Object.values(wrong).filter(Boolean).join();
  useEffect(() => {
    if (mistakes) first.current?.querySelector<HTMLInputElement>("[aria-invalid=true]")?.focus();
  }, [mistakes]);
  return (
    <form class="stack" ref={first} onSubmit={press} noValidate>
      <div class="greeting">
        <h1>{me.title ?? t("join.title")}</h1>
        <p class="second">{t("join.intro")}</p>
      </div>
      <Field
        label={t("join.name")}
        name="name"
        value={name}
        maxLength={64}
        autocomplete="given-name"
        error={wrong.name ? t("join.name.missing") : null}
        onInput={(event) => say({ type: "name", name: event.currentTarget.value })}
      />
      <Radios
        legend={t("join.seat")}
        name="seat"
        value={seat}
        error={wrong.seat ? t("join.seat.missing") : null}
        onChange={(chosen) => say({ type: "seat", seat: chosen })}
        choices={[
          { value: "mentor", label: t("common.mentor"), hint: t("join.seat.mentor") },
          { value: "mentee", label: t("common.mentee"), hint: t("join.seat.mentee") },
        ]}
      >
        <SeatWords me={me} seat={seat} personal={personal} />
      </Radios>
      {asksPassword && <Password value={password} wrong={wrong.password} say={say} />}
      <Trouble state={state} />
      {canCall() ? (
        <>
          <Button kind="do" type="submit" wide busy={step.kind === "sending"}>
            {t("join.join")}
          </Button>
          <p class="second small">{t("join.unseen")}</p>
        </>
      ) : (
        <Notice kind="pause">
          <p>{t("join.no_calls")}</p>
        </Notice>
      )}
      <p class="row small">
        {holds(me, seat) && personal?.seat !== seat ? (
          <a href={`/r/${room}/topics`}>{t("join.only_look")}</a>
        ) : (
          <button type="submit" class="link" name="way" value="look">
            {t("join.only_look")}
          </button>
        )}
        <a href={`/r/${room}/recordings`}>{t("join.recordings")}</a>
      </p>
    </form>
  );
}

function SeatWords({
  me,
  seat,
  personal,
}: {
  me: Me;
  seat: Seat | null;
  personal: Personal | null;
}): JSX.Element | null {
  const other = me.seats.find((it) => it.window && it.seat !== seat);
  const held = heldOf(me, seat);
  let words: string | null = null;
  if (held?.window) words = t("join.seat.here_already");
  else if (held?.live) words = t("join.seat.elsewhere");
  else if (held?.awaited) words = t("join.seat.awaited");
  else if (held) words = t("join.seat.known");
  else if (personal && personal.seat === seat) words = t("join.seat.personal");
  else if (other) words = t(other.seat === "mentor" ? "join.seat.other_tab.mentor" : "join.seat.other_tab.mentee");
  return words ? <p class="second small">{words}</p> : null;
}

interface PasswordProps {
  readonly value: string;
  readonly wrong: string | undefined;
  readonly say: (event: JoinEvent) => void;
}

function Password({ value, wrong, say }: PasswordProps): JSX.Element {
  const [hidden, hide] = useState(false);
  const error = wrong ? t(wrong === "wrong_password" ? "error.wrong_password" : "join.password.missing") : null;
  return (
    <Field
      label={t("join.password")}
      name="room-password"
      type={hidden ? "password" : "text"}
      code
      autocomplete="off"
      maxLength={1024}
      value={value}
      error={error}
      hint={t("join.password.hint")}
      onInput={(event) => say({ type: "password", password: event.currentTarget.value })}
      end={
        <Button kind="quiet" onClick={() => hide(!hidden)}>
          {t(hidden ? "common.show" : "common.hide")}
        </Button>
      }
    />
  );
}

/** What went wrong, in words; where the server asks for patience, the seconds run down. */
function Trouble({ state }: { state: JoinState }): JSX.Element | null {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 500);
    return () => clearInterval(timer);
  }, [now]);
  const seconds = useComputed(() => Math.ceil(((state.waitUntil ?? 0) - now.value) / 1000));
  if (state.waitUntil !== null && seconds.value > 0) {
    return (
      <Notice kind="pause">
        <p role="alert">{t("error.too_many_tries")}</p>
        <p>{tn("join.wait", seconds.value)}</p>
      </Notice>
    );
  }
  if (state.failure === null) return null;
  return (
    <Notice kind="pause" role="alert">
      {errorWords(state.failure)}
    </Notice>
  );
}
