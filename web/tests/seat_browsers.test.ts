import { afterEach, expect, test, vi } from "vitest";
import { ApiError } from "../src/api";
import { SeatBrowsers, type Told } from "../src/join/seat_browsers";

const ROOM = "a".repeat(16);
const told = (...ids: string[]): Told => ({
  browsers: ids.map((id) => ({ id, how: "link", since_ms: 1, used_ms: 1, here: false, this: false })),
  vouched: [],
  link_wanted: false,
});
const json = (value: unknown, status = 200) =>
  new Response(JSON.stringify(value), { status, headers: { "Content-Type": "application/json" } });

/** A server whose answers come when the test says so. */
function answering(): { asked: string[]; answer: ((response: Response) => void)[] } {
  const asked: string[] = [];
  const answer: ((response: Response) => void)[] = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    asked.push(`${init.method} ${path} ${init.body ?? ""}`.trim());
    return new Promise<Response>((resolve) => answer.push(resolve));
  });
  return { asked, answer };
}

afterEach(() => vi.unstubAllGlobals());

test("the newest question counts, whichever answer comes last", async () => {
  const { answer } = answering();
  const browsers = new SeatBrowsers(ROOM, "mentee");
  const first = browsers.refresh();
  const second = browsers.refresh();
  answer[1]?.(json(told("new")));
  await second;
  answer[0]?.(json(told("old", "new")));
  await first;
  expect(browsers.told.value?.browsers.map((one) => one.id)).toEqual(["new"]);
});

test("what was told stays where the server does not answer", async () => {
  const { answer } = answering();
  const browsers = new SeatBrowsers(ROOM, "mentee");
  const first = browsers.refresh();
  answer[0]?.(json(told("one")));
  await first;
  const second = browsers.refresh();
  answer[1]?.(json({ code: "going_down", detail: "", status: 503 }, 503));
  await expect(second).rejects.toBeInstanceOf(ApiError);
  expect(browsers.told.value?.browsers).toHaveLength(1);
});

test("taking it from one, or from all others, asks again who has it", async () => {
  const { asked, answer } = answering();
  const browsers = new SeatBrowsers(ROOM, "mentee");
  for (const [number, browser] of ["b".repeat(16), null].entries()) {
    const taking = browsers.takeFrom(browser);
    answer[number * 2]?.(json({ browsers_out: 1 }));
    expect(await taking).toBe(1);
  }
  const at = `/api/rooms/${ROOM}/browsers`;
  expect(asked).toEqual([
    `POST ${at}/out?seat=mentee {"browser":"${"b".repeat(16)}"}`,
    `GET ${at}?seat=mentee`,
    `POST ${at}/out?seat=mentee {"browser":null}`,
    `GET ${at}?seat=mentee`,
  ]);
});
