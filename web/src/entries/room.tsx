/** `/r/{room}`: the join page, the meeting, and what comes after it. One load of the page is one page id. */
import "../base.css";
import "../join/join.css";
import "../meeting/meeting.css";
import "../together/together.css";
import { signal } from "@preact/signals";
import { type JSX, render } from "preact";
import { errorWords } from "../api.ts";
import { Call } from "../call/call";
import { canCall, LocalMedia } from "../call/devices";
import { takePersonal } from "../join/fragment";
import { type Entered, JoinPage } from "../join/JoinPage";
import { LevelMeter } from "../join/level";
import { askMe, type Me } from "../join/requests";
import { holds } from "../join/state";
import { holdWindow } from "../join/windows";
import { Ended } from "../meeting/Ended";
import { MeetingPage } from "../meeting/MeetingPage";
import { Meeting } from "../meeting/meeting";
import { remember, remembered } from "../meeting/memory";
import { mountPoint, pageData } from "../page.ts";
import { type Id, newId, type Seat } from "../protocol";
import { type SeatKey, seatKey } from "../seat_key";
import { Button, Notice } from "../ui/index.ts";
import { t } from "../words";

type View =
  | { kind: "loading" }
  | { kind: "unreachable"; failure: unknown }
  | { kind: "join"; me: Me }
  | { kind: "meeting"; meeting: Meeting; personal: string | null }
  | { kind: "ended"; seat: Seat; code: string };

const { room } = pageData<{ room: Id }>();
const page = newId();
const personal = takePersonal();
const media = new LocalMedia();
const meter = new LevelMeter();
const view = signal<View>({ kind: "loading" });

function recall(): void {
  const { muted, cameraOff, chosen } = remembered(room);
  if (muted) media.muted.value = true;
  if (cameraOff) media.cameraOff.value = true;
  if (chosen) media.chosen.value = chosen;
}

async function open(): Promise<void> {
  view.value = { kind: "loading" };
  let me: Me;
  try {
    me = await askMe(room);
  } catch (failure) {
    view.value = { kind: "unreachable", failure };
    return;
  }
  const { inMeeting, seat } = remembered(room);
  if (inMeeting && seat && !personal && holds(me, seat) && canCall() && (await straightBack(seat))) return;
  view.value = { kind: "join", me };
  document.documentElement.classList.remove("dark");
  if (await media.mayTakeAtOnce()) await media.take();
}

/** After a reload: into the same seat, past the join page. False where the seat's key is gone: then it is joined anew. */
async function straightBack(seat: Seat): Promise<boolean> {
  const key = await seatKey(room, seat);
  if (!key.kept) return false;
  const call = new Call(seat === "mentor");
  void media.take();
  begin(seat, key, call, null);
  return true;
}

function enter({ joined, key, call }: Entered): void {
  remember(room, { since: Date.now() });
  begin(joined.seat, key, call, joined.personal);
}

function begin(seat: Seat, key: SeatKey, call: Call, secret: string | null): void {
  document.documentElement.classList.add("dark");
  meter.follow(null);
  const stillMine = () =>
    askMe(room).then(
      (me) => holds(me, seat),
      () => true,
    );
  const meeting = new Meeting({
    room,
    seat,
    page: view.value.kind === "ended" ? newId() : page,
    key,
    media,
    call,
    stillMine,
  });
  const release = holdWindow(room, seat);
  meeting.ended.subscribe((code) => {
    if (code === null) return;
    release();
    document.documentElement.classList.remove("dark");
    view.value = { kind: "ended", seat, code };
  });
  view.value = { kind: "meeting", meeting, personal: secret };
}

function App(): JSX.Element {
  const now = view.value;
  switch (now.kind) {
    case "loading":
      return (
        <main class="ended" id="room">
          <p role="status">{t("join.loading")}</p>
        </main>
      );
    case "unreachable":
      return (
        <main class="ended" id="room">
          <Notice kind="pause" role="alert">
            <p>{errorWords(now.failure)}</p>
            <Button onClick={() => void open()}>{t("common.try_again")}</Button>
          </Notice>
        </main>
      );
    case "join":
      return (
        <JoinPage
          room={room}
          me={now.me}
          personal={personal}
          memory={remembered(room)}
          media={media}
          meter={meter}
          onEnter={enter}
        />
      );
    case "meeting":
      return <MeetingPage meeting={now.meeting} meter={meter} personal={now.personal} />;
    case "ended":
      return <Ended room={room} seat={now.seat} code={now.code} onReturn={() => location.reload()} />;
  }
}

recall();
media.microphone.subscribe((track) => {
  if (view.value.kind === "join" || view.value.kind === "loading") meter.follow(track);
});
render(<App />, mountPoint());
void open();
