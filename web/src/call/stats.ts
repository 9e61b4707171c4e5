/** What the call's statistics (W3C webrtc-stats) say about the line: pure, from one report and the one before. */

export interface Quality {
  /** Bits per second the browser believes it can send in all; null while unknown. */
  available: number | null;
  /** Bits per second the call sends now. */
  sending: number;
  /** The call's picture is being held back by the line. */
  limited: boolean;
  /** Part of our packets the partner missed, 0 to 1. */
  lost: number;
  roundTripMs: number | null;
  /** Bits per second that arrive. */
  receiving: number;
  /** Since when no packet of sound or picture has come, in milliseconds; 0 while they come. */
  starvedMs: number;
  /** Loudness (root mean square, 0 to 1) of what arrived and of what was said since the last look; null while unknown. */
  heard: number | null;
  said: number | null;
}

export interface StatsMemory {
  at: number;
  sent: number;
  received: number;
  packets: number;
  packetAt: number;
  heard: Energy | null;
  said: Energy | null;
}

/** Sums since the beginning: energy, and the seconds it is spread over. */
interface Energy {
  energy: number;
  seconds: number;
}

export const emptyQuality: Quality = {
  available: null,
  sending: 0,
  limited: false,
  lost: 0,
  roundTripMs: null,
  receiving: 0,
  starvedMs: 0,
  heard: null,
  said: null,
};

type Entry = Record<string, unknown> & { id?: string; type?: string };
const number = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

function selectedPair(entries: Entry[]): Entry | undefined {
  const chosen = entries.find((it) => it.type === "transport" && it.selectedCandidatePairId)?.selectedCandidatePairId;
  const pairs = entries.filter((it) => it.type === "candidate-pair");
  // Firefox has no transport entry; it marks the pair itself.
  return pairs.find((it) => it.id === chosen) ?? pairs.find((it) => it.selected === true || it.nominated === true);
}

function energyOf(entry: Entry | undefined): Energy | null {
  const [energy, seconds] = [number(entry?.totalAudioEnergy), number(entry?.totalSamplesDuration)];
  return energy === null || seconds === null ? null : { energy, seconds };
}

function loudness(now: Energy | null, before: Energy | null | undefined): number | null {
  if (!now || !before || now.seconds <= before.seconds) return null;
  return Math.sqrt(Math.max(0, now.energy - before.energy) / (now.seconds - before.seconds));
}

export function readQuality(
  report: Iterable<unknown>,
  before: StatsMemory | null,
): { quality: Quality; memory: StatsMemory } {
  const entries = [...report] as Entry[];
  const pair = selectedPair(entries);
  const at = number(pair?.timestamp) ?? before?.at ?? 0;
  const arriving = entries.filter((it) => it.type === "inbound-rtp");
  const packets = arriving.reduce((sum, it) => sum + (number(it.packetsReceived) ?? 0), 0);
  const memory: StatsMemory = {
    at,
    sent: number(pair?.bytesSent) ?? 0,
    received: number(pair?.bytesReceived) ?? 0,
    packets,
    packetAt: before && packets <= before.packets ? before.packetAt : at,
    heard: energyOf(arriving.find((it) => it.kind === "audio")),
    said: energyOf(entries.find((it) => it.type === "media-source" && it.kind === "audio")),
  };
  const seconds = before ? (at - before.at) / 1000 : 0;
  const rate = (now: number, then: number) => (seconds > 0 ? Math.max(0, ((now - then) * 8) / seconds) : 0);
  const video = entries.filter((it) => it.type === "outbound-rtp" && it.kind === "video");
  const losses = entries.filter((it) => it.type === "remote-inbound-rtp").map((it) => number(it.fractionLost) ?? 0);
  const trip = number(pair?.currentRoundTripTime);
  return {
    memory,
    quality: {
      available: number(pair?.availableOutgoingBitrate),
      sending: before ? rate(memory.sent, before.sent) : 0,
      receiving: before ? rate(memory.received, before.received) : 0,
      starvedMs: at - memory.packetAt,
      heard: loudness(memory.heard, before?.heard),
      said: loudness(memory.said, before?.said),
      limited: video.some((it) => it.qualityLimitationReason === "bandwidth"),
      lost: Math.max(0, ...losses),
      roundTripMs: trip === null ? null : trip * 1000,
    },
  };
}
