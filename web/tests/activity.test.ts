/** What one is told of the other's work on board, notes and topics, with and without the documents. */
import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { elementsOf, firstPage } from "../src/board/pages";
import * as note from "../src/notes/model";
import { agenda } from "../src/sharing/layout";
import type { PassHandler } from "../src/sharing/types";
import { Activity, KIND } from "../src/together/activity";
import type { Panel } from "../src/together/together";
import { TopicsModel } from "../src/topics/model";
import { FakeStorage } from "./board/storage";
import { type LocalSharing, localPair } from "./local_pair";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function follow(sharing: LocalSharing, { light = false, storage = new FakeStorage() } = {}) {
  const looking = signal<readonly Panel[]>([]);
  const calm = signal(false);
  const { room, you, reach, unsent, partnerHere } = sharing;
  const line = {
    pass: (kind: string, data: unknown) => sharing.pass(kind, data),
    onPass: (kind: string, handler: PassHandler) => sharing.onPass(kind, handler),
  };
  const work = light ? signal(null) : sharing.work;
  const on = { room, you, reach, unsent, partnerHere, work, ...line };
  return { looking, calm, storage, activity: new Activity(on, { looking, calm }, storage) };
}

function draws({ doc }: LocalSharing): void {
  elementsOf(doc, firstPage(doc, null, 1000))?.set("one", { id: "one" });
}

describe("what is new from the other", () => {
  test("is known where it was written, without the documents, until one has looked", () => {
    const [mentor, mentee] = localPair();
    follow(mentor);
    const light = follow(mentee, { light: true });
    draws(mentor);
    vi.advanceTimersByTime(1000);
    expect(light.activity.fresh.value).toEqual(["whiteboard"]);
    expect(light.activity.doing.value).toBe("whiteboard");
    vi.advanceTimersByTime(10_000);
    expect(light.activity.doing.value).toBeNull();
    light.activity.close();
    // the same browser, after a reload, with the documents
    const whole = follow(mentee, { storage: light.storage });
    expect(whole.activity.fresh.value).toEqual(["whiteboard"]);
    whole.looking.value = ["whiteboard"];
    expect(whole.activity.fresh.value).toEqual([]);
    whole.looking.value = [];
    new TopicsModel(mentor.doc, "mentor").addTopic("Courage", "now");
    vi.advanceTimersByTime(1000);
    expect(whole.activity.fresh.value).toEqual(["topics"]);
    draws(mentor);
    vi.advanceTimersByTime(1000);
    expect(whole.activity.fresh.value).toEqual(["whiteboard", "topics"]);
  });

  test("is nothing where it lies open, nor what one has written oneself", () => {
    const [mentor, mentee] = localPair();
    const [hers, his] = [follow(mentor), follow(mentee)];
    his.looking.value = ["whiteboard"];
    draws(mentor);
    vi.advanceTimersByTime(1000);
    expect(his.activity.fresh.value).toEqual([]);
    expect(hers.activity.fresh.value).toEqual([]);
  });

  test("does not rise while nothing may nag, and comes afterwards", () => {
    const [mentor, mentee] = localPair();
    follow(mentor);
    const his = follow(mentee);
    his.calm.value = true;
    draws(mentor);
    vi.advanceTimersByTime(1000);
    expect(his.activity.fresh.value).toEqual([]);
    his.calm.value = false;
    expect(his.activity.fresh.value).toEqual(["whiteboard"]);
  });

  test("written while the line was down, or before the other came, is told when both are there", () => {
    const [mentor, mentee] = localPair();
    const hers = follow(mentor);
    mentor.cut();
    draws(mentor);
    vi.advanceTimersByTime(5000);
    const his = follow(mentee);
    mentor.mend();
    vi.advanceTimersByTime(2000);
    expect(his.activity.fresh.value).toEqual(["whiteboard"]);
    // and by a later page of hers, to a browser that knows nothing yet
    hers.activity.close();
    const another = follow(mentee);
    follow(mentor, { storage: hers.storage });
    vi.advanceTimersByTime(2000);
    expect(another.activity.fresh.value).toEqual(["whiteboard"]);
  });

  test("is not what a page writes by itself when it is opened", () => {
    const [mentor, mentee] = localPair();
    follow(mentor);
    const his = follow(mentee);
    firstPage(mentor.doc, "mmmmmmmmmmmmmmmm", 1000);
    note.create(mentor.doc, { id: "n", nowMs: 1000, meeting: null });
    note.mark(mentor.doc, "n", "mmmmmmmmmmmmmmmm");
    agenda(mentor.doc).set("met", "mmmmmmmmmmmmmmmm");
    vi.advanceTimersByTime(1000);
    expect(his.activity.fresh.value).toEqual([]);
    note.retitle(mentor.doc, "n", "Autumn");
    vi.advanceTimersByTime(1000);
    expect(his.activity.fresh.value).toEqual(["notes"]);
  });
});

describe("where the other is", () => {
  test("at the board as long as it lies open on one of their pages", () => {
    const [mentor, mentee] = localPair();
    const hers = follow(mentor);
    const his = follow(mentee);
    hers.looking.value = ["whiteboard", "notes"];
    vi.advanceTimersByTime(1000);
    expect(his.activity.atBoard.value).toBe(true);
    expect(his.activity.doing.value).toBe("whiteboard");
    vi.advanceTimersByTime(200_000);
    expect([his.activity.atBoard.value, his.activity.doing.value]).toEqual([true, null]);
    hers.looking.value = ["notes"];
    vi.advanceTimersByTime(1000);
    expect(his.activity.atBoard.value).toBe(false);
    hers.looking.value = ["whiteboard"];
    vi.advanceTimersByTime(1000);
    mentor.cut();
    expect(his.activity.atBoard.value).toBe(false);
  });

  test("whatever the other's browser says does no harm", () => {
    const [mentor, mentee] = localPair();
    const his = follow(mentee);
    for (const said of [null, 7, "x", [], { w: null }, { w: { notes: "9", topics: -1, whiteboard: 1e300 } }]) {
      mentor.pass(KIND, said);
    }
    for (let page = 0; page < 100; page += 1) mentor.pass(KIND, { i: `page${page}`, o: true, d: "__proto__" });
    expect(his.activity.fresh.value).toEqual([]);
    for (let page = 0; page < 100; page += 1) mentor.pass(KIND, { i: `page${page}`, o: false });
    expect(his.activity.atBoard.value).toBe(false);
    // a number beyond all that is there is seen with what is there
    mentor.pass(KIND, { w: { notes: 2 ** 53 - 1 } });
    expect(his.activity.fresh.value).toEqual(["notes"]);
    his.looking.value = ["notes"];
    expect(his.activity.fresh.value).toEqual([]);
  });

  test("kept numbers that are none count for nothing", () => {
    const [, mentee] = localPair();
    const storage = new FakeStorage();
    storage.setItem(`visavis:${mentee.room}:mentee:looked`, '{"notes":[-1,"x",null],"topics":7,"whiteboard":{}}');
    expect(follow(mentee, { storage }).activity.fresh.value).toEqual([]);
  });
});
