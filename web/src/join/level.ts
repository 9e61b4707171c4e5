/** How loud the microphone is, for a meter that moves: 0 to 1, about twelve times a second. */
import { signal } from "@preact/signals";
import { soundContext } from "../meeting/chimes";

/** From the root mean square of a piece of sound to a bar: 60 dB of range, speech in its upper half. */
export function levelOf(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < samples.length; index += 1) sum += (samples[index] ?? 0) ** 2;
  const root = Math.sqrt(sum / Math.max(1, samples.length));
  if (root === 0) return 0;
  return Math.min(1, Math.max(0, (20 * Math.log10(root) + 60) / 60));
}

export class LevelMeter {
  readonly level = signal(0);
  #stop: (() => void) | null = null;

  follow(track: MediaStreamTrack | null): void {
    this.#stop?.();
    this.#stop = null;
    this.level.value = 0;
    const context = track ? soundContext() : null;
    if (!track || !context) return;
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      if (context.state === "suspended") void context.resume();
      analyser.getFloatTimeDomainData(samples);
      this.level.value = Math.round(levelOf(samples) * 24) / 24;
    }, 80);
    this.#stop = () => {
      clearInterval(timer);
      source.disconnect();
    };
  }
}
