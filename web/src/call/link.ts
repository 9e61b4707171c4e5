/**
 * One RTCPeerConnection to the partner's browser, from its first offer to its end. Negotiation is the W3C's perfect
 * negotiation (WebRTC section 10.7) with every step in one queue, so that "is an offer of mine under way" can be read
 * off the signalling state instead of being remembered in flags.
 *
 * Four media sections exist from the start: sound, camera, screen, the screen's sound. The leading side lays them out
 * and makes the first offer; the other side finds them in it. (A transceiver made by addTransceiver is never taken for
 * a remote section, JSEP section 5.10: if both laid them out there would be eight.)
 */
import type { Candidate, Description } from "../protocol";

export interface LinkEvents {
  describe(description: Description): void;
  candidate(candidate: Candidate): void;
  state(state: RTCPeerConnectionState): void;
  track(track: MediaStreamTrack): void;
  data(text: string): void;
  /** A step of negotiation failed for good: the link must be made anew. */
  broken(): void;
}

/** The session id of the o= line (RFC 8866 section 5.2): another one means another RTCPeerConnection behind it. */
export function originOf(sdp: string): string | null {
  return /^o=\S+ (\S+) /m.exec(sdp)?.[1] ?? null;
}

const SOUND = 0;
const CAMERA = 1;

export class Link {
  readonly connection: RTCPeerConnection;
  readonly madeAt = performance.now();
  remoteOrigin: string | null = null;
  /** Since when an offer of ours waits for its answer (performance.now()), or null. */
  waitingSince: number | null = null;
  /** The partner has answered or offered at least once. */
  met = false;

  readonly #leading: boolean;
  readonly #events: LinkEvents;
  readonly #channel: RTCDataChannel;
  readonly #own = new MediaStream();
  #tracks: { microphone: MediaStreamTrack | null; camera: MediaStreamTrack | null } = {
    microphone: null,
    camera: null,
  };
  #begun = false;
  #closed = false;
  #ignored = false;
  #steps: Promise<void> = Promise.resolve();

  constructor(leading: boolean, iceServers: RTCIceServer[], events: LinkEvents) {
    this.#leading = leading;
    this.#events = events;
    // A pool of one lets the browser look for its addresses before the partner is there.
    this.connection = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle", iceCandidatePoolSize: 1 });
    if (leading) {
      this.connection.addTransceiver("audio", { direction: "sendrecv", streams: [this.#own] });
      this.connection.addTransceiver("video", { direction: "sendrecv", streams: [this.#own] });
      this.connection.addTransceiver("video", { direction: "inactive" });
      this.connection.addTransceiver("audio", { direction: "inactive" });
    }
    this.#channel = this.connection.createDataChannel("visavis", { negotiated: true, id: 0 });
    this.#listen();
  }

  get closed(): boolean {
    return this.#closed;
  }

  get negotiating(): boolean {
    return this.connection.signalingState !== "stable";
  }

  setServers(iceServers: RTCIceServer[]): void {
    const known = JSON.stringify(this.connection.getConfiguration().iceServers ?? []);
    if (known === JSON.stringify(iceServers)) return;
    this.connection.setConfiguration({ ...this.connection.getConfiguration(), iceServers });
  }

  /** The leading side's first offer. */
  begin(): void {
    this.#begun = true;
    if (this.#leading) this.#step(() => this.#offer());
  }

  /** Says the offer under way once more, with all addresses found since: it, or its answer, may have been lost. */
  repeat(): void {
    this.#step(async () => {
      if (this.connection.signalingState === "have-local-offer") this.#tell();
    });
  }

  restart(): void {
    if (this.#closed || !this.#begun) return;
    this.connection.restartIce();
  }

  setTracks(microphone: MediaStreamTrack | null, camera: MediaStreamTrack | null): void {
    this.#tracks = { microphone, camera };
    this.#attach();
  }

  hear(description: Description): void {
    this.#step(() => this.#hear(description));
  }

  hearCandidate(candidate: Candidate): void {
    this.#step(async () => {
      try {
        await this.connection.addIceCandidate(candidate);
      } catch (error) {
        // Candidates of an offer we put aside, or of a generation that is over, are nobody's loss.
        if (!this.#ignored && this.connection.remoteDescription === null) console.debug("candidate came early", error);
      }
    });
  }

  /** Sends a word over the call's own data channel; false when it is not open. */
  say(text: string): boolean {
    if (this.#channel.readyState !== "open") return false;
    this.#channel.send(text);
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.connection.close();
  }

  #listen(): void {
    const connection = this.connection;
    connection.onnegotiationneeded = () => {
      if (this.#begun && this.met) this.#step(() => this.#offer());
    };
    connection.onicecandidate = ({ candidate }) => {
      if (!candidate || this.#closed) return;
      const { candidate: line, sdpMid, sdpMLineIndex, usernameFragment } = candidate.toJSON();
      this.#events.candidate({
        candidate: line ?? "",
        sdpMid: sdpMid ?? null,
        sdpMLineIndex: sdpMLineIndex ?? null,
        usernameFragment: usernameFragment ?? null,
      });
    };
    connection.onsignalingstatechange = () => {
      this.waitingSince = connection.signalingState === "have-local-offer" ? performance.now() : null;
    };
    connection.onconnectionstatechange = () => {
      if (!this.#closed) this.#events.state(connection.connectionState);
    };
    connection.ontrack = ({ track }) => {
      const place = connection.getTransceivers().findIndex((it) => it.receiver.track === track);
      if (!this.#closed && (place === SOUND || place === CAMERA)) this.#events.track(track);
    };
    this.#channel.onmessage = ({ data }) => {
      if (!this.#closed && typeof data === "string" && data.length <= 1024) this.#events.data(data);
    };
  }

  #step(work: () => Promise<void>): void {
    this.#steps = this.#steps.then(async () => {
      if (this.#closed) return;
      try {
        await work();
      } catch (error) {
        console.debug("negotiation failed", error);
        if (!this.#closed) this.#events.broken();
      }
    });
  }

  async #offer(): Promise<void> {
    if (this.negotiating) return; // the answer under way settles it, or asks again
    this.#attach();
    await this.connection.setLocalDescription();
    this.#tell();
  }

  async #hear(description: Description): Promise<void> {
    if (description.type === "offer") {
      this.#ignored = this.#leading && this.negotiating;
      if (this.#ignored) return;
    } else if (!this.negotiating) return; // an answer to an offer that is settled already
    await this.connection.setRemoteDescription({ type: description.type, sdp: description.sdp ?? "" });
    this.remoteOrigin = originOf(description.sdp ?? "");
    this.#begun = true;
    this.met = true;
    if (description.type !== "offer") return;
    this.#settleSections();
    this.#attach();
    await this.connection.setLocalDescription();
    this.#tell();
  }

  /** The answering side opens the first two of the four sections both ways. */
  #settleSections(): void {
    if (this.#leading) return;
    this.connection.getTransceivers().forEach((section, place) => {
      const direction = place === SOUND || place === CAMERA ? "sendrecv" : "inactive";
      if (section.direction !== direction) section.direction = direction;
      if (direction === "sendrecv") section.sender.setStreams?.(this.#own);
    });
  }

  #attach(): void {
    if (this.#closed) return;
    const sections = this.connection.getTransceivers();
    const wanted = [this.#tracks.microphone, this.#tracks.camera];
    wanted.forEach((track, place) => {
      const sender = sections[place]?.sender;
      if (sender && sender.track !== track) sender.replaceTrack(track).catch(() => this.#events.broken());
    });
  }

  #tell(): void {
    const local = this.connection.localDescription;
    if (local && (local.type === "offer" || local.type === "answer")) {
      this.#events.describe({ type: local.type, sdp: local.sdp });
    }
  }
}
