/** The agenda: sent, seen, used in a meeting, and what is new or left over since. */
import { beforeEach, describe, expect, test } from "vitest";
import { fromLastTime, sinceSent } from "../../src/topics/agenda.ts";
import { lastMet, rememberMet } from "../../src/topics/met.ts";
import { readView, TopicsModel } from "../../src/topics/model.ts";
import { readTopics } from "../../src/topics/read.ts";
import { type LocalSharing, localPair } from "../local_pair.ts";
import { HandClock, must } from "./given.ts";

const M1 = "aaaaaaaaaaaaaaa2";
const M2 = "aaaaaaaaaaaaaaa3";

let mentor: LocalSharing;
let mentee: LocalSharing;
let ingrid: TopicsModel;
let samir: TopicsModel;
let clock: HandClock;

beforeEach(() => {
  [mentor, mentee] = localPair();
  clock = new HandClock();
  ingrid = new TopicsModel(mentor.doc, "mentor", clock);
  samir = new TopicsModel(mentee.doc, "mentee", clock);
});

describe("the agenda", () => {
  const state = (meeting: string | null = null) => readView(mentor.doc, meeting).agenda;

  test("is sent, seen, and stands until the meeting in which it was used is over", () => {
    samir.addTopic("T", "now");
    samir.send();
    expect(state().sent).toMatchObject({ by: "mentee", seen: false });
    ingrid.acknowledge();
    expect(readView(mentee.doc, null).agenda.sent?.seen).toBe(true);
    // in the meeting, before both have it open and after
    expect(state(M1).sent).not.toBeNull();
    ingrid.hold(M1);
    samir.hold(M1);
    expect(state(M1).sent).not.toBeNull();
    expect(state(null).sent).toBeNull();
    samir.send();
    expect(state().sent).toMatchObject({ seen: false });
    ingrid.hold(M2);
    expect(state(M2).sent).not.toBeNull();
    expect(state(null).sent).toBeNull();
  });

  test("is used up by a meeting in which nobody opened the topics", () => {
    samir.addTopic("T", "now");
    samir.send();
    const began = clock.now();
    ingrid.held({ meeting: M1, ms: began });
    expect(state().sent).toBeNull();
    // told by both, and by a browser that has not come by since
    const later = clock.now();
    samir.held({ meeting: M2, ms: later });
    ingrid.held({ meeting: M2, ms: later + 5 });
    ingrid.held({ meeting: M1, ms: began });
    expect(state().lastBeganMs).toBe(later);
    samir.send();
    expect(state().sent).not.toBeNull();
    ingrid.held(null);
    expect(state().sent).not.toBeNull();
  });

  test("that was sent after that meeting stands, although the meeting is noted only then", () => {
    samir.addTopic("T", "now");
    const began = clock.now();
    samir.send();
    ingrid.held({ meeting: M1, ms: began });
    expect(state().sent).toMatchObject({ by: "mentee" });
    ingrid.hold(M2);
    expect(state().sent).toBeNull();
  });

  test("the last meeting is remembered once, and nothing else is taken for it", () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    expect(lastMet("room", storage)).toBeNull();
    rememberMet("room", { meeting: M1, ms: 5 }, storage);
    rememberMet("room", { meeting: M1, ms: 9 }, storage);
    expect(lastMet("room", storage)).toEqual({ meeting: M1, ms: 5 });
    rememberMet("room", { meeting: M2, ms: 9 }, storage);
    expect(lastMet("room", storage)).toEqual({ meeting: M2, ms: 9 });
    for (const wrong of ["", "x", "null", "[]", '{"meeting":"<b>","ms":1}', `{"meeting":"${M1}","ms":"1"}`]) {
      kept.set([...kept.keys()][0] ?? "", wrong);
      expect(lastMet("room", storage)).toBeNull();
    }
  });

  test("tells what is new and what changed since, also by a clock that is behind", () => {
    const kept = must(samir.addTopic("Kept", "now"));
    const named = must(samir.addTopic("Named", "now"));
    const noted = must(samir.addTopic("Noted", "now"));
    const moved = must(samir.addTopic("Moved", "60"));
    samir.send();
    const late = new TopicsModel(mentor.doc, "mentor", { now: () => clock.ms - 300_000 });
    late.renameTopic(named, "Named anew");
    late.editNote(noted, { at: 0, deleted: 0, inserted: "x" });
    late.move(moved, "now", 0);
    late.addTopic("New", "now");
    late.tick(kept, true);
    late.tick(kept, false);
    const { agenda: sent, places } = readView(mentee.doc, null);
    expect(Object.fromEntries(places.now.map((topic) => [topic.title, sinceSent(topic, sent)]))).toEqual({
      Kept: null,
      "Named anew": "changed",
      Noted: "changed",
      Moved: "changed",
      New: "new",
    });
    samir.send();
    const again = readView(mentee.doc, null);
    expect(again.places.now.map((topic) => sinceSent(topic, again.agenda))).toEqual([null, null, null, null, null]);
    late.close();
  });

  test("what was open in an earlier meeting is from last time; what was prepared since is not", () => {
    const before = must(samir.addTopic("Before", "now"));
    samir.meeting = M1;
    samir.hold(M1);
    const during = must(samir.addTopic("During", "now"));
    const marks = (meeting: string | null) => {
      const { agenda: sent, places } = readView(mentor.doc, meeting);
      return Object.fromEntries(places.now.map((topic) => [topic.title, fromLastTime(topic, sent, meeting)]));
    };
    expect(marks(M1)).toEqual({ Before: false, During: false });
    samir.meeting = null;
    samir.addTopic("Prepared", "now");
    expect(marks(null)).toEqual({ Before: true, During: true, Prepared: false });
    ingrid.hold(M2);
    samir.meeting = M2;
    samir.addTopic("New", "now");
    expect(marks(M2)).toEqual({ Before: true, During: true, Prepared: false, New: false });
    expect([before, during].every((id) => readTopics(mentor.doc).some((topic) => topic.id === id))).toBe(true);
  });
});
