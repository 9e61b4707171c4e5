/**
 * Sound that is not there. Somebody without a microphone, or with it put away after a break, still has a place on the
 * recording: their leg carries silence of its own making, so that it comes up, keeps time and can be ended like any
 * other. Made only after a press (a yes), when every browser lets an AudioContext run.
 */
export class Silence {
  #context: AudioContext | null = null;
  #track: MediaStreamTrack | null = null;

  get track(): MediaStreamTrack | null {
    if (this.#track) return this.#track;
    const context = new AudioContext();
    const out = context.createMediaStreamDestination();
    // Without a source the graph is never pulled, and no frame comes out, not even a silent one.
    const nothing = context.createConstantSource();
    nothing.offset.value = 0;
    nothing.connect(out);
    nothing.start();
    this.#context = context;
    this.#track = out.stream.getAudioTracks()[0] ?? null;
    return this.#track;
  }

  end(): void {
    this.#track?.stop();
    void this.#context?.close();
    this.#track = null;
    this.#context = null;
  }
}
