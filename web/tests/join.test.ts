import { describe, expect, test } from "vitest";
import { family, findings } from "../src/join/device_words";
import { personalLink, readPersonal } from "../src/join/fragment";
import { levelOf } from "../src/join/level";
import type { Held, Me } from "../src/join/requests";
import { begin, firstSeat, type JoinEvent, type JoinState, needsPassword, next } from "../src/join/state";
import { holdWindow, openWindows } from "../src/join/windows";

const stranger: Me = { session: false, seats: [], title: null };
const mentor = (how: Partial<Held>): Me => ({
  session: true,
  seats: [{ seat: "mentor", name: "Ingrid", live: false, awaited: false, window: false, ...how }],
  title: "Us",
});
const mentorHere = mentor({ live: true, window: true });
const mentorAway = mentor({});

describe("the seat to begin with", () => {
  test("none for a stranger", () => expect(firstSeat(stranger, null, undefined)).toBeNull());
  test("the personal link's", () =>
    expect(firstSeat(mentorAway, { seat: "mentee", secret: "a" }, undefined)).toBe("mentee"));
  test("the one this browser holds", () => expect(firstSeat(mentorAway, null, undefined)).toBe("mentor"));
  test("the other one, where the held one is live in another tab", () =>
    expect(firstSeat(mentorHere, null, undefined)).toBe("mentee"));
  test("the one this browser holds, also while its line is only awaited", () =>
    expect(firstSeat(mentor({ awaited: true }), null, undefined)).toBe("mentor"));
  test("the one this browser holds, also where the page that is in it is no window of this browser", () =>
    expect(firstSeat(mentor({ live: true }), null, undefined)).toBe("mentor"));
  test("of two held ones that nobody has left, the one that no window of this browser has", () => {
    const mentee = { seat: "mentee", name: "Jonas", live: true, awaited: false, window: false } as const;
    expect(firstSeat({ ...mentorHere, seats: [...mentorHere.seats, mentee] }, null, undefined)).toBe("mentee");
  });
  test("the tab's own before all others", () => expect(firstSeat(mentorHere, null, "mentor")).toBe("mentor"));
  test("a seat remembered but no longer held is not taken for granted", () =>
    expect(firstSeat(stranger, null, "mentor")).toBeNull());
});

describe("the windows of this browser", () => {
  test("are told by a lock that goes with its window", async () => {
    const [room, other] = ["ffffffffffffffff", "eeeeeeeeeeeeeeee"];
    expect(await openWindows(room)).toEqual(new Set());
    const release = holdWindow(room, "mentee");
    const releaseOther = holdWindow(other, "mentor");
    expect(await openWindows(room)).toEqual(new Set(["mentee"]));
    release();
    await navigator.locks.request(`visavis:${room}/mentee`, () => undefined); // had once it is let go
    expect(await openWindows(room)).toEqual(new Set());
    releaseOther();
  });
  test("are not known where the browser has no locks", async () => {
    holdWindow("r", "mentee", null)();
    expect(await openWindows("r", null)).toBeNull();
  });
});

describe("the password", () => {
  test("is asked of strangers and for seats not held", () => {
    expect(needsPassword(stranger, "mentor", null)).toBe(true);
    expect(needsPassword(mentorAway, "mentee", null)).toBe(true);
  });
  test("is not asked for a held seat or with the personal link", () => {
    expect(needsPassword(mentorAway, "mentor", null)).toBe(false);
    expect(needsPassword(stranger, "mentee", { seat: "mentee", secret: "a" })).toBe(false);
  });
});

describe("answers", () => {
  const filled: JoinState = { ...begin(stranger, null, {}), seat: "mentor", name: "Ingrid", password: "x" };
  const sent = next(filled, { type: "sending" }, stranger);
  const fail = (code: string, details: Record<string, unknown> = {}): JoinState =>
    next(sent, { type: "failed", code, failure: code, now: 1000, details }, stranger);

  test("a wrong password is told at its field, and goes when it is changed", () => {
    const wrong = fail("wrong_password");
    expect(wrong).toMatchObject({ step: { kind: "form" }, wrong: { password: "wrong_password" }, name: "Ingrid" });
    expect(next(wrong, { type: "password", password: "y" }, stranger).wrong).toEqual({});
  });
  test("too many tries wait as long as the server says", () => {
    expect(fail("too_many_tries", { retry_after_s: 12 }).waitUntil).toBe(13_000);
    expect(fail("too_many_tries").waitUntil).toBe(31_000);
  });
  test("a taken seat asks whether it is the same person", () => {
    expect(fail("seat_taken", { other_free: true, partner_here: false }).step).toEqual({
      kind: "taken",
      seat: "mentor",
      otherFree: true,
      partnerHere: false,
    });
  });
  test("choosing the other seat leads back to the form, with what was typed", () => {
    const other = next(fail("seat_taken", { other_free: true }), { type: "seat", seat: "mentee" }, stranger);
    expect(other).toMatchObject({ seat: "mentee", name: "Ingrid", password: "x", step: { kind: "form" } });
  });
  test("a full room is told kindly", () => {
    expect(fail("room_full", { partner_here: true }).step).toEqual({ kind: "full", partnerHere: true });
  });
  test("anything else is shown and the form stays", () => {
    expect(fail("server_failed")).toMatchObject({ step: { kind: "form" }, failure: "server_failed" });
  });
  test("a name that belongs to the other seat does not come along", () => {
    const begun = begin(mentorAway, null, {});
    expect(begun.name).toBe("Ingrid");
    const event: JoinEvent = { type: "seat", seat: "mentee" };
    expect(next(begun, event, mentorAway).name).toBe("");
  });
});

describe("the personal link", () => {
  test("is read from the fragment alone, and only whole", () => {
    expect(readPersonal("#seat=mentor&key=ABCDEFGHIJKLMN27")).toEqual({ seat: "mentor", secret: "abcdefghijklmn27" });
    expect(readPersonal("#seat=guest&key=ABCDEFGHIJKLMN27")).toBeNull();
    expect(readPersonal("#seat=mentor&key=short")).toBeNull();
    expect(readPersonal("")).toBeNull();
  });
  test("is written so that it can be read", () => {
    Object.assign(globalThis, { location: { origin: "https://meet.example" } });
    const link = personalLink("ffffffffffffffff", { seat: "mentee", secret: "abcdefghijklmn27" });
    expect(new URL(link).search).toBe("");
    expect(readPersonal(new URL(link).hash)).toEqual({ seat: "mentee", secret: "abcdefghijklmn27" });
  });
});

describe("problems with devices, in words", () => {
  const chrome =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
  test("every problem has words with its thing in them", () => {
    const problems = [
      "blocked",
      "missing",
      "busy",
      "overconstrained",
      "unplugged",
      "insecure",
      "in_app",
      "failed",
    ] as const;
    for (const problem of problems) {
      for (const told of [{ camera: problem }, { microphone: problem }, { camera: problem, microphone: problem }]) {
        const found = findings(told, { microphone: false, camera: false }, chrome);
        expect(found).toHaveLength(1);
        expect(found[0]?.text).not.toMatch(/[{}]|join\./);
      }
    }
  });
  test("what works is said beside what does not", () => {
    const found = findings({ camera: "busy" }, { microphone: true, camera: false }, chrome);
    expect(found.map((it) => it.good)).toEqual([true, false]);
  });
  test("families of browsers", () => {
    expect(family(chrome)).toBe("other");
    expect(family("Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/145.0")).toBe("firefox");
    expect(family("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15")).toBe("safari");
    expect(family("Mozilla/5.0 (iPad; CPU OS 18_0) AppleWebKit/605.1.15 Version/18.0 Safari/604.1")).toBe("iphone");
  });
});

test("the level moves from nothing to loud", () => {
  expect(levelOf(new Float32Array(512))).toBe(0);
  expect(levelOf(new Float32Array(512).fill(1))).toBe(1);
  expect(levelOf(new Float32Array(512).fill(0.03))).toBeGreaterThan(0.4);
});
