import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type Id, otherSeat, type Seat } from "../protocol";
import type { Sharing } from "../sharing/types";
import { t, tn } from "../words";
import { type Glance, openGlance } from "./glance";
import type { Me } from "./requests";
import type { SeatBrowsers } from "./seat_browsers";

interface Props {
  readonly room: Id;
  readonly seat: Seat;
  readonly me: Me;
  /** They are asked about anew when the line hears of a change. */
  readonly browsers: SeatBrowsers;
}

/** What came since one was here, seen before one enters: new messages, and the agenda for the next meeting. In a browser
 * that holds the seat. It comes after the rest of the page, and its absence is no trouble. */
export function Agenda({ room, seat, me, browsers }: Props): JSX.Element {
  const shown = useSignal<Glance | null>(null);
  const unread = useSignal(0);
  useEffect(() => {
    let sharing: Sharing | null = null;
    let gone = false;
    let stop: () => void = () => undefined;
    Promise.all([import("../sharing/open"), import("../chat/unread")])
      .then(async ([{ openSharing }, { unreadCount }]) => {
        if (gone) return;
        sharing = openSharing({ room, you: seat });
        const { count, close } = unreadCount(sharing);
        const follow = count.subscribe((many) => {
          unread.value = many;
        });
        const unlook = sharing.browsersChanged?.subscribe((times) => void (times > 0 && browsers.look()));
        stop = () => {
          unlook?.();
          follow();
          close();
        };
        const found = await openGlance(sharing);
        if (!gone) shown.value = found;
      })
      .catch(() => undefined);
    return () => {
      gone = true;
      shown.value = null;
      stop();
      sharing?.close();
    };
  }, [room, seat, browsers, shown, unread]);
  const { sharing, View } = shown.value ?? {};
  return (
    <div class="next-time">
      <p class={unread.value > 0 ? "news" : "heard"} role="status">
        {unread.value > 0 && <a href={`/r/${room}/chat`}>{tn("join.news.chat", unread.value)}</a>}
      </p>
      {sharing && View && <View sharing={sharing} names={{ names: namesOf(me, seat), meeting: null }} />}
    </div>
  );
}

/** Names as far as they are known; else what the seats are called. */
export function namesOf(me: Me, you: Seat): Record<Seat, string> {
  const own = me.seats.find((it) => it.seat === you)?.name;
  const named = { ...me.names, ...(own ? { [you]: own } : {}) } as Partial<Record<Seat, string>>;
  const words = (seat: Seat) => named[seat] || t(seat === "mentor" ? "meeting.the_mentor" : "meeting.the_mentee");
  return { [you]: words(you), [otherSeat(you)]: words(otherSeat(you)) } as Record<Seat, string>;
}
