/**
 * One person's meeting: the socket, the call, the recorder's leg and the room as the server last told it. Everything
 * a person can press is a method here; everything shown is a signal. The views only read.
 */
import { computed, effect, signal } from "@preact/signals";
import type { Call } from "../call/call";
import type { LocalMedia } from "../call/devices";
import { LegKeeper } from "../call/leg_keeper";
import { GestureFeed } from "../gestures/feed";
import { LinkPulse } from "../gestures/link_pulse";
import type { DeviceRequest, FromBrowser, FromServer, Id, RoomView, Seat, Welcome } from "../protocol";
import { otherSeat } from "../protocol";
import type { SeatKey } from "../seat_key";
import type { Names } from "../sharing/layout";
import { t } from "../words";
import { chime } from "./chimes";
import { ConsentDesk } from "./consent_desk";
import { isCalm, pulseEvery } from "./derive";
import { forgetPersonal, remember, remembered } from "./memory";
import { ServerClock } from "./server_clock";
import { RoomSocket } from "./socket";

/** Refusals that need no words: the room, as it is shown, says it already. */
const UNSAID = new Set(["too_many_gestures", "quiet_already", "no_quiet_proposed", "no_quiet"]);

export interface Start {
  room: Id;
  seat: Seat;
  page: Id;
  key: SeatKey;
  media: LocalMedia;
  call: Call;
  /** Asked when the socket cannot be opened: does this browser still hold the seat? */
  stillMine: () => Promise<boolean>;
}

export class Meeting {
  readonly room: Id;
  readonly you: Seat;
  readonly media: LocalMedia;
  readonly call: Call;
  readonly clock = new ServerClock();
  readonly consent: ConsentDesk;

  readonly view = signal<RoomView | null>(null);
  readonly savedMs = signal(0);
  readonly deviceRequests = signal<DeviceRequest[]>([]);
  /** What floats over the two pictures. */
  readonly gestures = new GestureFeed();
  /** Whether the partner's media really arrives, and how long both have been silent. */
  readonly link = new LinkPulse();
  /** A refusal to show for a moment: its code. */
  readonly refusal = signal<string | null>(null);
  /** After a break the devices wait to be turned on by hand. */
  readonly afterBreak = signal(false);
  /** Why this page is no longer in the meeting: `left`, `replaced`, `seat_revoked`. */
  readonly ended = signal<string | null>(null);
  /** The server's clock, ticking for the digits on the page. */
  readonly now = signal(Date.now());
  readonly since: number;

  readonly socket: RoomSocket;
  readonly lineDown = computed(() => this.socket.phase.value !== "open");
  readonly #page: Id;
  readonly #legs: LegKeeper;
  readonly #ends: (() => void)[] = [];
  #cameMeanwhile = false;

  constructor(private readonly start: Start) {
    this.room = start.room;
    this.you = start.seat;
    this.media = start.media;
    this.#page = start.page;
    this.since = remembered(this.room).since ?? Date.now();
    const url = new URL(`/api/rooms/${start.room}/socket?seat=${start.seat}`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.socket = new RoomSocket(url.href, {
      hello: () => ({ type: "hello", page: this.#page, ...this.#devices() }),
      heard: (message) => this.#heard(message),
      pulseEvery: () => pulseEvery(this.view.value?.recording),
      pulsed: (nowMs, trip) => this.clock.heard(nowMs, trip),
      refused: (attempts) => void this.#refused(attempts),
      ended: (code) => this.#ended(code),
    });
    this.call = start.call;
    this.call.connect({
      send: (page, words) => this.socket.send({ type: "signal", page, ...words }),
      withdrawn: (recording) => this.#legs.withdraw(recording),
    });
    this.#legs = new LegKeeper({
      send: (message) => this.socket.send(message),
      tracks: () => ({ microphone: this.media.microphone.value, camera: this.media.camera.value }),
    });
    this.consent = new ConsentDesk({
      room: this.room,
      you: this.you,
      key: start.key,
      send: (message) => this.send(message),
      agreed: (recording) => this.#legs.agreed(recording),
      withdrawn: (recording) => {
        this.#legs.withdraw(recording);
        this.call.sayWithdrawn(recording);
      },
    });
    this.#follow();
    remember(this.room, { seat: this.you, inMeeting: true, since: this.since });
    this.socket.start();
  }

  send(message: FromBrowser): boolean {
    return this.socket.send(message);
  }

  /** Who sits where, for what the two share. */
  names(): Names {
    const seats = this.view.value?.seats;
    return {
      names: {
        mentor: seats?.mentor.name || t("meeting.the_mentor"),
        mentee: seats?.mentee.name || t("meeting.the_mentee"),
      },
      meeting: this.consent.meeting,
    };
  }

  mute(muted: boolean): void {
    void this.media.setMuted(muted);
  }

  camera(on: boolean): void {
    void this.media.setCameraOff(!on);
  }

  answerDevice(request: Id, allow: boolean): void {
    this.send({ type: "device_answer", request, allow });
    this.#forgetRequest(request);
  }

  leave(): void {
    // The leg first: after "Leave" not one packet goes to the recorder.
    this.#legs.shut();
    this.send({ type: "leave" });
    this.socket.end("left");
  }

  /** Puts everything down, without a word to the server (the page goes, or another one took the seat). */
  close(): void {
    this.#legs.shut();
    this.call.close();
    this.media.stop();
    this.gestures.clear();
    for (const end of this.#ends.splice(0)) end();
  }

  #devices() {
    return { microphone: this.media.microphoneState.value, camera: this.media.cameraState.value };
  }

  #follow(): void {
    const { media, call, socket } = this;
    let told = JSON.stringify(this.#devices());
    this.#ends.push(
      effect(() => {
        call.setTracks(media.microphone.value, media.camera.value);
        void this.#legs.tracksChanged();
      }),
      effect(() => {
        const devices = this.#devices();
        if (JSON.stringify(devices) === told) return;
        told = JSON.stringify(devices);
        this.send({ type: "media", ...devices });
      }),
      effect(() => {
        const [muted, cameraOff, chosen] = [media.muted.value, media.cameraOff.value, media.chosen.value];
        remember(this.room, { muted, cameraOff, chosen });
      }),
      effect(() => call.setSignalling(socket.phase.value === "open" && this.view.value !== null)),
      effect(() => this.#legs.yieldTo(call.quality.value)),
      effect(() => {
        const partner = this.view.value?.seats[otherSeat(this.you)];
        const expected = partner?.microphone === "on" || partner?.camera === "on";
        this.link.feel(call.quality.value, { connected: call.phase.value === "connected", expected });
      }),
      effect(() => {
        if (isCalm(this.view.value) || !this.#cameMeanwhile) return;
        this.#cameMeanwhile = false;
        chime("partner_came");
      }),
    );
    const ticking = setInterval(() => {
      this.now.value = this.clock.now();
      this.#lapse();
    }, 250);
    const goes = () => this.#legs.shut();
    window.addEventListener("pagehide", goes);
    this.#ends.push(
      () => clearInterval(ticking),
      () => window.removeEventListener("pagehide", goes),
    );
  }

  #heard(message: FromServer): void {
    switch (message.type) {
      case "welcome":
        this.#welcomed(message);
        return;
      case "room":
        this.clock.heard(message.now_ms);
        this.#show(message.room);
        return;
      case "signal":
        this.call.hear(message.page, message);
        return;
      case "gesture":
        this.gestures.show(message);
        return;
      case "consent_words":
        void this.consent.show(message);
        return;
      case "leg_answer":
        void this.#legs.answer(message.recording, message.run, message.sdp);
        return;
      case "saved":
        if (message.recording === this.view.value?.recording.recording) this.savedMs.value = message.saved_ms;
        return;
      case "chime":
        this.#sound(message.kind);
        return;
      case "device_request":
        this.deviceRequests.value = [...this.deviceRequests.value, message];
        this.#sound("partner_came");
        return;
      case "error":
        console.warn("refused", message.code, message.about);
        if (message.about === "pulse" || UNSAID.has(message.code)) return;
        this.refusal.value = message.code;
        this.consent.refused(message.about ?? null);
        return;
      case "pulse":
      case "bye":
        return; // the socket keeps these to itself
    }
  }

  #welcomed(welcome: Welcome): void {
    this.clock.heard(welcome.now_ms);
    this.call.setServers(
      welcome.ice_servers.map(({ urls, username, credential }) => ({
        urls,
        ...(username ? { username } : {}),
        ...(credential ? { credential } : {}),
      })),
    );
    this.consent.meeting = welcome.meeting;
    this.#show(welcome.room);
  }

  #show(view: RoomView): void {
    const before = this.view.value;
    this.savedMs.value = view.recording.saved_ms;
    this.now.value = this.clock.now();
    // The leg before everything else: it must be shut before any screen says so.
    this.#legs.update(view.recording);
    this.view.value = view;
    this.call.setPartner(view.seats[otherSeat(this.you)].page);
    if (pulseEvery(view.recording) < pulseEvery(before?.recording)) this.socket.feel();
    this.#breakStartsOrEnds(before, view);
    this.consent.follow(view);
  }

  #breakStartsOrEnds(before: RoomView | null, view: RoomView): void {
    const was = before?.pause?.state === "running" || before?.pause?.state === "over";
    const is = view.pause?.state === "running";
    if (is && before?.pause?.state !== "running") {
      this.media.letGo();
      this.afterBreak.value = false;
    }
    if (was && view.pause === null) this.afterBreak.value = true;
  }

  /** That somebody came can wait while one thinks; the other sounds say what is done to both. */
  #sound(kind: string): void {
    if (kind === "partner_came" && isCalm(this.view.peek())) this.#cameMeanwhile = true;
    else chime(kind);
  }

  #lapse(): void {
    const now = this.now.value;
    const open = this.deviceRequests.value.filter((request) => request.until_ms > now);
    if (open.length !== this.deviceRequests.value.length) this.deviceRequests.value = open;
  }

  #forgetRequest(request: Id): void {
    this.deviceRequests.value = this.deviceRequests.value.filter((it) => it.request !== request);
  }

  async #refused(attempts: number): Promise<void> {
    if (attempts < 2 || attempts % 2 === 1) return;
    if (!(await this.start.stillMine())) this.socket.end("seat_revoked");
  }

  #ended(code: string): void {
    remember(this.room, { inMeeting: false });
    if (code === "seat_revoked") forgetPersonal(this.room);
    this.close();
    this.ended.value = code;
  }
}
