/** The chat of a replay, with what happened in between. */
import { describe, expect, test } from "vitest";
import corpus from "../../../tests/vectors/hostile_texts.json";
import type { Event } from "../../src/recordings/replay/replay.ts";
import { streamOf } from "../../src/recordings/replay/stream.ts";
import type { ChatEntry } from "../../src/sharing/types.ts";

const START = Date.UTC(2026, 10, 21, 9, 0);
const name = (seat: string) => (seat === "mentor" ? "Ingrid" : "Samir");

function entry(n: number, seconds: number, said: unknown): ChatEntry {
  const body = said === null ? null : new TextEncoder().encode(JSON.stringify(said));
  return { n, seat: n % 2 ? "mentor" : "mentee", atMs: START + seconds * 1000, local: `n${n}`, body, stored: true };
}

function event(
  seconds: number,
  about: string,
  what: string,
  seat: Event["seat"],
  minutes: number | null = null,
): Event {
  return { tag: "happened", atMs: START + seconds * 1000, at: seconds * 1000, about, what, seat, minutes };
}

const words = (items: ReturnType<typeof streamOf>) =>
  items.flatMap((item) =>
    item.kind === "happened" ? [item.words] : item.kind === "message" ? [item.text] : [item.kind],
  );

describe("the stream", () => {
  test("has messages and what happened in order of time", () => {
    const chat = [entry(1, 0, { text: "one" }), entry(2, 20, { text: "two" }), entry(3, 30, null)];
    const happened = [
      event(5, "gesture", "nod", "mentee"),
      event(20, "thinking", "on", "mentor"),
      event(40, "gesture", "heart", "mentor"),
    ];
    expect(words(streamOf(chat, happened, name))).toEqual([
      "day",
      "one",
      "Samir: Nod",
      "Ingrid: I’m thinking",
      "two",
      "deleted",
      "Ingrid: Heart",
    ]);
    expect(words(streamOf([], happened.slice(0, 1), name))).toEqual(["Samir: Nod"]);
  });

  test("tells of breaks and quiet time that were, not of those that came to nothing", () => {
    const happened = [
      event(1, "quiet", "proposed", "mentor", 2),
      event(2, "quiet", "ended", null),
      event(3, "quiet", "proposed", "mentee", 1),
      event(4, "quiet", "running", "mentee", 1),
      event(5, "thinking", "off", "mentee"),
      event(6, "quiet", "ended", null),
      event(7, "break", "proposed", "mentee", 5),
      event(8, "break", "running", "mentee", 5),
      event(9, "break", "over", "mentee", 5),
      event(10, "break", "ended", null),
    ];
    expect(words(streamOf([], happened, name))).toEqual([
      "Ingrid proposes 2 minutes of quiet time",
      "Samir proposes 1 minute of quiet time",
      "Quiet time, 1 minute",
      "Quiet time is over",
      "Samir proposes a break of 5 minutes",
      "Break, 5 minutes",
      "The break is over",
    ]);
  });

  test("passes over what is unknown, whatever its name", () => {
    const odd = ["constructor", "__proto__", "toString", "", "other"];
    const happened = odd.flatMap((word) => [event(1, word, word, "mentor"), event(1, "gesture", word, null)]);
    expect(words(streamOf([], happened, name))).toEqual([]);
    const bodies = [new Uint8Array([0xff]), new TextEncoder().encode("[[[["), new Uint8Array(20_000)];
    const chat = bodies.map((body, index) => ({ ...entry(2 * index + 1, index, null), body }));
    expect(words(streamOf(chat, [], name))).toEqual(["day", "unreadable"]);
  });

  test("shows hostile words as words", () => {
    const texts: string[] = JSON.stringify(corpus).match(/<script[^"]{0,40}/g) ?? [];
    expect(texts.length).toBeGreaterThan(0);
    const chat = texts.map((text, index) => entry(2 * index + 1, index, { text }));
    expect(words(streamOf(chat, [], name)).slice(1)).toEqual(texts.map((text) => text.trim()));
  });
});
