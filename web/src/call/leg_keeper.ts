/**
 * Opens and shuts the recorder's leg as the room says, and sooner than the room where a yes is taken back.
 *
 * A leg is open exactly while: this page said yes to this recording, both switches are on, a run is starting or on
 * record, and nobody has taken a yes back. Everything else closes it at once.
 */
import type { FromBrowser, Id, RecordingView, Seat } from "../protocol";
import { type LegTracks, RecorderLeg } from "./recorder_leg";
import type { Quality } from "./stats";

export interface Run {
  recording: Id;
  run: number;
}

/** Which run this browser's leg should be open for, or null for none. */
export function wantedRun(
  view: RecordingView,
  agreed: ReadonlySet<Id>,
  withdrawn: ReadonlySet<Id>,
  seats: readonly Seat[] = ["mentor", "mentee"],
): Run | null {
  const { state, recording, run, allowed } = view;
  if (recording === null || run < 1) return null;
  if (state !== "starting" && state !== "recording") return null;
  if (!seats.every((seat) => allowed.includes(seat))) return null;
  if (!agreed.has(recording) || withdrawn.has(recording)) return null;
  return { recording, run };
}

export interface KeeperPorts {
  send(message: FromBrowser): boolean;
  tracks(): LegTracks;
  /** Made anew for every leg; replaced in tests. */
  makeLeg?: (tracks: LegTracks) => RecorderLeg;
}

export class LegKeeper {
  readonly #agreed = new Set<Id>();
  readonly #withdrawn = new Set<Id>();
  #leg: RecorderLeg | null = null;
  #run: Run | null = null;

  constructor(private readonly ports: KeeperPorts) {}

  get open(): boolean {
    return this.#leg !== null;
  }

  /** This page's person said yes to this recording. */
  agreed(recording: Id): void {
    this.#agreed.add(recording);
    this.#withdrawn.delete(recording);
  }

  /** Somebody took a yes back: this recording gets no packet more from here, whatever the room still says. */
  withdraw(recording: Id): void {
    this.#withdrawn.add(recording);
    if (this.#run?.recording === recording) this.shut();
  }

  update(view: RecordingView): void {
    const wanted = wantedRun(view, this.#agreed, this.#withdrawn);
    const same = wanted !== null && this.#run?.recording === wanted.recording && this.#run.run === wanted.run;
    if (same) return;
    this.shut();
    if (wanted) void this.#openFor(wanted);
  }

  async answer(recording: Id, run: number, sdp: string): Promise<void> {
    if (this.#run?.recording !== recording || this.#run.run !== run) return;
    try {
      await this.#leg?.answer(sdp);
    } catch (error) {
      console.warn("the recorder's answer was not understood", error);
      this.shut();
    }
  }

  /** The call's tracks changed. A camera where the leg has none needs a leg, and so a part, of its own. */
  async tracksChanged(): Promise<void> {
    const [leg, run] = [this.#leg, this.#run];
    if (!leg || !run) return;
    const fits = await leg.setTracks(this.ports.tracks());
    if (fits || this.#leg !== leg) return;
    this.shut();
    await this.#openFor(run);
  }

  yieldTo(quality: Quality): void {
    this.#leg?.yieldTo(quality).catch(() => undefined);
  }

  shut(): void {
    const run = this.#run;
    this.#leg?.close();
    this.#leg = null;
    this.#run = null;
    if (run) this.ports.send({ type: "leg_closed", recording: run.recording, run: run.run });
  }

  async #openFor(run: Run): Promise<void> {
    const leg = (this.ports.makeLeg ?? ((tracks) => new RecorderLeg(tracks)))(this.ports.tracks());
    this.#leg = leg;
    this.#run = run;
    const sdp = await leg.offer();
    if (this.#leg !== leg) return;
    const sent = this.ports.send({ type: "leg_offer", recording: run.recording, run: run.run, sdp, video: leg.video });
    // A line that fell in this moment pauses the recording: the next run gets a leg of its own.
    if (!sent) this.shut();
  }
}
