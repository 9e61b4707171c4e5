/** The create form's checks, and the texts it makes. */

import { describe, expect, test } from "vitest";
import { type Draft, invitation, mistakes, personalLink } from "../src/create/rules.ts";
import { wholeDays } from "../src/days.ts";

const good: Draft = {
  title: "Ingrid and Samir",
  password: "six words here",
  days: "30",
  downloads: true,
  seat: "mentor",
  code: "",
};
const limits = { longestDays: 90, needsCode: false };

describe("mistakes", () => {
  test("none", () => expect(mistakes(good, limits)).toEqual({}));

  test.each([
    ["no title", { title: "  " }, "title"],
    ["a short password", { password: "1234567" }, "password"],
    ["a password of spaces", { password: " ".repeat(12) }, "password"],
    ["seven letters with a combining mark", { password: "abcdefe\u0301" }, "password"],
    ["no day", { days: "0" }, "days"],
    ["more days than allowed", { days: "91" }, "days"],
    ["half a day", { days: "1.5" }, "days"],
    ["no number", { days: "many" }, "days"],
    ["no seat", { seat: null }, "seat"],
  ] as const)("%s", (_, change, field) => {
    expect(Object.keys(mistakes({ ...good, ...change }, limits))).toEqual([field]);
  });

  test("the longest allowed is allowed", () => expect(mistakes({ ...good, days: "90" }, limits)).toEqual({}));

  test("a code only where one is asked for", () => {
    expect(Object.keys(mistakes(good, { ...limits, needsCode: true }))).toEqual(["code"]);
  });
});

test.each([
  ["30", 30],
  [" 7 ", 7],
  ["", null],
  ["-1", null],
  ["1e3", null],
  ["123456", null],
])("%s as days", (text, days) => expect(wholeDays(text)).toBe(days));

describe("the invitation", () => {
  const made = { link: "https://v.example/r/abc", password: "amber otter", creator: "mentor", days: 30 } as const;

  test("has link, password, seat and promise", () => {
    const text = invitation({ ...made, withPassword: true });
    for (const words of ["https://v.example/r/abc", "amber otter", "Mentee", "30 days", "unless you both agree"]) {
      expect(text).toContain(words);
    }
    expect(text).not.toContain("{");
  });

  test("without the password does not contain it", () => {
    expect(invitation({ ...made, withPassword: false })).not.toContain("amber");
  });

  test("of somebody who is neither tells the two to choose a password of their own", () => {
    expect(invitation({ ...made, creator: "neither", withPassword: true })).toContain("one of your own");
  });
});

test("the personal link carries its secret in the fragment, never in path or query", () => {
  const link = new URL(personalLink("https://v.example/r/abc", { seat: "mentee", secret: "abcd2345" }));
  expect([link.pathname, link.search, link.hash]).toEqual(["/r/abc", "", "#seat=mentee&key=abcd2345"]);
});
