import { encode as pack } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import vectors from "../../../tests/vectors/sharing.json";
import { ProtocolError } from "../../src/protocol";
import {
  decodeFromSharer,
  decodeJournal,
  decodeToSharer,
  encode,
  type FromSharer,
  MAX_BODY_BYTES,
} from "../../src/sharing/protocol";

const bytes = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/** A frame of the server's: an array (with a length of 32 bits) of messages. */
const framed = (...messages: Uint8Array[]) =>
  Uint8Array.from([0xdd, 0, 0, 0, messages.length, ...messages.flatMap((message) => [...message])]);

/** The vectors' messages, their octets as octets. */
function revived(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const given = value as Record<string, unknown>;
  if (typeof given.bytes === "string") return bytes(given.bytes);
  return Object.fromEntries(Object.entries(given).map(([name, inner]) => [name, revived(inner)]));
}

describe("the vectors of the sharing socket", () => {
  test.each(vectors.from_sharer)("ours: $name", ({ frame, message }) => {
    expect(decodeFromSharer(bytes(frame))).toEqual(revived(message));
    expect(encode(revived(message) as FromSharer)).toEqual(bytes(frame));
  });

  test.each(vectors.to_sharer)("theirs: $name", ({ frame, message }) => {
    expect(decodeToSharer(framed(bytes(frame)))).toEqual([revived(message)]);
  });

  test.each(vectors.journal)("of a journal: $name", ({ frame, message }) => {
    expect(decodeJournal(bytes(frame))).toEqual(revived(message));
  });

  test.each(vectors.refused)("may not be sent: $name", ({ frame }) => {
    expect(() => decodeFromSharer(bytes(frame))).toThrow(ProtocolError);
  });
});

test("a frame has several messages, and one that is unknown keeps none from being heard", () => {
  const here = { type: "partner", here: true };
  const frame = framed(pack(["partner", true]), pack(["news", 1]), pack(["partner", true]));
  expect(decodeToSharer(frame)).toEqual([here, expect.any(ProtocolError), here]);
  expect(() => decodeToSharer(frame.subarray(0, -1))).toThrow(ProtocolError);
});

test("a newer server may say more at the end; nothing may be missing or of another kind", () => {
  expect(decodeToSharer(framed(pack(["partner", true, "more"])))).toEqual([{ type: "partner", here: true }]);
  for (const wrong of [["partner"], ["partner", 1], ["durable", "document", -1], ["bye", "Not A Code"], ["here"], 7]) {
    expect(decodeToSharer(framed(pack(wrong)))).toEqual([expect.any(ProtocolError)]);
  }
  expect(() => decodeToSharer(pack({ type: "partner" }))).toThrow(ProtocolError);
  expect(() => decodeToSharer(new Uint8Array(60 * 1024))).toThrow(ProtocolError);
});

test("what is malformed does not leave", () => {
  const local = "abcdefghijklmnop";
  for (const wrong of [
    { type: "append", journal: "chat", local, body: new Uint8Array(MAX_BODY_BYTES + 1) },
    { type: "append", journal: "chat", local: "x", body: new Uint8Array(1) },
    { type: "strike", n: 0 },
  ]) {
    expect(() => encode(wrong as FromSharer)).toThrow(ProtocolError);
  }
});
