import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as Y from "yjs";
import { Deletions, givenUpBy } from "../../src/board/deletions";
import { addPage, deletePage, elementsOf, purge } from "../../src/board/pages";
import { newId } from "../../src/protocol";
import { Confirming, type ConfirmingPorts } from "../../src/sharing/confirming";
import { type DocJournal, FROM_OTHER } from "../../src/sharing/doc_journal";
import type { Feed } from "../../src/sharing/feed";
import { topics } from "../../src/sharing/layout";
import { DocumentLog } from "../../src/sharing/log";
import { NO_LOSS } from "../../src/sharing/loss";
import { Outbox } from "../../src/sharing/outbox";
import type { Requests, SnapshotAbout } from "../../src/sharing/requests";
import { sealingKey } from "../../src/sharing/seal";
import { type Remembers, Silent } from "../../src/sharing/silent";
import type { KeptStates } from "../../src/sharing/states";
import { FakeStorage } from "../board/storage";
import "../all_words";

/** A busy machine takes longer; what never comes is found all the same. */
const PATIENCE = { timeout: 30_000 };

const noteIn = (doc: Y.Doc) => topics(doc).get("t")?.get("note") as Y.Text;

/** A page of the mentee's, whose partner's snapshots it looks at. */
function page(more: Partial<ConfirmingPorts> = {}) {
  const [theirs, doc] = [new Y.Doc(), new Y.Doc()];
  const log = new DocumentLog();
  let head = 0;
  theirs.on("update", (update: Uint8Array) => {
    head += 1;
    log.add(head, update);
    Y.applyUpdate(doc, update, FROM_OTHER);
  });
  const kept: SnapshotAbout[] = [];
  let answer = (): void => undefined;
  const it = { journal: "document", doc, log, settled: vi.fn() } as unknown as DocJournal;
  const feed = {
    settled: async () => undefined,
    get sure() {
      return head;
    },
  } as unknown as Feed;
  const confirm = vi.fn(
    () =>
      new Promise<void>((done) => {
        answer = done;
      }),
  );
  const states = {
    all: async () => kept,
    fetch: async () => log.state(kept.at(-1)?.upto ?? 0),
    update: async () => null,
    holding: async () => [],
  } as unknown as KeptStates;
  const ask = vi.fn();
  const ports = {
    open: (body: Uint8Array) => body,
    online: () => true,
    ask,
    unask: () => undefined,
    answered: () => undefined,
    ...more,
  };
  const confirming = new Confirming(it, feed, "mentee", { confirm } as unknown as Requests, states, ports);
  return {
    confirming,
    ask,
    confirm,
    text: (words: string) => {
      theirs.transact(() => topics(theirs).set("t", new Y.Map<unknown>([["note", new Y.Text(words)]])));
      return noteIn(theirs);
    },
    theirs,
    mine: () => noteIn(doc).toString(),
    post: (id: string) => {
      kept.splice(0, 1, { id, upto: head, by: "mentor", confirmed: false, drops: [] } as unknown as SnapshotAbout);
    },
    agreed: async () => {
      await vi.waitFor(() => expect(confirm).toHaveBeenCalled(), PATIENCE);
      answer();
    },
  };
}

describe("what goes while a snapshot is being confirmed", () => {
  test("is asked about with the next one", async () => {
    const { confirming, ask, confirm, text, post, agreed } = page();
    const note = text("clock ".repeat(200));
    note.delete(0, 6);
    post("small");
    const done = confirming.verify();
    await vi.waitFor(() => expect(confirm).toHaveBeenCalled(), PATIENCE);
    note.delete(0, 900);
    await agreed();
    await done;
    expect(ask).not.toHaveBeenCalled();
    post("large");
    await confirming.verify();
    expect(ask).toHaveBeenCalledWith("deleted_much", { whole: 0, shapes: 0, letters: 900 });
  });

  test("and so is what goes while a person thinks", async () => {
    const { confirming, ask, text, post, agreed, mine } = page();
    const note = text("clock ".repeat(300));
    note.delete(0, 600);
    post("first");
    await confirming.verify();
    expect(ask).toHaveBeenLastCalledWith("deleted_much", { whole: 0, shapes: 0, letters: 600 });
    note.delete(0, 700);
    const done = confirming.accept();
    await agreed();
    await done;
    post("second");
    await confirming.verify();
    expect(ask).toHaveBeenLastCalledWith("deleted_much", { whole: 0, shapes: 0, letters: 700 });
    expect(mine()).toHaveLength(500);
  });

  test("many small ones are asked about in the end", async () => {
    const { confirming, ask, confirm, text, post, agreed } = page();
    const note = text("clock ".repeat(500));
    for (let turn = 0; turn < 6 && ask.mock.calls.length === 0; turn += 1) {
      note.delete(0, 450);
      post(`${turn}`);
      confirm.mockClear();
      const done = confirming.verify();
      await Promise.race([agreed(), done]);
      await done;
    }
    expect(ask).toHaveBeenCalledTimes(1);
    expect(note).toHaveLength(3000 - 5 * 450);
  });
});

describe("small losses that nobody was asked about", () => {
  const room = newId();
  const KEY = sealingKey(btoa("k".repeat(32)).replace("=", ""));

  /** What a page of the seat remembers with the outbox it opens. */
  async function remembering(): Promise<Remembers> {
    const outbox = new Outbox(room, "mentee", await KEY, () => undefined);
    return { remember: (octets) => outbox.remember("document", octets), recall: () => outbox.recall("document") };
  }

  /** Whether a fresh page asks about some letters, and what its person then says. */
  async function isAsked(id: string, letters: number): Promise<boolean> {
    const { confirming, ask, text, post, agreed } = page({ remembers: await remembering() });
    text("clock ".repeat(200)).delete(0, letters);
    post(id);
    const done = confirming.verify();
    await Promise.race([agreed(), done]);
    await done;
    if (ask.mock.calls.length === 0) return false;
    const said = confirming.accept();
    await agreed();
    await said;
    return true;
  }

  test("come to much although the page is loaded anew after each, and begin anew with a person's word", async () => {
    const asked: boolean[] = [];
    for (let turn = 0; turn < 7; turn += 1) asked.push(await isAsked(`${turn}`, 450));
    expect(asked).toEqual([false, false, false, false, true, false, false]);
  });

  test("count once where two pages of a seat agree to the same", async () => {
    const [one, other] = [new Silent(await remembering()), new Silent(await remembering())];
    await one.settle("before");
    for (const page of [one, other, one]) await page.add("same", { ...NO_LOSS, letters: 9 });
    await other.add("next", { ...NO_LOSS, shapes: 2 });
    expect(await one.sum()).toEqual({ whole: 0, shapes: 2, letters: 9 });
  });
});

describe("a page of the board that the other deletes for good", () => {
  const where = { room: newId(), you: "mentee" } as const;
  const AT_MS = 1_800_000_000_000;

  beforeEach(() => vi.stubGlobal("localStorage", new FakeStorage()));
  afterEach(() => vi.unstubAllGlobals());

  test.each([true, false])("is asked about once: this person has said all right to it: %j", async (agreed) => {
    const { confirming, ask, confirm, theirs, post, agreed: answered } = page({ givenUp: givenUpBy(where) });
    const id = addPage(theirs, { meeting: null, name: "Plans" }, AT_MS) ?? "";
    elementsOf(theirs, id)?.set("e", { type: "text", text: "what we drew" });
    deletePage(theirs, id, "mentor", AT_MS);
    if (agreed) new Deletions(where).agree({ id, deletedMs: AT_MS }, null, AT_MS);
    purge(theirs, [id]);
    post("without it");
    const done = confirming.verify();
    if (agreed) await answered();
    await done;
    expect([ask.mock.calls.length, confirm.mock.calls.length]).toEqual(agreed ? [0, 1] : [1, 0]);
  });
});
