/**
 * The call: keeps a link to the partner's page alive. ICE restarts first, then the link is made anew; the socket may
 * come and go without the call noticing. The mentor's side leads (makes first offers, wins collisions).
 *
 * Words between the two sides beyond offers and answers:
 * - an offer from another RTCPeerConnection than before (o= line) means "I have begun anew";
 * - a description of type `rollback` from the following side asks the leading side to begin anew, or, where its sdp
 *   is "ice", to restart ICE. The following side makes no offers of its own: two offers that cross make it roll back,
 *   and after a rollback Chromium delivers no more frames of the partner's picture (seen in version 156).
 */
import { signal } from "@preact/signals";
import type { Candidate, Description, Id } from "../protocol";
import { Link, originOf } from "./link";
import { emptyQuality, type Quality, readQuality, type StatsMemory } from "./stats";

export type CallPhase = "idle" | "connecting" | "connected" | "lost";

export interface CallPorts {
  /** Passes signalling on to a page of the partner; false when the socket is down. */
  send(page: Id, words: { description: Description } | { candidate: Candidate }): boolean;
  /** The partner's page said it has closed its recorder leg because somebody took a yes back. */
  withdrawn(recording: Id): void;
}

/** Milliseconds: how long a dropped line may mend by itself, a restart may take, how often we begin anew, and how long
 * an offer waits for its answer before it is said again. */
export const PATIENCE = { mend: 1500, restart: 7000, anew: 10_000, answer: 3000 } as const;

/** In a `rollback`'s sdp: new ways through the network are enough, the connection itself is sound. */
const ICE_ALONE = "ice";

export class Call {
  readonly phase = signal<CallPhase>("idle");
  readonly remote = signal<MediaStream | null>(null);
  readonly quality = signal<Quality>(emptyQuality);
  /** When the line was lost, by this page's own clock; null while it stands. */
  readonly lostAt = signal<number | null>(null);

  readonly #leading: boolean;
  #ports: CallPorts | null = null;
  #servers: RTCIceServer[];
  #link: Link | null = null;
  #warm: Link | null = null;
  #partner: Id | null = null;
  #signalling = false;
  #tracks: { microphone: MediaStreamTrack | null; camera: MediaStreamTrack | null } = {
    microphone: null,
    camera: null,
  };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sampler: ReturnType<typeof setInterval> | undefined;
  #stats: StatsMemory | null = null;

  /** Made before the room is entered, so that the browser looks for its own addresses while the password travels. */
  constructor(leading: boolean, servers: RTCIceServer[] = []) {
    this.#leading = leading;
    this.#servers = servers;
    window.addEventListener("online", this.#networkChanged);
    this.#warm = this.#makeLink();
  }

  connect(ports: CallPorts): void {
    this.#ports = ports;
  }

  setServers(servers: RTCIceServer[]): void {
    this.#servers = servers;
    this.#warm?.setServers(servers);
    this.#link?.setServers(servers);
  }

  setTracks(microphone: MediaStreamTrack | null, camera: MediaStreamTrack | null): void {
    this.#tracks = { microphone, camera };
    this.#link?.setTracks(microphone, camera);
  }

  /** The socket is up or down. A call that stands is left alone. */
  setSignalling(open: boolean): void {
    this.#signalling = open;
    if (!open || !this.#link) return;
    // What was said into a dying socket never arrived.
    this.#link.repeat();
    if (this.phase.value === "connected") return;
    if (this.#link.negotiating || !this.#link.met) this.#anew();
    else this.#restart();
  }

  /** The page in the partner's seat, as the room says. Its absence alone ends nothing that still carries sound. */
  setPartner(page: Id | null): void {
    if (page === null) {
      if (this.#link && this.phase.value !== "connected") this.hangUp();
      return;
    }
    if (page === this.#partner && this.#link) return;
    this.#partner = page;
    this.#open();
  }

  hear(page: Id, words: { description?: Description | null; candidate?: Candidate | null }): void {
    if (page !== this.#partner) this.setPartner(page);
    if (words.candidate) this.#link?.hearCandidate(words.candidate);
    const description = words.description;
    if (!description) return;
    if (description.type === "rollback") {
      if (description.sdp === ICE_ALONE) this.#askedToRestart();
      else this.#askedAnew();
      return;
    }
    const link = this.#link;
    const origin = originOf(description.sdp ?? "");
    const stranger = link?.remoteOrigin != null && origin !== link.remoteOrigin;
    if (description.type === "offer" && stranger) {
      // The leading side never follows: it answers a stranger's offer with a beginning of its own.
      this.#open();
      if (this.#leading) return;
    }
    this.#link?.hear(description);
  }

  /** Tells the partner's page, past the server, that a yes was taken back. */
  sayWithdrawn(recording: Id): boolean {
    return this.#link?.say(JSON.stringify({ type: "withdrawn", recording })) ?? false;
  }

  hangUp(): void {
    this.#link?.say(JSON.stringify({ type: "bye" }));
    this.#drop();
    this.#partner = null;
    this.#set("idle");
    this.remote.value = null;
  }

  close(): void {
    this.hangUp();
    this.#warm?.close();
    this.#warm = null;
    window.removeEventListener("online", this.#networkChanged);
  }

  #networkChanged = (): void => {
    if (this.#link && this.#partner) this.#restart();
  };

  #makeLink(): Link {
    const link: Link = new Link(this.#leading, this.#servers, {
      describe: (description) => this.#send(link, { description }),
      candidate: (candidate) => this.#send(link, { candidate }),
      state: (state) => link === this.#link && this.#state(state),
      track: (track) => link === this.#link && this.#track(track),
      data: (text) => link === this.#link && this.#data(text),
      broken: () => link === this.#link && this.#later(PATIENCE.mend, () => this.#anew()),
    });
    return link;
  }

  #open(): void {
    this.#drop();
    const warm = this.#warm;
    this.#warm = null;
    // Addresses found long ago may be gone by now.
    const fresh = warm && performance.now() - warm.madeAt < 60_000 ? warm : null;
    if (warm && !fresh) warm.close();
    const link = fresh ?? this.#makeLink();
    this.#link = link;
    link.setTracks(this.#tracks.microphone, this.#tracks.camera);
    this.remote.value = null;
    this.#set(this.phase.value === "lost" ? "lost" : "connecting");
    link.begin();
    this.#sampler = setInterval(() => void this.#sample(link), 1000);
    this.#later(PATIENCE.anew, () => this.#anew());
  }

  #drop(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#sampler);
    this.#stats = null;
    this.#link?.close();
    this.#link = null;
  }

  #send(link: Link, words: { description: Description } | { candidate: Candidate }): void {
    if (link === this.#link && this.#partner) this.#ports?.send(this.#partner, words);
  }

  #state(state: RTCPeerConnectionState): void {
    if (state === "connected") {
      clearTimeout(this.#timer);
      this.#set("connected");
    } else if (state === "disconnected") {
      this.#set("lost");
      this.#later(PATIENCE.mend, () => this.#restart());
    } else if (state === "failed") {
      this.#set("lost");
      this.#restart();
    }
  }

  #restart(): void {
    if (this.#signalling && this.#leading) this.#link?.restart();
    else if (this.#signalling && this.#partner) {
      this.#ports?.send(this.#partner, { description: { type: "rollback", sdp: ICE_ALONE } });
    }
    this.#later(PATIENCE.restart, () => this.#anew());
  }

  /** Begins anew; repeated until it stands or the partner is gone. */
  #anew(): void {
    if (!this.#partner || this.#linkStands()) return;
    if (!this.#signalling) {
      this.#later(PATIENCE.anew, () => this.#anew());
      return;
    }
    if (!this.#leading) this.#ports?.send(this.#partner, { description: { type: "rollback", sdp: "" } });
    this.#open();
  }

  #askedToRestart(): void {
    if (this.#leading && this.#link?.met && !this.#link.negotiating) this.#link.restart();
  }

  #askedAnew(): void {
    const waiting = this.#link && !this.#link.met && performance.now() - this.#link.madeAt < 5000;
    if (this.#leading && !waiting) this.#open();
  }

  #linkStands(): boolean {
    return this.#link?.connection.connectionState === "connected";
  }

  #track(track: MediaStreamTrack): void {
    const others = (this.remote.value?.getTracks() ?? []).filter((it) => it.kind !== track.kind);
    this.remote.value = new MediaStream([...others, track]);
  }

  #data(text: string): void {
    let word: { type?: unknown; recording?: unknown };
    try {
      word = JSON.parse(text) as typeof word;
    } catch {
      return;
    }
    if (word?.type === "withdrawn" && typeof word.recording === "string") this.#ports?.withdrawn(word.recording);
    else if (word?.type === "bye") this.hangUp();
  }

  #later(milliseconds: number, work: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(work, milliseconds);
  }

  #set(phase: CallPhase): void {
    this.phase.value = phase;
    if (phase === "lost") this.lostAt.value ??= Date.now();
    else this.lostAt.value = null;
  }

  /** The server keeps no signalling for a partner whose socket is down: an offer without an answer is said again. */
  #chase(link: Link): void {
    const { waitingSince } = link;
    if (!this.#signalling || waitingSince === null || performance.now() - waitingSince < PATIENCE.answer) return;
    link.waitingSince = performance.now();
    link.repeat();
  }

  async #sample(link: Link): Promise<void> {
    if (link !== this.#link || link.closed) return;
    this.#chase(link);
    const report = await link.connection.getStats();
    if (link !== this.#link) return;
    const { quality, memory } = readQuality(report.values(), this.#stats);
    this.#stats = memory;
    this.quality.value = quality;
  }
}
