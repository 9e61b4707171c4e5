import { expect, test } from "vitest";
import "./all_words";
import { sentAgenda } from "../src/join/glance";
import { holdMeeting, sendAgenda } from "../src/topics/agenda";
import { localPair } from "./local_pair";

const MEETING = "abcdefghijklmnop";

test("an agenda that was sent is shown before one enters, and one that was used up is not", async () => {
  const [mentor, mentee] = localPair();
  expect(await sentAgenda(mentor)).toBeNull();
  sendAgenda(mentee.doc, "mentee", 1, 0);
  const glance = await sentAgenda(mentor);
  expect(glance?.sharing).toBe(mentor);
  expect(glance?.View).toBeTypeOf("function");
  holdMeeting(mentee.doc, MEETING, 2);
  expect(await sentAgenda(mentor)).toBeNull();
});

test("nobody waits for an agenda that cannot come", async () => {
  const [mentor] = localPair();
  mentor.phase.value = "ended";
  await expect(sentAgenda(mentor)).rejects.toThrow();
});
