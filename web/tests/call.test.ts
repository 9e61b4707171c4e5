import { describe, expect, test } from "vitest";
import { problemOf } from "../src/call/devices";
import { LEG_FLOOR, LEG_START, nextCap } from "../src/call/leg_cap";
import { LegKeeper, wantedRun } from "../src/call/leg_keeper";
import { originOf } from "../src/call/link";
import { type LegTracks, type RecorderLeg, withoutCandidates } from "../src/call/recorder_leg";
import { emptyQuality, readQuality } from "../src/call/stats";
import type { FromBrowser } from "../src/protocol";
import { ID, recordingView } from "./views";

const onRecord = recordingView({
  state: "recording",
  recording: ID.recording,
  run: 1,
  allowed: ["mentor", "mentee"],
});

describe("which run a leg is open for", () => {
  const agreed = new Set([ID.recording]);
  const nobody = new Set<string>();
  test("a run that starts or is on record, with two yeses", () => {
    expect(wantedRun(onRecord, agreed, nobody)).toEqual({ recording: ID.recording, run: 1 });
    expect(wantedRun({ ...onRecord, state: "starting" }, agreed, nobody)).not.toBeNull();
  });
  test.each(["off", "waiting", "countdown", "paused", "stopped"] as const)("none while %s", (state) => {
    expect(wantedRun({ ...onRecord, state }, agreed, nobody)).toBeNull();
  });
  test("none with one switch off, whatever else the room says", () => {
    expect(wantedRun({ ...onRecord, allowed: ["mentor"] }, agreed, nobody)).toBeNull();
    expect(wantedRun({ ...onRecord, allowed: ["mentee"] }, agreed, nobody)).toBeNull();
  });
  test("none without this page's own yes", () => {
    expect(wantedRun(onRecord, new Set([ID.other]), nobody)).toBeNull();
  });
  test("none after somebody took a yes back", () => {
    expect(wantedRun(onRecord, agreed, agreed)).toBeNull();
  });
  test("none before a run has a number", () => {
    expect(wantedRun({ ...onRecord, run: 0 }, agreed, nobody)).toBeNull();
  });
});

/** A leg that only remembers; the real one is tried in real browsers. */
class PaperLeg {
  closed = false;
  video: boolean;
  heard: string | null = null;
  constructor(tracks: LegTracks) {
    this.video = tracks.camera !== null;
  }
  offer = async () => "offer";
  answer = async (sdp: string) => {
    this.heard = sdp;
  };
  setTracks = async (tracks: LegTracks) => !(tracks.camera && !this.video);
  yieldTo = async () => undefined;
  close = () => {
    this.closed = true;
  };
}

function keeper() {
  const sent: FromBrowser[] = [];
  const legs: PaperLeg[] = [];
  const tracks: LegTracks = { microphone: null, camera: null };
  const kept = new LegKeeper({
    send: (message) => sent.push(message) > 0,
    tracks: () => tracks,
    makeLeg: (given) => {
      const leg = new PaperLeg(given);
      legs.push(leg);
      return leg as unknown as RecorderLeg;
    },
  });
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  return { kept, sent, legs, tracks, settle };
}

const camera = {} as MediaStreamTrack;

describe("the leg's keeper", () => {
  test("opens one leg a run and shuts it with a word to the server", async () => {
    const { kept, sent, legs, settle } = keeper();
    kept.agreed(ID.recording);
    kept.update({ ...onRecord, state: "starting" });
    kept.update(onRecord);
    await settle();
    expect(legs).toHaveLength(1);
    expect(sent).toEqual([{ type: "leg_offer", recording: ID.recording, run: 1, sdp: "offer", video: false }]);
    await kept.answer(ID.recording, 1, "answer");
    expect(legs[0]?.heard).toBe("answer");
    kept.update({ ...onRecord, state: "paused" });
    expect(legs[0]?.closed).toBe(true);
    expect(sent.at(-1)).toEqual({ type: "leg_closed", recording: ID.recording, run: 1 });
    kept.update({ ...onRecord, run: 2 });
    await settle();
    expect(legs).toHaveLength(2);
  });

  test("without a yes of this page nothing opens", async () => {
    const { kept, legs, settle } = keeper();
    kept.update(onRecord);
    await settle();
    expect(legs).toHaveLength(0);
  });

  test("a withdrawal shuts before the room says so, and stays shut", async () => {
    const { kept, sent, legs, settle } = keeper();
    kept.agreed(ID.recording);
    kept.update(onRecord);
    await settle();
    kept.withdraw(ID.recording);
    expect(legs[0]?.closed).toBe(true);
    kept.update(onRecord);
    kept.update({ ...onRecord, run: 2 });
    await settle();
    expect(legs).toHaveLength(1);
    expect(sent.map((it) => it.type)).toEqual(["leg_offer", "leg_closed"]);
  });

  test("a withdrawal while the offer is being made sends none", async () => {
    const { kept, sent, settle } = keeper();
    kept.agreed(ID.recording);
    kept.update(onRecord);
    kept.withdraw(ID.recording);
    await settle();
    expect(sent.map((it) => it.type)).toEqual(["leg_closed"]);
  });

  test("a camera switched on half-way gets a leg of its own in the same run", async () => {
    const { kept, sent, legs, tracks, settle } = keeper();
    kept.agreed(ID.recording);
    kept.update(onRecord);
    await settle();
    tracks.camera = camera;
    await kept.tracksChanged();
    await settle();
    expect(legs.map((leg) => [leg.video, leg.closed])).toEqual([
      [false, true],
      [true, false],
    ]);
    expect(sent.map((it) => it.type)).toEqual(["leg_offer", "leg_closed", "leg_offer"]);
    tracks.camera = null;
    await kept.tracksChanged();
    tracks.camera = camera;
    await kept.tracksChanged();
    expect(legs).toHaveLength(2);
  });

  test("an answer for another run is not heard", async () => {
    const { kept, legs, settle } = keeper();
    kept.agreed(ID.recording);
    kept.update(onRecord);
    await settle();
    await kept.answer(ID.recording, 2, "late");
    expect(legs[0]?.heard).toBeNull();
  });
});

describe("the leg yields to the call", () => {
  const line = (change: object) => ({ ...emptyQuality, ...change });
  test("a wide line leaves it what it began with", () => {
    expect(nextCap(LEG_START, line({ available: 5e6, sending: 1.7e6 }))).toBe(LEG_START);
  });
  test("it never takes more than the call leaves", () => {
    expect(nextCap(LEG_START, line({ available: 2e6, sending: 1.6e6 }))).toBe(400_000);
  });
  test("while the call's picture is held back it gives way, down to its floor", () => {
    let cap = LEG_START;
    for (let second = 0; second < 10; second += 1)
      cap = nextCap(cap, line({ available: 6e5, sending: 6e5, limited: true }));
    expect(cap).toBe(LEG_FLOOR);
  });
  test("it climbs back by a quarter a second", () => {
    expect(nextCap(400_000, line({ available: 5e6, sending: 1e6 }))).toBe(500_000);
  });
  test("while nothing is known it stays", () => {
    expect(nextCap(300_000, emptyQuality)).toBe(300_000);
  });
});

describe("the call's statistics", () => {
  const report = (at: number, sent: number, extra: object[] = []) => [
    { id: "T", type: "transport", selectedCandidatePairId: "P" },
    { id: "Q", type: "candidate-pair", nominated: true, bytesSent: 9e9, timestamp: at },
    {
      id: "P",
      type: "candidate-pair",
      bytesSent: sent,
      bytesReceived: 0,
      timestamp: at,
      availableOutgoingBitrate: 2e6,
      currentRoundTripTime: 0.02,
    },
    ...extra,
  ];
  test("rates come from two samples of the pair in use", () => {
    const first = readQuality(report(1000, 1000), null);
    expect(first.quality.sending).toBe(0);
    const { quality } = readQuality(report(2000, 126_000), first.memory);
    expect(quality).toMatchObject({ sending: 1e6, available: 2e6, roundTripMs: 20, limited: false, lost: 0 });
  });
  test("a picture held back by the line is seen, and what the partner missed", () => {
    const { quality } = readQuality(
      report(1, 1, [
        { type: "outbound-rtp", kind: "video", qualityLimitationReason: "bandwidth" },
        { type: "remote-inbound-rtp", fractionLost: 0.05 },
        { type: "remote-inbound-rtp", fractionLost: 0.1 },
      ]),
      null,
    );
    expect(quality).toMatchObject({ limited: true, lost: 0.1 });
  });
  test("an empty report says nothing is known", () => {
    expect(readQuality([], null).quality).toEqual(emptyQuality);
  });
});

test("the origin line tells one connection from another", () => {
  expect(originOf("v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\n")).toBe("4611731400430051336");
  expect(originOf("")).toBeNull();
});

test("candidates are taken out of the leg's offer, nothing else", () => {
  const sdp =
    "v=0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=ice-ufrag:x\r\na=end-of-candidates\r\na=mid:0\r\n";
  expect(withoutCandidates(sdp)).toBe("v=0\r\na=ice-ufrag:x\r\na=mid:0\r\n");
});

test.each([
  ["NotAllowedError", "blocked"],
  ["NotFoundError", "missing"],
  ["NotReadableError", "busy"],
  ["OverconstrainedError", "overconstrained"],
  ["TypeError", "failed"],
])("%s is %s", (name, problem) => {
  expect(problemOf(new DOMException("", name))).toBe(problem);
});
