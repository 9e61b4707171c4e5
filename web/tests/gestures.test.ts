import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { emptyQuality, type Quality, readQuality, type StatsMemory } from "../src/call/stats";
import { FLOATS_MS, GestureFeed, SPEAKS_EVERY_MS } from "../src/gestures/feed";
import { LinkPulse, SILENT_MS, STALLS_MS } from "../src/gestures/link_pulse";
import { stepTo } from "../src/gestures/Popup";
import { SIGNS } from "../src/gestures/signs";
import { thinkingWords } from "../src/gestures/Thinking";
import { isCalm, threadOf } from "../src/meeting/derive";
import type { GestureKind, Seat } from "../src/protocol";
import { recordingView, roomView, seatView } from "./views";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const kinds = (feed: GestureFeed, seat: Seat) =>
  feed.floating.value.filter((it) => it.seat === seat).map((it) => it.kind);

describe("what floats over the pictures", () => {
  test("rises over its sender's picture and is gone", () => {
    const feed = new GestureFeed();
    feed.show({ seat: "mentee", kind: "nod" });
    expect([kinds(feed, "mentee"), kinds(feed, "mentor")]).toEqual([["nod"], []]);
    vi.advanceTimersByTime(FLOATS_MS - 1);
    expect(kinds(feed, "mentee")).toEqual(["nod"]);
    vi.advanceTimersByTime(1);
    expect(kinds(feed, "mentee")).toEqual([]);
  });

  test("never hides the face: four at most of each, the newest", () => {
    const feed = new GestureFeed();
    feed.show({ seat: "mentor", kind: "heart" });
    const all: GestureKind[] = ["thumbs_up", "smile", "nod", "applause", "heart"];
    for (const kind of all) feed.show({ seat: "mentee", kind });
    expect(kinds(feed, "mentee")).toEqual(["smile", "nod", "applause", "heart"]);
    expect(kinds(feed, "mentor")).toEqual(["heart"]);
    vi.advanceTimersByTime(FLOATS_MS);
    expect(feed.floating.value).toEqual([]);
  });

  test("is said at once, then grouped, at most every five seconds", () => {
    const feed = new GestureFeed();
    const heard: string[] = [];
    feed.said.subscribe((said) => {
      if (said.length > 0) heard.push(said.map((it) => `${it.seat}: ${it.kinds.join(", ")}`).join("; "));
    });
    feed.show({ seat: "mentee", kind: "thumbs_up" });
    feed.show({ seat: "mentee", kind: "heart" });
    feed.show({ seat: "mentor", kind: "nod" });
    feed.show({ seat: "mentee", kind: "heart" });
    expect(heard).toEqual(["mentee: thumbs_up"]);
    vi.advanceTimersByTime(SPEAKS_EVERY_MS);
    expect(heard).toEqual(["mentee: thumbs_up", "mentee: heart; mentor: nod"]);
    feed.show({ seat: "mentor", kind: "smile" });
    vi.advanceTimersByTime(SPEAKS_EVERY_MS - 1);
    expect(heard).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(heard).toHaveLength(3);
    vi.advanceTimersByTime(SPEAKS_EVERY_MS);
    feed.show({ seat: "mentor", kind: "smile" });
    expect(heard).toHaveLength(4);
  });

  test("is put down with the meeting", () => {
    const feed = new GestureFeed();
    feed.show({ seat: "mentor", kind: "smile" });
    feed.clear();
    expect([feed.floating.value, vi.getTimerCount()]).toEqual([[], 0]);
  });

  test("every sign the protocol knows is drawn once", () => {
    expect(new Set(SIGNS.map((sign) => sign.kind)).size).toBe(5);
  });
});

test("keys lead through the choices and around their ends", () => {
  expect([stepTo("ArrowRight", 4, 5), stepTo("ArrowUp", 0, 5), stepTo("Home", 3, 5), stepTo("End", 0, 5)]).toEqual([
    0, 4, 0, 4,
  ]);
  expect(stepTo("x", 0, 5)).toBeNull();
});

describe("the link's pulse", () => {
  const on = { connected: true, expected: true };
  const quality = (change: Partial<Quality> = {}): Quality => ({ ...emptyQuality, heard: 0.1, said: 0, ...change });

  test("lives while packets come, stalls two seconds after they should have, and lives again", () => {
    const link = new LinkPulse();
    link.feel(quality(), { connected: false, expected: true }, 0);
    expect(link.pulse.value).toBe("still");
    link.feel(quality(), on, 1000);
    expect(link.pulse.value).toBe("alive");
    link.feel(quality({ starvedMs: STALLS_MS }), on, 4000);
    expect(link.pulse.value).toBe("alive");
    link.feel(quality({ starvedMs: STALLS_MS + 1 }), on, 5000);
    expect(link.pulse.value).toBe("stalled");
    link.feel(quality(), on, 6000);
    expect(link.pulse.value).toBe("alive");
  });

  test("misses nothing of a partner who sends nothing, and waits for what has just been switched on", () => {
    const link = new LinkPulse();
    const off = { connected: true, expected: false };
    link.feel(quality({ starvedMs: 60_000 }), off, 0);
    expect(link.pulse.value).toBe("alive");
    link.feel(quality({ starvedMs: 61_000 }), on, 1000);
    link.feel(quality({ starvedMs: 62_000 }), on, 2000);
    expect(link.pulse.value).toBe("alive");
    link.feel(quality({ starvedMs: 64_000 }), on, 1000 + STALLS_MS + 1);
    expect(link.pulse.value).toBe("stalled");
  });

  test("knows silence from a broken line", () => {
    const link = new LinkPulse();
    const silence = quality({ heard: 0.001, said: 0.001 });
    link.feel(quality(), on, 0);
    link.feel(silence, on, SILENT_MS - 1);
    expect(link.silent.value).toBe(false);
    link.feel(silence, on, SILENT_MS);
    expect(link.silent.value).toBe(true);
    link.feel({ ...silence, starvedMs: 5000 }, on, SILENT_MS + 1000);
    expect([link.pulse.value, link.silent.value]).toEqual(["stalled", false]);
    link.feel(quality({ heard: 0, said: 0.2 }), on, SILENT_MS + 2000);
    expect(link.silent.value).toBe(false);
  });

  test("claims no silence it cannot hear", () => {
    const link = new LinkPulse();
    for (const now of [0, SILENT_MS, 2 * SILENT_MS]) link.feel(quality({ heard: null, said: null }), on, now);
    expect(link.silent.value).toBe(false);
  });
});

describe("what the statistics tell of sound and packets", () => {
  const report = (at: number, packets: number, energy: number, own: number) => [
    { type: "candidate-pair", nominated: true, timestamp: at, bytesSent: 0, bytesReceived: 0 },
    {
      type: "inbound-rtp",
      kind: "audio",
      packetsReceived: packets,
      totalAudioEnergy: energy,
      totalSamplesDuration: at / 1000,
    },
    { type: "inbound-rtp", kind: "video", packetsReceived: 10 },
    { type: "media-source", kind: "audio", totalAudioEnergy: own, totalSamplesDuration: at / 1000 },
  ];
  test("since when none came, and how loud it was", () => {
    let memory: StatsMemory | null = null;
    const look = (...of: [number, number, number, number]) => {
      const seen = readQuality(report(...of), memory);
      memory = seen.memory;
      return seen.quality;
    };
    expect(look(1000, 5, 0, 0)).toMatchObject({ starvedMs: 0, heard: null, said: null });
    const loud = look(2000, 55, 0.04, 0);
    expect(loud.starvedMs).toBe(0);
    expect(loud.heard).toBeCloseTo(0.2);
    expect(loud.said).toBe(0);
    expect(look(3000, 55, 0.04, 0.01)).toMatchObject({ starvedMs: 1000, heard: 0 });
    expect(look(4500, 55, 0.04, 0.01).starvedMs).toBe(2500);
    expect(look(5000, 56, 0.04, 0.01).starvedMs).toBe(0);
  });
});

describe("the thread", () => {
  const room = roomView();
  test("breathes while media arrives, stands while there is none, is dashed when it should come and does not", () => {
    expect(threadOf(room, "mentee", "connected", "alive")).toBe("calm");
    expect(threadOf(room, "mentee", "connecting", "still")).toBe("still");
    expect(threadOf(room, "mentee", "connected", "stalled")).toBe("lost");
    expect(threadOf(null, "mentee", "idle", "still")).toBe("still");
  });
  test("tells of a stalled line before it tells of the recording", () => {
    const recording = roomView({ recording: recordingView({ state: "recording", run: 1 }) });
    expect(threadOf(recording, "mentee", "connected", "stalled")).toBe("lost");
  });
});

describe("thinking and quiet time", () => {
  const thinking = (mentor: boolean, mentee: boolean) =>
    roomView({
      seats: { mentor: seatView({ thinking: mentor }), mentee: seatView({ name: "Samir", thinking: mentee }) },
    });
  test.each([
    [false, false, ""],
    [false, true, "Samir is thinking. No hurry."],
    [true, false, "You are thinking. No hurry."],
    [true, true, "You are both thinking. No hurry."],
  ])("thinks mentor %s, mentee %s", (mentor, mentee, words) => {
    expect(thinkingWords(thinking(mentor, mentee), "mentor")).toBe(words);
    expect(isCalm(thinking(mentor, mentee))).toBe(mentor || mentee);
  });
  test("a proposal is not calm yet", () => {
    const quiet = { by: "mentor", minutes: 2, until_ms: 1 } as const;
    expect(isCalm(roomView({ quiet: { state: "proposed", ...quiet } }))).toBe(false);
    expect(isCalm(roomView({ quiet: { state: "running", ...quiet } }))).toBe(true);
    expect(isCalm(null)).toBe(false);
  });
});
