import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import corpus from "../../tests/vectors/hostile_texts.json";
import { ApiError } from "../src/api";
import { Announcer } from "../src/chat/announcer";
import { contentOf, EMOJIS, MAX_BODY_BYTES, messageBody, reactionBody } from "../src/chat/body";
import { cleanFileName, cleanText } from "../src/chat/clean";
import { Composer, composerOf } from "../src/chat/composer";
import { Drops } from "../src/chat/drops";
import { type Link, pieces } from "../src/chat/links";
import { goesOn, type Item, type Message, thread } from "../src/chat/thread";
import { Typing } from "../src/chat/typing";
import { unreadCount } from "../src/chat/unread";
import { newId, type Seat } from "../src/protocol";
import { Drafts } from "../src/sharing/drafts";
import type { ChatEntry } from "../src/sharing/types";
import "./all_words";
import { localPair } from "./local_pair";

/** A busy machine takes longer; what never comes is found all the same. */
const PATIENCE = { timeout: 30_000 };

const ID = "abcdefghijklmn23";
const utf8 = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const said = (text: string) => messageBody({ text, meeting: null });
const file = { blob: ID, name: "a.pdf", mime: "application/pdf", bytes: 10, image: null };

function entries(...bodies: (readonly [Seat, Uint8Array | null, number?])[]): ChatEntry[] {
  return bodies.map(([seat, body, atMs = 1_800_000_000_000], at) => ({
    n: at + 1,
    seat,
    atMs,
    local: newId(),
    body,
    stored: true,
  }));
}

const kinds = (items: readonly Item[]) => items.map(({ kind }) => kind);
const messages = (items: readonly Item[]) => items.filter((item): item is Message => item.kind === "message");

/** What would let a text act on what stands around it: controls, direction, line separators. */
const ACTS = /(?![\t\n])[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u;

describe("a body", () => {
  test("comes back as it was written", () => {
    const image = { width: 800, height: 600 };
    const body = messageBody({ text: "Hello\nyou", files: [file, { ...file, image }], meeting: ID });
    const expected = { kind: "message", text: "Hello\nyou", files: [file, { ...file, image }], meeting: ID };
    expect(contentOf(body)).toEqual(expected);
    expect(contentOf(reactionBody(7, "🎉", true))).toEqual({ kind: "reaction", to: 7, emoji: "🎉", off: true });
  });

  test("of a newer page may say more", () => {
    expect(contentOf(utf8({ text: "hi", colour: "red" }))).toMatchObject({ kind: "message", text: "hi" });
    expect(contentOf(utf8({ reaction: { to: 1, emoji: "🦄" } }))).toMatchObject({ kind: "reaction", emoji: null });
  });

  test.each([
    ["no UTF-8", new Uint8Array([0x22, 0xff, 0xfe, 0x22])],
    ["no JSON", utf8("{")],
    ["no object", utf8([1])],
    ["null", utf8("null")],
    ["nothing said", utf8({})],
    ["nothing but controls", utf8({ text: "\u202e\u0000 \n" })],
    ["inherited names", utf8('{"__proto__":{"text":"hi"}}')],
    ["a text that is none", utf8({ text: { toString: "x" } })],
    ["files that are none", utf8({ files: "x" })],
    ["files without end", utf8({ files: Array(11).fill(file) })],
    ["a file without a place", utf8({ files: [{ ...file, blob: "../../etc" }] })],
    ["a file of a strange place", utf8({ files: [{ ...file, blob: `${ID}/..` }] })],
    ["a file of minus one byte", utf8({ files: [{ ...file, bytes: -1 }] })],
    ["a file over the bound", utf8({ files: [{ ...file, bytes: 2 ** 40 }] })],
    ["a file named by a number", utf8({ files: [{ ...file, name: 7 }] })],
    ["a picture of no size", utf8({ files: [{ ...file, image: { width: 0, height: 1 } }] })],
    [
      "a picture of endless size",
      utf8('{"files":[{"blob":"abcdefghijklmn23","name":"","mime":"","bytes":1,"image":{"width":1e999,"height":1}}]}'),
    ],
    ["a reaction to a fraction", utf8({ reaction: { to: 1.5, emoji: "👍" } })],
    ["a reaction to nothing", utf8({ reaction: null, text: "hidden behind it" })],
    ["a reaction of a strange shape", utf8({ reaction: { to: 1, emoji: ["👍"] } })],
    ["huge", utf8({ text: "a".repeat(MAX_BODY_BYTES) })],
    ["deep", utf8("[".repeat(8000))],
  ])("that holds %s cannot be read", (_, body) => expect(contentOf(body)).toBeNull());

  test("random bytes never throw", () => {
    const bytes = crypto.getRandomValues(new Uint8Array(20_000));
    for (let at = 0; at < bytes.length; at += 40) expect(contentOf(bytes.slice(at, at + 40))).toBeNull();
  });
});

describe("hostile texts", () => {
  test.each(corpus.texts.map(({ name, text }) => [name, text] as const))("%s", (_, text) => {
    const content = contentOf(messageBody({ text, files: [{ ...file, name: text, mime: text }], meeting: null }));
    if (content === null) return;
    if (content.kind !== "message") throw new Error("a message was written");
    expect(content.text).not.toMatch(ACTS);
    const [one] = content.files;
    expect(one?.name).not.toMatch(/[/\\:*?"<>|\n\t]|^\.|^$/);
    expect(one?.name).not.toMatch(ACTS);
    expect([...(one?.name ?? "")].length).toBeLessThanOrEqual(101);
    expect(one?.mime).toMatch(/^[\w.+-]+\/[\w.+-]+$/);
    const parts = pieces(content.text);
    expect(parts.map((part) => (typeof part === "string" ? part : part.text)).join("")).toBe(content.text);
    for (const part of parts) {
      if (typeof part === "string") continue;
      const url = new URL(part.href);
      expect(["http:", "https:", "mailto:"]).toContain(url.protocol);
      expect(url.username + url.password).toBe("");
      // either the written words begin with the true host, or it is told beside them
      const written = part.text.replace(/^(https?:\/\/|mailto:)/i, "").toLowerCase();
      expect(part.host === null ? written.startsWith(url.host || url.pathname) : part.host).toBeTruthy();
    }
  });

  test("half a sign is left out", () => {
    expect(contentOf(utf8('{"text":"a\\ud800b"}'))).toMatchObject({ text: "ab" });
  });

  test("what people write in earnest stays as it is", () => {
    const earnest = ["שלום, מה שלומך?", "👨‍👩‍👧‍👦 ok", "line\n\nline\tend", "e\u0301a\u0323", "a < b && c > d"];
    for (const text of earnest) expect(cleanText(text)).toBe(text);
  });
});

describe("links", () => {
  const links = (text: string) => pieces(text).filter((piece): piece is Link => typeof piece !== "string");
  test.each([
    ["see https://example.org/a?b=c#d.", "https://example.org/a?b=c#d", null],
    ["(https://en.wikipedia.org/wiki/Table_(furniture))", "https://en.wikipedia.org/wiki/Table_(furniture)", null],
    ["HTTP://EXAMPLE.ORG:8080/x,", "http://example.org:8080/x", null],
    ["www.example.org!", "https://www.example.org/", null],
    ["mailto:anna@example.org?bcc=all@evil.example", "mailto:anna@example.org", null],
    ["https://аpple.com/x", "https://xn--pple-43d.com/x", "xn--pple-43d.com"],
    ["https://example.org。evil.example/", "https://example.org.evil.example/", "example.org.evil.example"],
    ["https://0x7f.1/", "https://127.0.0.1/", "127.0.0.1"],
  ])("%s", (text, href, host) => {
    const [link] = links(text);
    expect(link).toMatchObject({ href, host });
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://example.org",
    "https://a@evil.example/",
    "xhttps://a.b",
    "https://",
    "mailto:",
    "example.org",
  ])("%s is no link", (text) => expect(links(text)).toEqual([]));

  test("are not without end", () => expect(links("https://a.example ".repeat(500)).length).toBeLessThanOrEqual(50));
});

test.each([
  ["Report.pdf", "Report.pdf"],
  ["../../etc/passwd", "_.._etc_passwd"],
  [".htaccess", "htaccess"],
  ["CON.txt", "_CON.txt"],
  ["report\u202egpj.exe", "reportgpj.exe"],
  ["....", "file"],
  ["", "file"],
  ["a\r\nb\0.png", "ab.png"],
])("the file name %j is saved as %j", (name, clean) => expect(cleanFileName(name)).toBe(clean));

// work that grows with the square of the length would never end
test("however much of it a hostile browser sends", () => {
  const spaces = " ".repeat(500_000);
  expect(cleanText(`${spaces}x`)).toHaveLength(spaces.length + 1);
  expect(cleanFileName(`a${". ".repeat(250_000)}b.txt`)).toMatch(/^a[. ]+….txt$/);
  const closed = `https://example.org/${")".repeat(1900)}`;
  expect(pieces(closed)).toEqual([expect.objectContaining({ text: "https://example.org/" }), ")".repeat(1900)]);
});

describe("the thread", () => {
  test("folds reactions by seat, the later word counting", () => {
    const items = thread(
      entries(
        ["mentor", said("one")],
        ["mentee", reactionBody(1, "👍", false)],
        ["mentor", reactionBody(1, "👍", false)],
        ["mentee", reactionBody(1, "🎉", false)],
        ["mentee", reactionBody(1, "🎉", true)],
        ["mentee", reactionBody(999, "👍", false)],
        ["mentee", utf8({ reaction: { to: 1, emoji: "💩" } })],
      ),
      "mentor",
    );
    expect(kinds(items)).toEqual(["day", "message"]);
    expect(messages(items)[0]?.reactions).toEqual([{ emoji: "👍", seats: ["mentee", "mentor"] }]);
  });

  test("holds ten thousand reactions, and a hundred messages that cannot be read, as one line each", () => {
    const flood = Array.from({ length: 10_000 }, (_, at) => {
      const emoji = EMOJIS[at % EMOJIS.length] ?? "👍";
      return ["mentee", reactionBody(1, emoji, false)] as const;
    });
    const broken = Array.from({ length: 100 }, () => ["mentee", utf8("{")] as const);
    const items = thread(entries(["mentor", said("one")], ...flood, ...broken), "mentor");
    expect(kinds(items)).toEqual(["day", "message", "unreadable"]);
    expect(messages(items)[0]?.reactions).toHaveLength(6);
    expect(items.at(-1)).toMatchObject({ count: 100 });
  });

  test("keeps a line where something was deleted, also its reactions' message", () => {
    const items = thread(entries(["mentee", null], ["mentor", reactionBody(1, "👍", false)]), "mentor");
    expect(kinds(items)).toEqual(["day", "deleted"]);
  });

  test("says where days, meetings and new messages begin", () => {
    const day = 86_400_000;
    const inMeeting = messageBody({ text: "now", meeting: ID });
    const at = 1_800_000_000_000;
    const items = thread(
      entries(
        ["mentor", said("before"), at],
        ["mentee", inMeeting, at + day],
        ["mentor", null, at + day],
        ["mentee", inMeeting, at + day],
        ["mentee", said("after"), at + day],
      ),
      "mentor",
      2,
    );
    expect(kinds(items)).toEqual([
      "day",
      "message",
      "day",
      "meeting",
      "message",
      "deleted",
      "new",
      "message",
      "between",
      "message",
    ]);
  });

  test("days are the reader's own", () => {
    const late = Date.parse("2026-11-20T22:59:00Z"); // 23:59 in Copenhagen
    const items = thread(entries(["mentor", said("a"), late], ["mentor", said("b"), late + 60_000]), "mentor");
    expect(kinds(items)).toEqual(["day", "message", "day", "message"]);
  });

  test("puts what the same one wrote soon after under the same name", () => {
    const at = 1_800_000_000_000;
    const [first, second, third] = messages(
      thread(entries(["mentor", said("a"), at], ["mentor", said("b"), at + 1000], ["mentee", said("c"), at]), "mentor"),
    );
    expect(second && goesOn(first, second)).toBe(true);
    expect(third && goesOn(second, third)).toBe(false);
  });
});

function storage(): Pick<Storage, "getItem" | "setItem" | "removeItem"> & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

describe("unread messages", () => {
  test("are the partner's, without reactions and what was deleted", () => {
    const [mentor, mentee] = localPair();
    const unread = unreadCount(mentor, storage());
    mentee.say(said("one"));
    mentee.say(said("two"));
    mentee.say(reactionBody(1, "👍", false));
    expect(unread.count.value).toBe(2);
    mentee.strike(2);
    expect(unread.count.value).toBe(1);
    unread.seen(3);
    expect(unread.count.value).toBe(0);
    mentee.say(utf8("no JSON"));
    expect(unread.count.value).toBe(1);
    mentor.say(said("answered"));
    expect(unread.count.value).toBe(0);
    unread.close();
  });

  test("are remembered in this browser by seat, and shared by whoever asks", () => {
    const [mentor, mentee] = localPair();
    const kept = storage();
    const unread = unreadCount(mentor, kept);
    expect(unreadCount(mentor)).toBe(unread);
    mentee.say(said("one"));
    unread.seen(1);
    unread.close();
    expect(unreadCount(mentor, kept).count.value).toBe(0);
    expect(unreadCount(mentee, kept).read.value).toBe(1); // one's own is read
    expect([...kept.kept.keys()].every((key) => key.startsWith(`visavis:${mentor.room}:`))).toBe(true);
  });

  test("are counted where nothing can be kept", () => {
    const [mentor, mentee] = localPair();
    const forbidden = {
      getItem: () => {
        throw new Error("forbidden");
      },
      setItem: () => {
        throw new Error("forbidden");
      },
    };
    const unread = unreadCount(mentor, forbidden);
    mentee.say(said("one"));
    expect(unread.count.value).toBe(1);
    unread.seen(1);
    expect(unread.count.value).toBe(0);
  });

  test.each(["", "x", "-3", "1e9", "99999999999999999999"])("a kept %j counts as nothing read", (text) => {
    const [mentor, mentee] = localPair();
    mentee.say(said("one"));
    expect(unreadCount(mentor, { getItem: () => text, setItem: () => undefined }).count.value).toBe(1);
  });
});

describe("in time", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("typing is told at most every three seconds, and ends by itself", () => {
    const [mentor, mentee] = localPair();
    const [writes, sees] = [new Typing(mentor), new Typing(mentee)];
    const told = vi.spyOn(mentor, "pass");
    for (let at = 0; at < 60; at += 1) {
      writes.typed(false);
      vi.advanceTimersByTime(100);
    }
    expect(told).toHaveBeenCalledTimes(2);
    expect(sees.partner.value).toBe(true);
    expect(writes.partner.value).toBe(false);
    vi.advanceTimersByTime(7000);
    expect(sees.partner.value).toBe(false);
    writes.typed(false);
    expect(sees.partner.value).toBe(true);
    writes.stopped();
    expect(sees.partner.value).toBe(false);
    writes.typed(false);
    writes.typed(true);
    expect(sees.partner.value).toBe(false);
    writes.typed(false);
    mentor.cut();
    expect(sees.partner.value).toBe(false);
  });

  test.each([null, 1, "on", {}, { on: "yes" }, [true]])("typing that says %j is nothing", (data) => {
    const [mentor, mentee] = localPair();
    const sees = new Typing(mentee);
    mentor.pass("typing", data);
    expect(sees.partner.value).toBe(false);
  });

  test("announcements come at most every five seconds, several as one", () => {
    const announcer = new Announcer();
    announcer.message("Ingrid", "one", 1);
    expect(announcer.words.value).toBe("Ingrid writes: one");
    announcer.message("Ingrid", "two", 2);
    announcer.message("Ingrid", "three", 3);
    expect(announcer.words.value).toBe("Ingrid writes: one");
    vi.advanceTimersByTime(5000);
    expect(announcer.words.value).toBe("2 new messages from Ingrid");
    announcer.typing("Ingrid");
    expect(announcer.words.value).toBe("2 new messages from Ingrid");
    vi.advanceTimersByTime(5000);
    expect(announcer.words.value).toBe("");
    announcer.typing("Ingrid");
    expect(announcer.words.value).toBe("Ingrid is typing");
    announcer.message("Ingrid", "four", 4);
    expect(announcer.words.value).toBe("Ingrid writes: four");
  });

  test("nothing is announced while somebody thinks, and all of it afterwards", () => {
    const announcer = new Announcer();
    announcer.message("Ingrid", "one", 1);
    announcer.calm(true);
    announcer.message("Ingrid", "two", 2);
    vi.advanceTimersByTime(5000);
    expect(announcer.words.value).toBe("");
    announcer.message("Ingrid", "three", 3);
    announcer.typing("Ingrid");
    vi.advanceTimersByTime(60_000);
    expect(announcer.words.value).toBe("");
    announcer.calm(false);
    expect(announcer.words.value).toBe("2 new messages from Ingrid");
  });

  test("what was deleted meanwhile is not said", () => {
    const announcer = new Announcer();
    announcer.calm(true);
    announcer.message("Ingrid", "not this", 1);
    announcer.message("Ingrid", "this", 2);
    announcer.forget((n) => n === 1);
    announcer.calm(false);
    expect(announcer.words.value).toBe("Ingrid writes: this");
  });
});

describe("the composer", () => {
  const svg = () => new File(["<svg onload='x'/>"], "../drawing.svg", { type: "image/svg+xml" });

  test("says the text and keeps the line down as waiting", async () => {
    const [mentor, mentee] = localPair();
    const composer = composerOf(mentor);
    expect(await composer.send(null)).toBe(false);
    mentor.cut();
    composer.text.value = "  Hello  ";
    expect(await composer.send(ID)).toBe(true);
    expect(composer.text.value).toBe("");
    expect(messages(thread(mentor.chat.value, "mentor"))).toMatchObject([{ text: "Hello", stored: false }]);
    expect(mentee.chat.value).toEqual([]);
    mentor.mend();
    expect(messages(thread(mentee.chat.value, "mentee"))).toMatchObject([{ text: "Hello", stored: true }]);
    expect(kinds(thread(mentee.chat.value, "mentee"))).toContain("meeting");
  });

  test("has what was half written when the page was left, and has it no more once it is sent", async () => {
    const place = new Map<string, string>();
    const opened = () => {
      const [mentor] = localPair();
      const drafts = new Drafts();
      mentor.draft = (name) => drafts.of(name);
      const open = () =>
        drafts.open({
          draft: async (name) => place.get(name) ?? "",
          keepDraft: async (name, text) => void place.set(name, text),
        });
      return { composer: new Composer(mentor), open };
    };
    const first = opened();
    first.open();
    first.composer.text.value = "I wanted to say";
    first.composer.add([svg()]);
    await vi.waitUntil(() => place.get("chat") === "I wanted to say" && place.get("chat.files"), PATIENCE);
    const next = opened();
    next.composer.text.value = "typed before the key came";
    next.open();
    await vi.waitUntil(() => next.composer.trouble.value !== null, PATIENCE);
    expect(next.composer.text.value).toBe("I wanted to say\ntyped before the key came");
    expect(next.composer.trouble.value).toContain("_drawing.svg");
    await vi.waitUntil(() => place.get("chat.files") === "", PATIENCE);
    expect(await next.composer.send(null)).toBe(true);
    await vi.waitUntil(() => place.get("chat") === "", PATIENCE);
  });

  test("refuses a text over the bound, in words, and keeps it", async () => {
    const [mentor] = localPair();
    const composer = new Composer(mentor);
    composer.text.value = "ü".repeat(MAX_BODY_BYTES / 2);
    expect(await composer.send(null)).toBe(false);
    expect(composer.trouble.value).toContain("too long");
    expect(composer.text.value).not.toBe("");
    expect(mentor.chat.value).toEqual([]);
  });

  test("stores files first; what is no picture goes as it is, under a clean name", async () => {
    const [mentor, mentee] = localPair();
    const composer = new Composer(mentor);
    composer.add([svg()]);
    expect(composer.progress.value).not.toBe("");
    expect(await composer.send(null)).toBe(true);
    const [message] = messages(thread(mentee.chat.value, "mentee"));
    const [one] = message?.files ?? [];
    expect(one).toMatchObject({ name: "_drawing.svg", mime: "image/svg+xml", bytes: 17, image: null });
    expect(await mentee.getBlob(one?.blob ?? "")).toHaveLength(17);
    expect(composer.attached.value).toEqual([]);
  });

  test("says when a file is too large, and sends nothing until it is taken away", async () => {
    const [mentor] = localPair();
    const composer = new Composer(mentor);
    composer.add([new File([new Uint8Array(10 * 1024 * 1024 + 1)], "film.mp4"), svg(), new File([], "x.txt")]);
    expect(await composer.send(null)).toBe(false);
    expect(composer.attached.value.map(({ state }) => state)).toEqual(["too_large", "ready", "empty"]);
    expect(composer.trouble.value).not.toBeNull();
    for (const { id, state } of composer.attached.value) if (state !== "ready") composer.remove(id);
    expect(await composer.send(null)).toBe(true);
    expect(mentor.chat.value).toHaveLength(1);
  });

  test("a picture that cannot be made anew is told to go as it is", async () => {
    const [mentor] = localPair();
    const composer = new Composer(mentor);
    composer.add([new File(["ftypheic"], "IMG_1.heic", { type: "image/heic" })]);
    await vi.waitUntil(() => composer.progress.value === "", PATIENCE);
    expect(composer.attached.value[0]?.state).toBe("as_is");
  });

  test("at most ten files", () => {
    const composer = new Composer(localPair()[0]);
    composer.add(Array.from({ length: 12 }, svg));
    expect(composer.attached.value).toHaveLength(10);
    expect(composer.trouble.value).toContain("10");
  });

  test("keeps everything when the server cannot be reached, and does not store a file twice", async () => {
    const [mentor, mentee] = localPair();
    const composer = new Composer(mentor);
    const store = mentor.putBlob.bind(mentor);
    const put = vi
      .spyOn(mentor, "putBlob")
      .mockImplementationOnce(store)
      .mockRejectedValueOnce(new ApiError({ code: "offline", detail: "", status: 0 }))
      .mockImplementation(store);
    composer.add([svg(), svg()]);
    expect(await composer.send(null)).toBe(false);
    expect(composer.trouble.value).toContain("not sent");
    expect(composer.attached.value).toHaveLength(2);
    expect(await composer.send(null)).toBe(true);
    expect(put).toHaveBeenCalledTimes(3);
    expect(messages(thread(mentee.chat.value, "mentee"))[0]?.files).toHaveLength(2);
  });
});

describe("files of deleted messages", () => {
  test("are dropped, later where the line is down, also after a reload", async () => {
    const [mentor] = localPair();
    const { id } = await mentor.putBlob(new Uint8Array([1]));
    const kept = storage();
    const drop = vi
      .spyOn(mentor, "dropBlob")
      .mockRejectedValue(new ApiError({ code: "offline", detail: "", status: 0 }));
    const drops = new Drops(mentor, kept);
    await drops.drop([id]);
    drops.close();
    expect([...kept.kept.values()].join()).toContain(id);
    drop.mockRestore();
    new Drops(mentor, kept);
    await vi.waitUntil(() => kept.kept.size === 0, PATIENCE);
    await expect(mentor.getBlob(id)).rejects.toThrow();
  });

  test("stay as long as their message does: the line was down as it was to be deleted", async () => {
    const [mentor] = localPair();
    const { id } = await mentor.putBlob(new Uint8Array([1]));
    const local = mentor.say(messageBody({ text: "", files: [{ ...file, blob: id }], meeting: null }));
    const kept = storage();
    const strike = vi.spyOn(mentor, "strike").mockImplementation(() => undefined);
    const drops = new Drops(mentor, kept);
    drops.whenStruck(local, [id]);
    mentor.strike(1);
    mentor.cut();
    mentor.mend();
    await expect(mentor.getBlob(id)).resolves.toBeDefined();
    drops.close();
    strike.mockRestore();
    // after a reload, and on the second try
    new Drops(mentor, kept);
    await expect(mentor.getBlob(id)).resolves.toBeDefined();
    mentor.strike(1);
    await vi.waitUntil(() => kept.kept.size === 0, PATIENCE);
    await expect(mentor.getBlob(id)).rejects.toThrow();
  });

  test("of a message that was never sent go at once, of one on its way when it is struck", async () => {
    const [mentor, mentee] = localPair();
    const { id } = await mentor.putBlob(new Uint8Array([1]));
    const kept = storage();
    const drops = new Drops(mentor, kept);
    mentor.cut();
    const local = mentor.say(said("Not this"));
    drops.takeBack(local, [{ ...file, blob: id }]);
    expect(messages(thread(mentor.chat.value, "mentor"))).toEqual([]);
    await vi.waitUntil(() => kept.kept.size === 0, PATIENCE);
    await expect(mentor.getBlob(id)).rejects.toThrow();
    mentor.mend();
    expect(mentee.chat.value).toEqual([]);
    vi.spyOn(mentor, "takeBack").mockReturnValue(false);
    drops.takeBack(ID, [{ ...file, blob: ID }]);
    expect(kept.kept.size).toBe(1);
  });

  test("that are gone already are forgotten", async () => {
    const [mentor] = localPair();
    const kept = storage();
    vi.spyOn(mentor, "dropBlob").mockRejectedValue(new ApiError({ code: "no_such_blob", detail: "", status: 404 }));
    await new Drops(mentor, kept).drop([ID]);
    expect(kept.kept.size).toBe(0);
  });
});
