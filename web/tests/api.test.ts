/** Requests and what becomes of their errors, against real Response objects. */

import { expect, test } from "vitest";
import { ApiError, type Asking, ask, errorWords } from "../src/api.ts";

function answering(body: string, status = 200, type = "application/json") {
  const seen: { path: string; init: RequestInit }[] = [];
  const fetching = (async (path: string, init: RequestInit) => {
    seen.push({ path, init });
    return new Response(status === 204 ? null : body, { status, headers: { "Content-Type": type } });
  }) as unknown as typeof fetch;
  return { seen, fetch: fetching };
}

async function failure(asking: Asking): Promise<ApiError> {
  const caught: unknown = await ask("/api/x", asking).catch((problem: unknown) => problem);
  if (!(caught instanceof ApiError)) throw new Error("no ApiError");
  return caught;
}

test("a body makes it a POST with a JSON content type, which the server demands of every change", async () => {
  const line = answering('{"room":"a"}', 201);
  expect(await ask("/api/rooms", { body: { title: "T" }, fetch: line.fetch })).toEqual({ room: "a" });
  expect(line.seen[0]?.init).toMatchObject({
    method: "POST",
    body: '{"title":"T"}',
    credentials: "same-origin",
    headers: { "Content-Type": "application/json" },
  });
});

test("a GET has no body, a DELETE has an empty one", async () => {
  const got = answering("{}");
  await ask("/api/x", { fetch: got.fetch });
  expect(got.seen[0]?.init.body).toBeUndefined();
  const gone = answering("", 204);
  expect(await ask("/api/x", { method: "DELETE", fetch: gone.fetch })).toBeNull();
  expect(gone.seen[0]?.init.body).toBe("{}");
});

test("problem details become words by their code", async () => {
  const line = answering('{"code":"wrong_password","detail":"d","status":403}', 403, "application/problem+json");
  const problem = await failure({ fetch: line.fetch });
  expect(problem).toMatchObject({ code: "wrong_password", status: 403 });
  expect(errorWords(problem)).toContain("That is not this room’s password.");
});

test("numbers of the problem fill its words", async () => {
  const line = answering('{"code":"retention_too_long","detail":"d","status":422,"longest_days":90}', 422);
  expect(errorWords(await failure({ fetch: line.fetch }))).toContain("at most 90 days");
});

test("a wait is told in seconds, rounded up", async () => {
  const line = answering('{"code":"too_many_tries","detail":"d","status":429,"retry_after_s":29.2}', 429);
  const problem = await failure({ fetch: line.fetch });
  expect(problem.retryAfter).toBe(30);
  expect(errorWords(problem)).toContain("Wait 30 seconds.");
});

test("a wait without a number still has words", async () => {
  const line = answering('{"code":"too_many_tries","detail":"d","status":429}', 429);
  expect(errorWords(await failure({ fetch: line.fetch }))).not.toContain("{");
});

test.each([
  ["<html>Bad gateway</html>", 502, "server_failed"],
  ['{"detail":"no code"}', 400, "unreadable"],
  ["null", 404, "unreadable"],
])("%s with status %i is %s", async (body, status, code) => {
  expect((await failure({ fetch: answering(body, status).fetch })).code).toBe(code);
});

test("an answer that is no JSON is told", async () => {
  expect((await failure({ fetch: answering("hello").fetch })).code).toBe("unreadable");
});

test("no server is told; an aborted request is passed on", async () => {
  const dead = (async () => {
    throw new TypeError("failed to fetch");
  }) as unknown as typeof fetch;
  expect((await failure({ fetch: dead })).code).toBe("offline");
  const given = AbortSignal.abort();
  await expect(ask("/api/x", { fetch: dead, signal: given })).rejects.toThrow(TypeError);
});

test("an unknown code, and a mistake of our own, have words too", () => {
  const strange = new ApiError({ code: "never_heard_of", detail: "", status: 400 });
  expect(errorWords(strange)).toBe(errorWords(new Error("bug")));
});
