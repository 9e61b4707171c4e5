import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useEffect } from "preact/hooks";
import { errorWords } from "../api.ts";
import { namesOf } from "../join/Agenda";
import { BrowsersPanel, VouchedNote } from "../join/Browsers";
import { personalLink } from "../join/fragment";
import { CopyLink, PersonalLink } from "../join/PersonalLink";
import { askMe, type Me } from "../join/requests";
import { useBrowsers } from "../join/seat_browsers";
import { forgetPersonal, remember, remembered } from "../meeting/memory";
import type { Id, Seat } from "../protocol";
import { Button, Notice, RoomHead, type RoomNews } from "../ui/index.ts";
import { t } from "../words";
import { Earlier } from "./Earlier";
import { Contents } from "./Panels";
import { type Panel, Together } from "./together";

interface Props {
  readonly room: Id;
  readonly panel: Panel;
}

type Found = { kind: "me"; me: Me } | { kind: "failed"; failure: unknown } | null;

/** Before and between meetings, also alone: one of the shared things as a page of its own. */
export function TogetherPage({ room, panel }: Props): JSX.Element {
  const found = useSignal<Found>(null);
  const together = useSignal<Together | null>(null);
  const begin = useCallback(() => {
    found.value = null;
    askMe(room).then(
      (me) => {
        found.value = { kind: "me", me };
      },
      (failure: unknown) => {
        found.value = { kind: "failed", failure };
      },
    );
  }, [room, found]);
  useEffect(begin, [begin]);
  const news = useNews(together.value);
  return (
    <>
      <RoomHead room={room} here={panel} news={news} />
      <main class="together-page" data-panel={panel}>
        <h1>{t(`together.${panel}`)}</h1>
        {found.value?.kind === "failed" && (
          <Notice kind="pause" role="alert">
            <p>{errorWords(found.value.failure)}</p>
            <Button onClick={begin}>{t("common.try_again")}</Button>
          </Notice>
        )}
        {found.value?.kind === "me" && <Whole room={room} panel={panel} me={found.value.me} together={together} />}
      </main>
    </>
  );
}

/** Of the chat, which is here in any case; of the agenda, where the documents are. */
function useNews(together: Together | null): RoomNews {
  const agenda = useSignal(false);
  const work = together?.sharing.value?.work.value ?? null;
  useEffect(() => {
    if (!work) return;
    let stop: () => void = () => undefined;
    let gone = false;
    import("../topics/news").then(
      ({ agendaNews }) => {
        if (gone) return;
        const news = agendaNews(work);
        const follow = news.waits.subscribe((waits) => {
          agenda.value = waits;
        });
        stop = () => {
          follow();
          news.close();
        };
      },
      () => undefined,
    );
    return () => {
      gone = true;
      stop();
    };
  }, [work, agenda]);
  return { unread: together?.unread.value ?? 0, agenda: agenda.value };
}

/** The seat this page speaks for: the tab's own, else the one this browser holds. */
function seatOf(room: Id, me: Me): Seat | null {
  const held = me.seats.map((it) => it.seat);
  const { seat } = remembered(room);
  return seat && held.includes(seat) ? seat : (held[0] ?? null);
}

interface WholeProps extends Props {
  readonly me: Me;
  /** Made here, for the head of the page too. */
  readonly together: Signal<Together | null>;
}

function Whole({ room, panel, me, together }: WholeProps): JSX.Element {
  const seat = seatOf(room, me);
  useEffect(() => {
    if (!seat) return;
    const made = new Together(room, seat, () => ({ names: namesOf(me, seat), meeting: null }), panel);
    together.value = made;
    return () => {
      together.value = null;
      made.close();
    };
  }, [room, seat, me, together, panel]);
  useEffect(() => {
    const what = t(`together.${panel}`);
    if (me.title) document.title = t("together.page_title", { what, title: me.title });
  }, [me, panel]);
  if (!seat) {
    return (
      <Notice kind="pause">
        <p>{t("together.no_seat")}</p>
        <p>
          <a href={`/r/${room}`}>{t("together.no_seat.join")}</a>
        </p>
      </Notice>
    );
  }
  return <Seated room={room} panel={panel} seat={seat} together={together.value} />;
}

interface SeatedProps extends Props {
  readonly seat: Seat;
  readonly together: Together | null;
}

function Seated({ room, panel, seat, together }: SeatedProps): JSX.Element {
  const sharing = together?.sharing.value;
  const browsers = useBrowsers(room, seat, sharing?.browsersChanged);
  const work = sharing?.work.value;
  const ended = sharing?.phase.value === "ended";
  useEffect(() => {
    if (ended) forgetPersonal(room);
  }, [ended, room]);
  return (
    <>
      {!ended && <VouchedNote browsers={browsers} />}
      {!ended && <NewLink room={room} seat={seat} />}
      <section class="panel whole" aria-label={t(`together.${panel}`)}>
        {together && <Contents panel={panel} together={together} narrow={false} level={2} />}
      </section>
      {!ended && panel !== "chat" && together && work && <Earlier sharing={work} names={together.names()} />}
      {!ended && (
        <details class="panel">
          <summary>{t("join.personal.title")}</summary>
          <PersonalLink room={room} seat={seat} />
        </details>
      )}
      {!ended && <BrowsersPanel browsers={browsers} />}
    </>
  );
}

/** Whoever has just taken a seat without going into the meeting reads here what their personal link is for. */
function NewLink({ room, seat }: { room: Id; seat: Seat }): JSX.Element | null {
  const { personal, personalUnread } = remembered(room);
  const shown = useSignal(personalUnread === true);
  if (!shown.value || !personal) return null;
  const close = () => {
    remember(room, { personalUnread: false });
    shown.value = false;
  };
  return (
    <section class="panel" aria-labelledby="new-link">
      <h2 id="new-link">{t("join.personal.title")}</h2>
      <p>{t("join.personal.text")}</p>
      <p class="second small">{t("join.personal.lost")}</p>
      <CopyLink link={personalLink(room, { seat, secret: personal })} close={close} />
    </section>
  );
}
