import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import vectors from "../../tests/vectors/consent.json";
import { ConsentDesk } from "../src/meeting/consent_desk";
import {
  choosing,
  isAsked,
  mustGoOn,
  partnerWords,
  pulseEvery,
  runningTime,
  savedTime,
  stageOf,
  statusWords,
  threadOf,
} from "../src/meeting/derive";
import { forgetPersonal, remember, remembered } from "../src/meeting/memory";
import { ServerClock } from "../src/meeting/server_clock";
import { backoff, RoomSocket } from "../src/meeting/socket";
import { type Answer, statement, wordsHash } from "../src/meeting/statement";
import type { ConsentWords, FromBrowser, Seat } from "../src/protocol";
import { makeSeatKey, publicKey } from "../src/seat_key";
import { bytesOf, ID, recordingView, roomView, seatView } from "./views";

describe("the vectors of consent", () => {
  test("words hash as the server hashes them", async () => {
    expect(vectors.words.length + vectors.hashes.length).toBeGreaterThan(2);
    for (const { rows, words_hash } of [...vectors.words, ...vectors.hashes]) {
      expect(await wordsHash(rows as [string, string][])).toBe(words_hash);
    }
  });

  test("statements read byte by byte as the server's", () => {
    expect(vectors.statements.length).toBeGreaterThan(0);
    for (const it of vectors.statements) {
      const { answer, room, seat, words_version, ...words } = it.fields;
      expect(statement(answer as Answer, room, seat as Seat, { ...words, version: words_version })).toBe(it.text);
    }
  });

  test("a signature of theirs opens with our way of checking, and ours is of the same shape", async () => {
    for (const it of vectors.statements) {
      const spki = bytesOf(it.spki);
      const key = await crypto.subtle.importKey("spki", spki, { name: "ECDSA", namedCurve: "P-256" }, false, [
        "verify",
      ]);
      const verified = await crypto.subtle.verify(
        { name: "ECDSA", hash: "SHA-256" },
        key,
        bytesOf(it.signature),
        new TextEncoder().encode(it.text),
      );
      expect(verified).toBe(it.valid);
    }
    expect(bytesOf(await publicKey(await makeSeatKey()))).toHaveLength(91);
  });
});

describe("the status region's words", () => {
  const words = (change: object, you: "mentor" | "mentee" = "mentee") =>
    statusWords(roomView({ recording: recordingView(change) }), you).text;
  test("are exactly these", () => {
    expect(words({ state: "off" })).toBe("Not recording");
    expect(words({ state: "waiting", allowed: ["mentee"] })).toBe("Waiting for Ingrid to agree");
    expect(words({ state: "waiting", allowed: ["mentor"] })).toBe("Not recording");
    expect(words({ state: "countdown" })).toBe("Starting to record");
    expect(words({ state: "starting" })).toBe("Starting to record");
    expect(words({ state: "recording" })).toBe("Recording");
    expect(words({ state: "paused", run: 1, reason: "break" })).toBe("Recording paused");
    expect(words({ state: "stopped", run: 1, reason: "withdrawn", reason_by: "mentor" })).toBe(
      "Recording stopped: Ingrid switched it off",
    );
    expect(words({ state: "stopped", run: 1, reason: "withdrawn", reason_by: "mentee" })).toBe(
      "Recording stopped: you switched it off",
    );
    expect(words({ state: "stopped", run: 1, reason: "never_heard_of" })).toBe(
      "Recording stopped: something went wrong on our side",
    );
  });
  test("nobody reads paused or stopped while packets may still flow", () => {
    expect(words({ state: "paused", run: 1, quiet: false })).toBe("Recording");
    expect(words({ state: "stopped", run: 1, quiet: false, reason: "left" })).toBe("Recording");
    expect(words({ state: "stopped", run: 0, quiet: false, reason: "left" })).toContain("Recording stopped");
  });
});

describe("what stands in the window", () => {
  const view = (change: object) => roomView({ seats: { mentor: seatView(change), mentee: seatView() } });
  test.each([
    ["before anybody came", { claimed: false, name: "", presence: "absent", page: null }, "idle", "never_came"],
    ["a partner who is away", { presence: "absent", page: null }, "idle", "absent"],
    ["a partner on the way in", {}, "connecting", "coming"],
    ["a partner who is here", {}, "connected", "picture"],
    ["a camera that is off", { camera: "off" }, "connected", "camera_off"],
    ["a line that broke", {}, "lost", "lost"],
    ["a page whose socket broke, its picture still coming", { presence: "line_lost" }, "connected", "picture"],
    ["a page whose socket and call broke", { presence: "line_lost" }, "connecting", "lost"],
    ["a server that restarted under a call that goes on", { presence: "absent", page: null }, "connected", "picture"],
  ] as const)("%s", (_, change, phase, kind) => {
    expect(stageOf(view(change), "mentee", phase, true).kind).toBe(kind);
  });
  test("the partner's devices are told in words", () => {
    expect(partnerWords(view({ microphone: "off", camera: "none" }), "mentee", "connected")).toEqual([
      "microphone muted",
      "no camera",
    ]);
    expect(partnerWords(view({}), "mentee", "connected")).toEqual([]);
  });
  test("the thread tells the truth about the line before it tells of the recording", () => {
    const recording = roomView({ recording: recordingView({ state: "recording", run: 1 }) });
    expect(threadOf(recording, "mentee", "connected")).toBe("recording");
    expect(threadOf(recording, "mentee", "lost")).toBe("lost");
    expect(threadOf(roomView(), "mentee", "connected")).toBe("calm");
  });
});

test("who is asked, who goes on, who chooses", () => {
  const waiting = roomView({ recording: recordingView({ state: "waiting", allowed: ["mentor"] }) });
  expect(isAsked(waiting, "mentee")).toBe(true);
  expect(isAsked(waiting, "mentor")).toBe(false);
  const paused = roomView({ recording: recordingView({ state: "paused", reason: "break", run: 1 }) });
  expect(mustGoOn(paused)).toBe(true);
  expect(mustGoOn({ ...paused, pause: { state: "running", by: "mentor", minutes: 5, until_ms: 1, back: [] } })).toBe(
    false,
  );
  expect(mustGoOn(roomView({ recording: recordingView({ state: "paused", reason: "line_lost", run: 1 }) }))).toBe(
    false,
  );
  const stopped = roomView({ recording: recordingView({ state: "stopped", choice: "pending", choice_by: "mentee" }) });
  expect(choosing(stopped, "mentee")).toBe(true);
  expect(choosing(stopped, "mentor")).toBe(false);
});

test("the running time is the finished runs and the one that is on", () => {
  expect(runningTime(recordingView({ state: "recording", started_ms: 1000, recorded_ms: 500 }), 3000)).toBe(2500);
  expect(runningTime(recordingView({ state: "paused", started_ms: null, recorded_ms: 500 }), 3000)).toBe(500);
});

test("no more is said to be saved than there is", () => {
  const on = recordingView({ state: "recording", started_ms: 1000, recorded_ms: 500 });
  expect([1500, 2500, 2600].map((saved) => savedTime(on, saved, 3000))).toEqual([1500, 2500, 2500]);
});

test("the line is felt each second while a recording is on", () => {
  expect(pulseEvery(recordingView({ state: "recording" }))).toBe(1000);
  expect(pulseEvery(recordingView({ state: "countdown" }))).toBe(1000);
  expect(pulseEvery(recordingView())).toBeGreaterThan(1000);
});

test("the server's clock is the one of the fastest answer", () => {
  let local = 1_000_000;
  const clock = new ServerClock(() => local);
  clock.heard(2_000_000, 100);
  expect(clock.now()).toBe(2_000_050);
  clock.heard(2_000_900, 1500);
  expect(clock.now()).toBe(2_000_050);
  clock.heard(2_000_000, 10);
  expect(clock.now()).toBe(2_000_005);
  local += 1000;
  expect(clock.now()).toBe(2_001_005);
  clock.heard(9_000_000, 1500); // this computer slept
  expect(clock.now()).toBe(9_000_750);
});

describe("pauses before coming back", () => {
  test("grow, are bounded, and are scattered", () => {
    expect(backoff(0, 0)).toBe(150);
    expect(backoff(0, 1)).toBe(300);
    expect(backoff(3, 1)).toBe(2400);
    expect(backoff(50, 1)).toBe(8000);
    expect(backoff(50, 0)).toBe(4000);
  });
});

class PaperSocket {
  readyState = 0;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  send = (data: string) => this.sent.push(data);
  close = () => {
    this.readyState = 3;
  };
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  say(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  fall() {
    this.readyState = 3;
    this.onclose?.();
  }
}

describe("the socket", () => {
  const sockets: PaperSocket[] = [];
  const latest = () => sockets.at(-1) as PaperSocket;
  const heard: string[] = [];
  const ended: string[] = [];
  let refused = 0;
  let now = 0;
  function start() {
    const socket = new RoomSocket(
      "ws://test",
      {
        hello: () => ({ type: "hello", page: ID.page, microphone: "on", camera: "on" }),
        heard: (message) => heard.push(message.type),
        pulseEvery: () => 1000,
        pulsed: () => undefined,
        refused: () => {
          refused += 1;
        },
        ended: (code) => ended.push(code),
      },
      {
        open: () => {
          const one = new PaperSocket();
          sockets.push(one);
          return one as unknown as WebSocket;
        },
        random: () => 1,
        now: () => now,
      },
    );
    socket.start();
    return socket;
  }
  beforeEach(() => {
    vi.useFakeTimers();
    sockets.length = heard.length = ended.length = 0;
    refused = now = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("says hello first, and the same page again after the line fell", () => {
    const socket = start();
    expect(socket.send({ type: "leave" })).toBe(false);
    latest().open();
    const hello = latest().sent[0];
    expect(JSON.parse(hello ?? "")).toMatchObject({ type: "hello", page: ID.page });
    latest().fall();
    expect(socket.phase.value).toBe("waiting");
    vi.advanceTimersByTime(300);
    expect(sockets).toHaveLength(2);
    latest().open();
    expect(latest().sent[0]).toBe(hello);
  });

  test("a goodbye for good is believed, a restart is not one", () => {
    const socket = start();
    latest().open();
    latest().say({ type: "bye", code: "going_down" });
    latest().fall();
    expect(socket.phase.value).toBe("waiting");
    vi.advanceTimersByTime(1000);
    latest().open();
    latest().say({ type: "bye", code: "replaced" });
    latest().fall();
    expect(ended).toEqual(["replaced"]);
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(2);
  });

  test("a line that answers no pulse is dead, although it is open", () => {
    const socket = start();
    latest().open();
    for (let second = 0; second < 8; second += 1) {
      now += 1000;
      vi.advanceTimersByTime(1000);
    }
    expect(sockets.length).toBeGreaterThan(1);
    expect(socket.phase.value).not.toBe("open");
  });

  test("a line that answers lives on", () => {
    const socket = start();
    latest().open();
    for (let second = 0; second < 20; second += 1) {
      now += 1000;
      vi.advanceTimersByTime(1000);
      const n = JSON.parse(latest().sent.at(-1) ?? "{}").n as number;
      latest().say({ type: "pulse", n, now_ms: now });
    }
    expect(sockets).toHaveLength(1);
    expect(socket.phase.value).toBe("open");
  });

  test("what it does not understand is passed over", () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    start();
    latest().open();
    latest().say({ type: "riddle" });
    latest().say({ type: "chime", kind: "break_over" });
    expect(heard).toEqual(["chime"]);
    expect(warned).toHaveBeenCalledOnce();
    warned.mockRestore();
  });

  test("a door that does not open is reported each time", () => {
    start();
    latest().fall();
    vi.advanceTimersByTime(300);
    latest().fall();
    expect(refused).toBe(2);
  });
});

describe("the desk of consent", () => {
  const rows: [string, string][] = [["What", "Both voices"]];
  async function desk() {
    const sent: FromBrowser[] = [];
    const order: string[] = [];
    const key = await makeSeatKey();
    const made = new ConsentDesk({
      room: ID.room,
      you: "mentee",
      key,
      send: (message) => {
        order.push(message.type);
        return sent.push(message) > 0;
      },
      agreed: (recording) => order.push(`agreed ${recording}`),
      withdrawn: (recording) => order.push(`withdrawn ${recording}`),
    });
    const words: ConsentWords = {
      type: "consent_words",
      recording: ID.recording,
      meeting: ID.meeting,
      nonce: ID.nonce,
      version: "1",
      language: "en",
      rows,
      words_hash: await wordsHash(rows),
      due_ms: 5,
    };
    return { desk: made, sent, order, key, words };
  }

  test("a yes is signed over what was shown, and known here before it is sent", async () => {
    const { desk: it, sent, order, key, words } = await desk();
    it.follow(roomView());
    it.ask();
    await it.show(words);
    await it.agree();
    expect(order).toEqual(["consent_ask", `agreed ${ID.recording}`, "consent_yes"]);
    const yes = sent[1] as Extract<FromBrowser, { type: "consent_yes" }>;
    const signed = new TextEncoder().encode(statement("yes", ID.room, "mentee", words));
    const good = await crypto.subtle.verify(
      { name: "ECDSA", hash: "SHA-256" },
      key.pair.publicKey,
      bytesOf(yes.signature),
      signed,
    );
    expect(good).toBe(true);
  });

  test("words that do not hash to what they claim are not shown", async () => {
    const { desk: it, words } = await desk();
    await it.show({ ...words, rows: [["What", "Everything"]] });
    expect(it.words.value).toBeNull();
    expect(it.failed.value).toBe(true);
  });

  test("taking back shuts the leg before the server is told", async () => {
    const { desk: it, sent, order, words } = await desk();
    it.follow(roomView());
    await it.show(words);
    await it.agree();
    it.follow(roomView({ recording: recordingView({ state: "recording", recording: ID.recording, run: 1 }) }));
    order.length = 0;
    await it.withdraw();
    expect(order).toEqual([`withdrawn ${ID.recording}`, "consent_withdraw"]);
    expect(sent.at(-1)).toMatchObject({ nonce: ID.nonce });
  });

  test("taking back without words still stops, unsigned", async () => {
    const { desk: it, sent } = await desk();
    await it.withdraw();
    expect(sent).toEqual([{ type: "consent_withdraw" }]);
  });

  test("the other side is asked by itself, and not again after it was put aside", async () => {
    const { desk: it, sent, words } = await desk();
    const waiting = roomView({ recording: recordingView({ state: "waiting", allowed: ["mentor"] }) });
    it.follow(waiting);
    expect(sent.map((one) => one.type)).toEqual(["consent_ask"]);
    await it.show(words);
    expect(it.words.value).toEqual(words);
    it.putAside();
    it.follow({ ...waiting, title: "another" });
    expect(sent).toHaveLength(1);
    expect(it.words.value).toBeNull();
  });

  test("the wing closes when the other's yes lapses, or somebody said not today", async () => {
    const { desk: it, words } = await desk();
    const waiting = roomView({ recording: recordingView({ state: "waiting", allowed: ["mentor"] }) });
    it.follow(waiting);
    await it.show(words);
    it.follow(roomView());
    expect(it.words.value).toBeNull();
    await it.show(words);
    it.follow(roomView({ recording: recordingView({ declined: true }) }));
    expect(it.words.value).toBeNull();
  });
});

test("a tab remembers by room, and survives a storage that refuses", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  } as unknown as Storage;
  remember(ID.room, { seat: "mentor", muted: true }, storage);
  remember(ID.room, { muted: false }, storage);
  expect(remembered(ID.room, storage)).toEqual({ seat: "mentor", muted: false });
  expect(remembered(ID.other, storage)).toEqual({});
  remember(ID.room, { personal: "abcdefghijklmn27" }, storage);
  forgetPersonal(ID.room, storage);
  expect(remembered(ID.room, storage)).toEqual({ seat: "mentor", muted: false });
  kept.set(`visavis:${ID.room}`, "{broken");
  expect(remembered(ID.room, storage)).toEqual({});
  expect(() => remember(ID.room, {}, null)).not.toThrow();
});
