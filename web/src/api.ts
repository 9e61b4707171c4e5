/** Typed requests to `/api/`. Errors arrive as problem details (RFC 9457) and leave as `ApiError`, whose words come
 * from the catalogue by their stable code. */

import { type Key, known, t, tn, type Values } from "./words.ts";

export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly status: number;
  readonly [more: string]: unknown;
}

export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.name = "ApiError";
    this.code = problem.code;
    this.status = problem.status;
    this.problem = problem;
  }

  /** Seconds to wait before trying again, where the server named them. */
  get retryAfter(): number | null {
    const seconds = this.problem.retry_after_s;
    return typeof seconds === "number" ? Math.ceil(seconds) : null;
  }
}

export interface Asking {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
}

/** Asks `path` and gives the JSON answer as `T` (null for 204).
 *
 * Throws `ApiError`; code `offline` when the server cannot be reached, `unreadable` when the answer is no JSON. */
export async function ask<T>(path: string, asking: Asking = {}): Promise<T> {
  const { method = asking.body === undefined ? "GET" : "POST", body, headers, signal } = asking;
  const changes = method !== "GET";
  const init: RequestInit = {
    method,
    headers: {
      Accept: "application/json, application/problem+json",
      ...(changes ? { "Content-Type": "application/json" } : {}),
      ...headers,
    },
    credentials: "same-origin",
    cache: "no-store",
  };
  if (changes) init.body = JSON.stringify(body ?? {});
  if (signal) init.signal = signal;
  let response: Response;
  try {
    response = await (asking.fetch ?? fetch)(path, init);
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw new ApiError({ code: "offline", detail: "The server cannot be reached.", status: 0 });
  }
  if (response.ok) return response.status === 204 ? (null as T) : await readJson<T>(response);
  throw new ApiError(await readProblem(response));
}

async function readJson<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError({ code: "unreadable", detail: "The answer is not JSON.", status: response.status });
  }
}

async function readProblem(response: Response): Promise<Problem> {
  try {
    const problem: unknown = await response.json();
    if (typeof problem === "object" && problem !== null && typeof (problem as Problem).code === "string") {
      return { ...(problem as Problem), status: response.status };
    }
  } catch {
    // a proxy's own error page: told by its status below
  }
  const code = response.status >= 500 ? "server_failed" : "unreadable";
  return { code, detail: response.statusText, status: response.status };
}

/** Words for anything thrown by `ask`, or by our own mistakes. `values` fill what the problem itself does not carry. */
export function errorWords(failure: unknown, values: Values = {}): string {
  if (!(failure instanceof ApiError)) return t("error.unknown");
  if (failure.code === "too_many_tries" && failure.retryAfter !== null) {
    return t("error.too_many_tries_wait", { wait: tn("common.seconds", failure.retryAfter) });
  }
  const key = `error.${failure.code}`;
  return known(key) ? t(key satisfies Key, { ...scalars(failure.problem), ...values }) : t("error.unknown");
}

function scalars(problem: Problem): Record<string, string | number> {
  const usable: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(problem)) {
    if (typeof value === "string" || typeof value === "number") usable[name] = value;
  }
  return usable;
}
