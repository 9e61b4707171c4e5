import { describe, expect, test } from "vitest";
import vectors from "../../tests/vectors/messages.json";
import { decodeFromBrowser, decodeFromServer, encode, type FromBrowser, newId, ProtocolError } from "../src/protocol";
import { ID, roomView } from "./views";

const welcome = {
  type: "welcome",
  you: "mentee",
  meeting: ID.meeting,
  now_ms: 1,
  ice_servers: [{ urls: ["stun:[::1]:3478"], username: null, credential: null }],
  room: roomView(),
};

test("identifiers are sixteen letters of base32", () => {
  expect(newId()).toMatch(/^[a-z2-7]{16}$/);
  expect(newId()).not.toBe(newId());
  expect(newId((bytes) => bytes.fill(255))).toBe("7777777777777777");
});

describe("the vectors both sides read", () => {
  test.each(vectors.from_browser)("$name may be said", ({ message }) => {
    expect(encode(message as FromBrowser)).toBe(JSON.stringify(message));
  });
  test.each(vectors.refused)("$name is refused ($outcome)", ({ text }) => {
    expect(() => decodeFromBrowser(text)).toThrow(ProtocolError);
  });
  test.each(vectors.from_server)("$name is understood", ({ message }) => {
    expect(decodeFromServer(JSON.stringify(message))).toEqual(message);
  });
});

describe("what the server says", () => {
  test("a whole view is understood", () => {
    expect(decodeFromServer(JSON.stringify(welcome))).toEqual(welcome);
  });

  test("fields of a newer server are let through", () => {
    const message = { type: "chime", kind: "break_over", loudness: 3 };
    expect(decodeFromServer(JSON.stringify(message))).toEqual(message);
  });

  test.each([
    ["not json", "{", "json"],
    ["a list", "[]", "message"],
    ["an unknown type", '{"type":"shout"}', "type"],
    ["a type of the prototype", '{"type":"constructor"}', "type"],
    ["a missing field", '{"type":"pulse","n":1}', "pulse.now_ms"],
    ["a null that must be there", '{"type":"pulse","n":1,"now_ms":null}', "pulse.now_ms"],
    ["a fraction", '{"type":"pulse","n":1.5,"now_ms":1}', "pulse.n"],
    ["a bad identifier", '{"type":"leg_answer","recording":"A","run":1,"sdp":""}', "leg_answer.recording"],
    ["an unknown seat deep inside", JSON.stringify({ ...welcome, you: "guest" }), "welcome.you"],
  ])("%s is refused by name", (_, wire, path) => {
    expect(() => decodeFromServer(wire)).toThrowError(new ProtocolError(path));
  });

  test("an error names the place deep in a view", () => {
    const room = { ...roomView(), recording: { ...roomView().recording, state: "secret" } };
    expect(() => decodeFromServer(JSON.stringify({ type: "room", now_ms: 1, room }))).toThrowError(
      new ProtocolError("room.room.recording.state"),
    );
  });
});

describe("what this browser says", () => {
  const messages: FromBrowser[] = [
    { type: "hello", page: ID.page, microphone: "on", camera: "none" },
    { type: "signal", page: ID.page, description: { type: "offer", sdp: "v=0" } },
    { type: "signal", page: ID.page, description: { type: "rollback", sdp: "" } },
    {
      type: "signal",
      page: ID.page,
      candidate: { candidate: "", sdpMid: "0", sdpMLineIndex: 0, usernameFragment: null },
    },
    { type: "break_propose", minutes: 30 },
    { type: "consent_ask", language: "en", time_zone: "Europe/Copenhagen" },
    { type: "consent_withdraw" },
    { type: "leg_offer", recording: ID.recording, run: 1, sdp: "v=0", video: true },
    { type: "leave" },
  ];
  test.each(messages)("$type goes out as it is", (message) => {
    expect(decodeFromBrowser(encode(message))).toEqual(message);
  });

  test.each([
    { type: "break_propose", minutes: 31 },
    { type: "break_propose", minutes: 0 },
    { type: "leave", why: "tired" },
    { type: "signal", page: ID.page },
    { type: "signal", page: ID.page, description: { type: "offer" }, candidate: { candidate: "" } },
    { type: "signal", page: ID.page, description: { type: "pranswer" } },
    { type: "leg_offer", recording: ID.recording, run: 0, sdp: "", video: true },
    { type: "leg_offer", recording: ID.recording, run: 1, sdp: "x".repeat(16 * 1024 + 1), video: true },
    { type: "consent_ask", language: "EN", time_zone: "Europe/Copenhagen" },
  ] as unknown as FromBrowser[])("a malformed $type never leaves", (message) => {
    expect(() => encode(message)).toThrow(ProtocolError);
  });
});
