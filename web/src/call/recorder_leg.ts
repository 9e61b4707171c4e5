/**
 * The recorder's leg: a second, send-only connection, from this browser to the server. It carries the very tracks of
 * the call, never clones, so that what is muted in the call is muted in the recording.
 */
import { LEG_START, nextCap } from "./leg_cap";
import { Silence } from "./silence";
import type { Quality } from "./stats";

export interface LegTracks {
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
}

/** Only what the recorder understands: VP8 with its repeats, Opus. */
function onlyCodecs(section: RTCRtpTransceiver, kind: "audio" | "video"): void {
  const wanted = kind === "audio" ? ["audio/opus"] : ["video/vp8", "video/rtx"];
  const known = RTCRtpSender.getCapabilities(kind)?.codecs ?? [];
  const chosen = known.filter((codec) => wanted.includes(codec.mimeType.toLowerCase()));
  if (chosen.length > 0) section.setCodecPreferences(chosen);
}

export class RecorderLeg {
  readonly video: boolean;
  readonly #connection: RTCPeerConnection;
  readonly #sound: RTCRtpSender;
  readonly #picture: RTCRtpSender | null;
  readonly #silence = new Silence();
  #cap = LEG_START;
  #closed = false;

  constructor(tracks: LegTracks) {
    this.#connection = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
    const sound = this.#connection.addTransceiver(this.#voice(tracks) ?? "audio", { direction: "sendonly" });
    onlyCodecs(sound, "audio");
    this.#sound = sound.sender;
    this.video = tracks.camera !== null;
    this.#picture = null;
    if (tracks.camera) {
      const picture = this.#connection.addTransceiver(tracks.camera, {
        direction: "sendonly",
        sendEncodings: [{ maxBitrate: LEG_START }],
      });
      onlyCodecs(picture, "video");
      this.#picture = picture.sender;
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The offer, without our candidates: the server learns where we are from the packets alone. */
  async offer(): Promise<string> {
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    return withoutCandidates(this.#connection.localDescription?.sdp ?? "");
  }

  async answer(sdp: string): Promise<void> {
    if (!this.#closed) await this.#connection.setRemoteDescription({ type: "answer", sdp });
  }

  /** Follows the call's tracks. False when the leg has no place for a camera that is now there: open another. */
  async setTracks(tracks: LegTracks): Promise<boolean> {
    if (this.#closed) return true;
    if (tracks.camera && !this.#picture) return false;
    const voice = this.#voice(tracks);
    if (this.#sound.track !== voice) await this.#sound.replaceTrack(voice);
    if (this.#picture && this.#picture.track !== tracks.camera) await this.#picture.replaceTrack(tracks.camera);
    return true;
  }

  /** Once a second. */
  async yieldTo(quality: Quality): Promise<void> {
    const cap = nextCap(this.#cap, quality);
    if (this.#closed || !this.#picture || cap === this.#cap) return;
    const parameters = this.#picture.getParameters();
    const encoding = parameters.encodings[0];
    if (!encoding) return;
    encoding.maxBitrate = cap;
    this.#cap = cap;
    await this.#picture.setParameters(parameters);
  }

  /** At once: after this not one packet leaves. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.close();
    this.#silence.end();
  }

  #voice(tracks: LegTracks): MediaStreamTrack | null {
    return tracks.microphone ?? this.#silence.track;
  }
}

export function withoutCandidates(sdp: string): string {
  return sdp.replace(/^a=(candidate:.*|end-of-candidates)\r?\n/gm, "");
}
