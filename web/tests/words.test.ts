/** The catalogue: every key the code, the templates and the server ask for exists, and every hole is filled. */

import { describe, expect, test } from "vitest";
import { fill, known, t, tn } from "../src/words.ts";

type Flat = Record<string, string>;

const files = import.meta.glob<Flat>("../words/en/*.json", { eager: true, import: "default" });
const sources = import.meta.glob<string>("../src/**/*.{ts,tsx}", { eager: true, query: "?raw", import: "default" });
const templates = import.meta.glob<string>("../templates/*.html", { eager: true, query: "?raw", import: "default" });
const server = import.meta.glob<string>("../../server/{handlers,domain}/**/*.py", {
  eager: true,
  query: "?raw",
  import: "default",
});

const all: Flat = Object.assign({}, ...Object.values(files));
const holes = (text: string) => new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string));

test("no key stands in two files", () => {
  const count = Object.values(files).reduce((sum, file) => sum + Object.keys(file).length, 0);
  expect(Object.keys(all)).toHaveLength(count);
});

test("the scripts know the whole catalogue", () => {
  expect(Object.keys(all).filter((key) => !known(key))).toEqual([]);
});

describe("keys asked for", () => {
  const calls = Object.entries(sources).flatMap(([file, text]) =>
    [...text.matchAll(/\bt\(\s*"([a-z_0-9.]+)"\s*(?:,\s*(\{[^}]*\}|[\w.]+))?/g)].map((match) => ({
      file,
      key: match[1] as string,
      given: match[2] ?? "{}",
    })),
  );

  test("there are some", () => expect(calls.length).toBeGreaterThan(100));

  test("exist", () => {
    expect(calls.filter(({ key }) => !(key in all)).map(({ file, key }) => `${file}: ${key}`)).toEqual([]);
  });

  test("get all their values", () => {
    // values handed over in or spread from a variable cannot be seen from here
    const seen = calls.filter(({ given }) => given.startsWith("{") && !given.includes("..."));
    const missing = seen.flatMap(({ file, key, given }) =>
      [...holes(all[key] ?? "")]
        .filter((hole) => !new RegExp(`\\b${hole}\\b`).test(given))
        .map((hole) => `${file}: ${key} {${hole}}`),
    );
    expect(missing).toEqual([]);
  });

  test("in templates exist, and those texts need no values there", () => {
    const asked = Object.values(templates).flatMap((text) =>
      [...text.matchAll(/\bt\("([a-z_0-9.]+)"\)/g)].map((match) => match[1] as string),
    );
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((key) => !(key in all) || holes(all[key] ?? "").size > 0)).toEqual([]);
  });
});

test("each plural has all the forms English needs", () => {
  const bases = Object.keys(all).flatMap((key) => (key.endsWith(".other") ? [key.slice(0, -".other".length)] : []));
  // `.other` also ends ordinary keys; a plural has `.one` beside it
  const plurals = Object.keys(all).flatMap((key) => (key.endsWith(".one") ? [key.slice(0, -".one".length)] : []));
  expect(plurals.filter((base) => !bases.includes(base))).toEqual([]);
  for (const base of plurals) expect(holes(all[`${base}.one`] ?? "")).toEqual(holes(all[`${base}.other`] ?? ""));
});

test("every error that can reach a person has words", () => {
  const codes = Object.values(server).flatMap((text) => [
    ...[...text.matchAll(/VisavisError\(\s*"([a-z_]+)"/g)].map((match) => match[1] as string),
    ...[...text.matchAll(/\.refuse\([^"()]*"([a-z_]+)"/g)].map((match) => match[1] as string),
  ]);
  expect(codes.length).toBeGreaterThan(30);
  expect([...new Set(codes)].filter((code) => !(`error.${code}` in all)).sort()).toEqual([]);
});

test("fills holes, and leaves one without a value visible", () => {
  expect(fill("{a} and {b}", { a: 1 })).toBe("1 and {b}");
  expect(t("common.in", { length: "2 days" })).toBe("in 2 days");
});

test("counts", () => {
  expect([tn("common.days", 1), tn("common.days", 2), tn("common.days", 0)]).toEqual(["1 day", "2 days", "0 days"]);
});
