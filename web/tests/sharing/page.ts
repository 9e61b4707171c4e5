/**
 * Pages without a window, in Node, over the real modules: their line can be cut, and they can be closed at any moment.
 * `page_main.js` tells them what to do, line by line.
 */
import "fake-indexeddb/auto";
import { effect } from "@preact/signals";
import * as Y from "yjs";
import { type Id, newId, type Seat } from "../../src/protocol";
import { readFrames } from "../../src/recordings/replay/frames.ts";
import { Replay } from "../../src/recordings/replay/replay.ts";
import { actions, notes, pages, topics } from "../../src/sharing/layout";
import type { World } from "../../src/sharing/line";
import { openSharing } from "../../src/sharing/open";
import { readable, roots } from "../../src/sharing/restore";
import type { Sharing, Work } from "../../src/sharing/types";

interface Command {
  readonly do: string;
  readonly page: string;
  readonly room: Id;
  readonly seat: Seat;
  readonly url: string;
  readonly cookie: string;
  readonly words: readonly string[];
  readonly random: number;
  readonly bytes: number;
  readonly snapshot: Id;
  readonly at: number;
  readonly code: string;
  readonly choice: string;
  /** Opened without its documents. */
  readonly light: boolean;
}

class Page {
  readonly sharing: Sharing;
  readonly passed: unknown[] = [];
  #cut = false;
  #sockets = new Set<WebSocket>();

  constructor({ room, seat, url, cookie }: Command) {
    const headers = { cookie, origin: url };
    const world: World = {
      fetch: async (path, init) => {
        if (this.#cut) throw new TypeError("the line is cut");
        return await fetch(url + path, { ...init, headers: { ...init?.headers, ...headers } });
      },
      socket: (path) => {
        const address = this.#cut ? "ws://127.0.0.1:9" : url.replace("http", "ws") + path;
        const socket = new WebSocket(address, { headers } as unknown as string[]);
        this.#sockets.add(socket);
        return socket;
      },
      random: () => Math.random() / 10,
    };
    this.sharing = openSharing({ room, you: seat, world });
    this.sharing.onPass("test", (data) => this.passed.push(data));
  }

  /** With its documents, which were opened. */
  get work(): Work {
    const work = this.sharing.work.value;
    if (!work) throw new Error("its documents were not opened");
    return work;
  }

  /** Nothing goes out or comes in any more; what was under way is lost. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  mend(): void {
    this.#cut = false;
  }

  /** Each word somewhere else: in a text both write, as an item of its own, in the chat, in private notes. */
  async write({ words, random }: Command): Promise<void> {
    const { doc, notes: own } = this.work;
    for (const [place, word] of words.entries()) {
      const kind = (place + random) % 5;
      if (kind === 0) {
        this.sharing.say(new TextEncoder().encode(JSON.stringify({ text: word })));
      } else if (kind === 1) {
        doc.transact(() => actions(doc).set(newId(), new Y.Map<unknown>([["text", word]])));
      } else if (kind === 2 && own.value) {
        insert(own.value.getText("own"), word, random);
      } else insert(textOf(doc), word, random);
    }
  }

  /** Something large: an entry that goes by HTTP. */
  draw(bytes: number): void {
    const { doc } = this.work;
    doc.transact(() => pages(doc).set(newId(), new Y.Map<unknown>([["name", "x".repeat(bytes)]])));
  }

  /** A note of a title and so many letters. */
  fill(id: string, bytes: number): void {
    const { doc } = this.work;
    doc.transact(() => {
      const note = new Y.Map<unknown>([["title", new Y.Text(`note ${id}`)]]);
      note.set("text", "x".repeat(bytes));
      notes(doc).set(id, note);
    });
  }

  /** Writes something, deletes most of it, and wants it forgotten. */
  scratch(words: string): void {
    const text = this.work.doc.getText("scratch");
    text.insert(0, words);
    text.delete(1, words.length - 1);
    this.work.forgetSoon();
  }

  /** Texts on a board page; none of them where there are to be none. */
  shapes(page: string, count: number): void {
    const { doc } = this.work;
    doc.transact(() => {
      if (!pages(doc).has(page)) pages(doc).set(page, new Y.Map<unknown>([["elements", new Y.Map<unknown>()]]));
      const elements = pages(doc).get(page)?.get("elements") as Y.Map<unknown>;
      for (const id of [...elements.keys()].slice(count)) elements.delete(id);
      for (let n = elements.size; n < count; n += 1) elements.set(`e${n}`, { type: "text", text: `words ${n}` });
    });
  }

  erase(random: number): void {
    const text = textOf(this.work.doc);
    const at = random % Math.max(1, text.length - 3);
    if (text.length > 4) text.delete(at, 3);
  }

  /** The next change of anything that shows, or a little while. */
  async change(): Promise<void> {
    const { chat, chatReady, phase, unsent, partnerHere, troubles, work } = this.sharing;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 250);
      const done = () => setTimeout(resolve, 5);
      let first = true;
      const stop = effect(() => {
        for (const shown of [chat, chatReady, phase, unsent, partnerHere, troubles, work]) shown.value;
        if (work.value) {
          const { ready, notesMissing, notes: own, waitsToForget } = work.value;
          for (const shown of [ready, notesMissing, own, waitsToForget]) shown.value;
        }
        if (!first) done();
        first = false;
      });
      work.value?.doc.once("update", done);
      work.value?.notes.value?.once("update", done);
      void Promise.resolve(timer).then(() => setTimeout(stop, 250));
    });
  }

  state(): unknown {
    const { chat, chatReady, phase, unsent, partnerHere, troubles, work, empty } = this.sharing;
    return {
      light: work.value === null,
      ...(work.value ? stateOf(work.value) : { ready: false, missing: "loading", text: "" }),
      chat: chat.value.map(({ n, seat, body, stored }) => ({
        n,
        seat,
        stored,
        body: body && new TextDecoder().decode(body),
      })),
      chatReady: chatReady.value,
      empty: empty.value,
      you: this.sharing.you,
      phase: phase.value,
      unsent: unsent.value,
      partner: partnerHere.value,
      troubles: troubles.value,
      passed: this.passed,
    };
  }
}

function stateOf({ doc, notes: own, ready, notesMissing, waitsToForget }: Work): Record<string, unknown> {
  return {
    document: roots(doc).map(readable),
    text: textOf(doc).toString(),
    own: own.value?.getText("own").toString() ?? null,
    ready: ready.value,
    missing: notesMissing.value,
    waits: waitsToForget.value,
    pending: doc.store.pendingStructs !== null,
  };
}

const textOf = (doc: Y.Doc): Y.Text => doc.getText("both");

function insert(text: Y.Text, word: string, random: number): void {
  // Between words, so that each can be found whole.
  const ends = [...text.toString().matchAll(/;/g)].map((found) => found.index + 1);
  text.insert(ends[random % Math.max(1, ends.length)] ?? 0, `${word};`);
}

/** What a hostile page would send: an update that is in order and does harm all the same. */
function hostile(kind: string): Uint8Array {
  const doc = new Y.Doc();
  let map: Y.Map<unknown> = notes(doc) as Y.Map<unknown>;
  if (kind === "hole") {
    map.set("before", 1);
    const seen = Y.encodeStateVector(doc);
    map.set("after", 2);
    return Y.encodeStateAsUpdate(doc, seen);
  }
  if (kind === "deep") {
    for (let depth = 0; depth < 300; depth += 1) {
      const inner = new Y.Map<unknown>();
      map.set("deeper", inner);
      map = inner;
    }
    return Y.encodeStateAsUpdate(doc);
  }
  if (kind === "nothing") return Y.encodeStateAsUpdate(doc);
  throw new Error(`no ${kind}`);
}

/** The text both write, as the player shows a part of a recording at its beginning and at its end. */
function replayed(part: string, startedMs: number): unknown {
  const frames = readFrames(Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0)));
  const run = { run: 1, offset_ms: 0, length_ms: 3_600_000, started_ms: startedMs };
  const replay = new Replay([run], [{ run: 1, frames }]);
  const [start, end] = [0, run.length_ms].map((at) => {
    const doc = replay.moment(at)?.doc;
    return doc && { text: textOf(doc).toString(), pending: doc.store.pendingStructs !== null };
  });
  replay.close();
  return { start, end };
}

const open = new Map<string, Page>();

export async function obey(command: Command): Promise<unknown> {
  if (command.do === "open") {
    const made = new Page(command);
    open.set(command.page, made);
    if (!command.light) await made.sharing.openWork();
    return {};
  }
  if (command.do === "replay") return replayed(command.words[0] ?? "", command.at);
  const page = open.get(command.page);
  if (!page) throw new Error(`no page ${command.page}`);
  switch (command.do) {
    case "work":
      await page.sharing.openWork();
      return {};
    case "write":
      await page.write(command);
      return {};
    case "draw":
      page.draw(command.bytes);
      return {};
    case "shapes":
      page.shapes(command.words[0] ?? "", command.bytes);
      return {};
    case "topic":
      topics(page.work.doc).set(command.words[0] ?? "", new Y.Map<unknown>([["title", command.words[1]]]));
      return {};
    case "retitle":
      topics(page.work.doc)
        .get(command.words[0] ?? "")
        ?.set("title", command.words[1]);
      return {};
    case "shorten": {
      const title = notes(page.work.doc)
        .get(command.words[0] ?? "")
        ?.get("title") as Y.Text;
      title.delete(0, command.words[1]?.length ?? 0);
      return {};
    }
    case "stored": {
      const stored = await page.work.asStored();
      return {
        upto: stored?.upto,
        behind: stored?.behind,
        update: stored && btoa(String.fromCharCode(...stored.update)),
      };
    }
    case "erase":
      page.erase(command.random);
      return {};
    case "cut":
      page.cut();
      return {};
    case "mend":
      page.mend();
      return {};
    case "pass":
      page.sharing.pass("test", command.words);
      return {};
    case "scratch":
      page.scratch(command.words[0] ?? "");
      return {};
    case "forget":
      page.work.forgetSoon();
      return {};
    case "note":
      page.work.doc.transact(() => {
        const note = new Y.Map<unknown>([["title", new Y.Text(command.words[0] ?? "")]]);
        notes(page.work.doc).set(command.words[1] ?? newId(), note);
      });
      return {};
    case "fill":
      page.fill(command.words[0] ?? "", command.bytes);
      return {};
    case "put":
      return { blob: (await page.sharing.putBlob(new Uint8Array(command.bytes))).id };
    case "unput":
      await page.sharing.dropBlob(command.words[0] ?? "");
      return {};
    case "unwrite":
      page.work.notes.value?.getText("own").delete(0, page.work.notes.value.getText("own").length);
      return {};
    case "drop":
      notes(page.work.doc).delete(command.words[0] ?? "");
      return {};
    case "hostile":
      return { update: btoa(String.fromCharCode(...hostile(command.words[0] ?? ""))) };
    case "choose": {
      const trouble = page.sharing.troubles.value.find((one) => one.code === command.code);
      if (!trouble) throw new Error(`no trouble ${command.code}`);
      await page.sharing.choose?.(trouble, command.choice);
      return {};
    }
    case "kept":
      return { kept: await page.work.kept() };
    case "back":
      await page.work.goBack(command.snapshot);
      return {};
    case "state":
      return page.state();
    case "next":
      await page.change();
      return page.state();
    case "close":
      page.sharing.close();
      open.delete(command.page);
      return {};
    default:
      throw new Error(`cannot ${command.do}`);
  }
}
