/** The recording's own axis, and the words of the list. */

import { describe, expect, test } from "vitest";
import { axis, clamp, partAt, partSoon } from "../src/recordings/axis.ts";
import { nameOf, partName } from "../src/recordings/names.ts";
import { noticeWords } from "../src/recordings/notices.ts";
import type { Manifest, Part, Seat } from "../src/recordings/types.ts";

function part(id: string, seat: Seat, run: number, offset_ms: number, length_ms: number): Part {
  return { id, seat, run, offset_ms, length_ms, bytes: 1, video: true, interrupted: false };
}

const manifest: Manifest = {
  id: "r",
  started_ms: 0,
  length_ms: 20_000,
  due_ms: 1,
  names: { mentor: "Ingrid" },
  runs: [
    { run: 2, offset_ms: 12_000, length_ms: 8_000, started_ms: 13_000 },
    { run: 1, offset_ms: 0, length_ms: 12_000, started_ms: 0 },
  ],
  parts: [
    part("c", "mentor", 2, 12_100, 7_900),
    part("a", "mentor", 1, 0, 12_000),
    part("b", "mentee", 1, 40, 5_000),
    part("d", "mentee", 2, 12_000, 8_300),
    part("e", "mentee", 2, 12_000, 0),
  ],
  shared: [],
};

describe("the axis", () => {
  const made = axis(manifest);

  test("has each seat's parts in order, without empty ones", () => {
    expect(made.lanes.mentor.map(({ id }) => id)).toEqual(["a", "c"]);
    expect(made.lanes.mentee.map(({ id }) => id)).toEqual(["b", "d"]);
  });

  test("ends with the last part, and marks the pauses between runs", () => {
    expect([made.length, made.pauses]).toEqual([20_300, [12_000]]);
  });

  test.each([
    [0, "a", null],
    [40, "a", "b"],
    [5_040, "a", null],
    [11_999, "a", null],
    [12_000, null, "d"],
    [12_100, "c", "d"],
    [20_000, null, "d"],
    [20_300, null, null],
  ])("at %i ms plays %s and %s", (at, mentor, mentee) => {
    expect(partAt(made.lanes.mentor, at)?.id ?? null).toBe(mentor);
    expect(partAt(made.lanes.mentee, at)?.id ?? null).toBe(mentee);
  });

  test("of two parts that overlap the later one plays", () => {
    expect(partAt([part("x", "mentor", 1, 0, 5000), part("y", "mentor", 1, 4000, 5000)], 4500)?.id).toBe("y");
  });

  test("what comes soon is known in time", () => {
    expect(partSoon(made.lanes.mentor, 6_000, 8_000)?.id).toBe("c");
    expect(partSoon(made.lanes.mentor, 1_000, 8_000)).toBeNull();
    expect(partSoon(made.lanes.mentor, 12_100, 8_000)).toBeNull();
  });

  test("of an empty recording is empty", () => {
    expect(axis({ ...manifest, length_ms: 0, runs: [], parts: [] })).toMatchObject({ length: 0, pauses: [] });
  });

  test("nothing lies outside it", () => expect([clamp(-1, 5), clamp(9, 5), clamp(3, 5)]).toEqual([0, 5, 3]));
});

test("names: you, the other's name, or the seat where no name is known", () => {
  expect(nameOf(manifest, "mentor", "mentor")).toBe("You");
  expect(nameOf(manifest, "mentor", "mentee")).toBe("Ingrid");
  expect(nameOf(manifest, "mentee", null)).toBe("Mentee");
});

test("a part is numbered where its seat has several", () => {
  const [c, , b] = manifest.parts;
  if (!c || !b) throw new Error("no parts");
  expect(partName(manifest, c, manifest.parts)).toBe("Ingrid, part 2 of 2");
  expect(partName(manifest, b, [b])).toBe("Mentee");
});

test("a notice has words, also one we do not know yet", () => {
  expect(noticeWords({ code: "retention_shortened_by_admin", days: 20 })).toContain("to 20 days");
  expect(noticeWords({ code: "from_a_newer_server" })).not.toContain("{");
});
