/** A document's journal with all that belongs to it: the order of its entries, its snapshots, and what it is sealed under. */
import type * as Y from "yjs";
import { givenUpBy } from "../board/deletions";
import { QUESTIONS } from "./confirming";
import { DocJournal } from "./doc_journal";
import { Feed } from "./feed";
import type { Ground, Written } from "./ground";
import { Keeper } from "./keeper";

export interface Shelf {
  readonly it: DocJournal;
  readonly feed: Feed;
  readonly keeper: Keeper;
}

export interface Cipher {
  seal(update: Uint8Array): Promise<Uint8Array> | Uint8Array;
  open(body: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** The shared document's updates travel as they are; the server seals them. */
export const PLAIN: Cipher = { seal: (update) => update, open: (body) => body };

/** `caughtUp`: everything that was there when the line came is in the document. */
export function makeShelf(ground: Ground, journal: Written, doc: Y.Doc, cipher: Cipher, caughtUp: () => void): Shelf {
  const { you, requests, troubles } = ground;
  const it: DocJournal = new DocJournal(journal, doc, you, {
    ...cipher,
    outgoing: (entry) => ground.put(entry),
    damaged: (how) => {
      if (how === null) for (const code of ["damaged", "shape"]) troubles.clear(code, journal);
      else troubles.tell(how === "shape" ? "shape" : "damaged", journal);
    },
    stuck: (stuck) => {
      if (stuck) troubles.tell("not_sealed", journal);
      else troubles.clear("not_sealed", journal);
    },
  });
  const feed: Feed = new Feed(journal, {
    read: (which, after, each) => requests.journal(which, after, each),
    entry: (entry) => it.entry(entry, feed.sure),
    snapshot: (id, upto, body) => it.snapshot(id, upto, body),
    caughtUp: () => {
      if (it.caughtUp(feed.reached)) keeper.forgetting.anew();
      keeper.look();
      caughtUp();
    },
    failed: (error) => ground.failed(error),
    random: () => ground.random(),
  });
  const keeper: Keeper = new Keeper(it, feed, you, requests, {
    ...cipher,
    online: () => ground.online(),
    allSent: () => !it.gathering && ground.waiting(journal).length === 0,
    ask: (code, values) => troubles.tell(code, journal, values ? { ...values } : undefined),
    unask: () => {
      for (const code of QUESTIONS) troubles.clear(code, journal);
    },
    waiting: () => ground.waiting(journal),
    limit: () => ground.limit(journal),
    keepBack: (entries) => ground.keepBack(journal, entries),
    stored: (entries) => ground.settled(journal, entries),
    replace: (entries, one) => ground.replace(entries, one),
    allow: (locals) => ground.allow(journal, locals),
    inTheWay: (code, thing) => {
      troubles.clear("journal_full", journal);
      troubles.tell(code, journal, thing ? { ...thing } : undefined);
    },
    mark: (wanted) => ground.markForget(journal, wanted),
    undone: () => troubles.tell("not_forgotten", journal),
    givenUp: givenUpBy(ground),
    remembers: {
      remember: (octets) => ground.remember(journal, octets),
      recall: () => ground.recall(journal),
    },
  });
  return { it, feed, keeper };
}
