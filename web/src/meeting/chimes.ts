/** Soft tones, made here: nothing to load, and the page's policy lets no foreign sound in. */

/** Frequencies in Hz, one after the other. */
const TUNES: Record<string, readonly number[]> = {
  recording_started: [523.25, 659.25],
  recording_stopped: [659.25, 523.25],
  break_over: [392, 523.25, 659.25],
  quiet_over: [523.25, 392],
  partner_came: [523.25, 783.99],
};

let context: AudioContext | null = null;

/** Makes (or wakes) the page's one AudioContext; a browser lets it sound only after a press somewhere. */
export function soundContext(): AudioContext | null {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") void context.resume();
    return context;
  } catch {
    return null;
  }
}

export function chime(kind: string): void {
  const sound = soundContext();
  if (!sound || sound.state === "closed") return;
  (TUNES[kind] ?? TUNES.partner_came ?? []).forEach((frequency, index) => {
    const from = sound.currentTime + 0.02 + index * 0.28;
    const tone = sound.createOscillator();
    const loudness = sound.createGain();
    tone.type = "sine";
    tone.frequency.value = frequency;
    loudness.gain.setValueAtTime(0, from);
    loudness.gain.linearRampToValueAtTime(0.16, from + 0.04);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.9);
    tone.connect(loudness).connect(sound.destination);
    tone.start(from);
    tone.stop(from + 1);
  });
}
