import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { actions, notes, pages, topics } from "../../src/sharing/layout";
import { isMuch, type Loss, lossOf, NO_LOSS, plus } from "../../src/sharing/loss";
import { goTo } from "../../src/sharing/restore";

const map = (given: Record<string, unknown>) => new Y.Map<unknown>(Object.entries(given));
const stroke = (points: number) => ({ type: "freedraw", points: Array.from({ length: points }, (_, n) => [n, n]) });
const words = (text: string) => ({ type: "text", text, originalText: text, x: 1 });

function filled(): Y.Doc {
  const doc = new Y.Doc();
  doc.transact(() => {
    topics(doc).set("t", map({ title: "Courage to ask", order: "a0", note: new Y.Text("what we said") }));
    actions(doc).set("a", map({ text: "Call the dean", done_ms: null }));
    notes(doc).set("n", map({ title: new Y.Text("Plans") }));
    const elements = map({ words: words("on the board"), stroke: stroke(40) });
    pages(doc).set("p", map({ name: "Monday", elements }));
  });
  return doc;
}

const titleOf = (doc: Y.Doc) => notes(doc).get("n")?.get("title") as Y.Text;
const elementsOf = (doc: Y.Doc) => pages(doc).get("p")?.get("elements") as Y.Map<unknown>;

/** What another page loses when these changes come in. */
function lostBy(change: (doc: Y.Doc) => void, before = filled(), fresh = false): Loss {
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(before));
  const seen = Y.encodeStateVector(before);
  change(before);
  let loss = NO_LOSS;
  other.on("afterTransaction", (transaction: Y.Transaction) => {
    loss = plus(loss, lossOf(transaction, fresh));
  });
  Y.applyUpdate(other, Y.encodeStateAsUpdate(before, seen));
  return loss;
}

describe("on a page of the board that a person has given up", () => {
  const GONE = (page: string, deletedMs: unknown) => page === "p" && deletedMs === 7;

  /** What is lost with these changes, where the page was marked before. */
  function lostAfter(mark: unknown, change: (doc: Y.Doc) => void): Loss {
    const [theirs, mine] = [filled(), new Y.Doc()];
    if (mark !== null) pages(theirs).get("p")?.set("deleted_ms", mark);
    Y.applyUpdate(mine, Y.encodeStateAsUpdate(theirs));
    let loss = NO_LOSS;
    mine.on("afterTransaction", (transaction: Y.Transaction) => {
      loss = plus(loss, lossOf(transaction, false, GONE));
    });
    change(theirs);
    Y.applyUpdate(mine, Y.encodeStateAsUpdate(theirs, Y.encodeStateVector(mine)));
    return loss;
  }

  const wipe = (doc: Y.Doc) => pages(doc).delete("p");
  const clear = (doc: Y.Doc) => elementsOf(doc).clear();

  test("nothing counts, whether it goes at once or piece by piece", () => {
    expect([wipe, clear].map((change) => lostAfter(7, change))).toEqual([NO_LOSS, NO_LOSS]);
  });

  test.each([null, 8, "7"])("with the mark %j all of it does: that one was not agreed to", (mark) => {
    expect(lostAfter(mark, wipe)).toEqual({ whole: 1, shapes: 2, letters: 18 });
  });

  test("what goes beside it does, also nested beyond all measure", () => {
    const both = (doc: Y.Doc) => {
      wipe(doc);
      topics(doc).delete("t");
    };
    expect(lostAfter(7, both)).toEqual({ whole: 1, shapes: 0, letters: 26 });
    const doc = new Y.Doc({ gc: false });
    let inner = notes(doc) as Y.Map<unknown>;
    doc.transact(() => {
      for (let depth = 0; depth < 2000; depth += 1) inner = inner.set(`${depth}`, new Y.Map<unknown>());
    });
    let loss = NO_LOSS;
    doc.on("afterTransaction", (transaction: Y.Transaction) => {
      loss = lossOf(transaction, false, GONE);
    });
    inner.set("title", "deep down");
    inner.set("title", "");
    expect(loss.letters).toBe(9);
  });
});

describe("what a change loses", () => {
  test("writing, drawing, moving, ticking off lose nothing", () => {
    const loss = lostBy((doc) => {
      titleOf(doc).insert(5, " for spring");
      topics(doc).get("t")?.set("title", "The: Courage to ask, twice");
      topics(doc).get("t")?.set("order", "a1");
      actions(doc).get("a")?.set("done_ms", 5);
      elementsOf(doc).set("words", { ...words("on the board, still"), x: 99 });
      elementsOf(doc).set("stroke", { ...stroke(60), x: 9 });
      elementsOf(doc).set("more", stroke(3));
    });
    expect(loss).toEqual(NO_LOSS);
  });

  test.each<[string, (doc: Y.Doc) => void, Partial<Loss>]>([
    ["letters of a text", (doc) => titleOf(doc).delete(0, 3), { letters: 3 }],
    ["a whole topic with its note", (doc) => topics(doc).delete("t"), { whole: 1, letters: 26 }],
    ["a topic put in the place of one", (doc) => topics(doc).set("t", map({ title: "" })), { letters: 26 }],
    ["a title", (doc) => topics(doc).get("t")?.set("title", "Lies"), { letters: 14 }],
    ["some of a title", (doc) => topics(doc).get("t")?.set("title", "Courage"), { letters: 7 }],
    ["a title that is no text any more", (doc) => topics(doc).get("t")?.set("title", 7), { letters: 14 }],
    ["the text of an action", (doc) => actions(doc).get("a")?.delete("text"), { letters: 13 }],
    ["a page's name", (doc) => pages(doc).get("p")?.set("name", "x"), { letters: 6 }],
    ["words on the board", (doc) => elementsOf(doc).set("words", words("on")), { letters: 10 }],
    ["a text of the board", (doc) => elementsOf(doc).delete("words"), { shapes: 1, letters: 12 }],
    ["one that is marked", (doc) => elementsOf(doc).set("stroke", { ...stroke(40), isDeleted: true }), { shapes: 1 }],
    ["one that is nothing any more", (doc) => elementsOf(doc).set("stroke", null), { shapes: 1 }],
    ["a stroke but for its end", (doc) => elementsOf(doc).set("stroke", stroke(2)), { shapes: 1 }],
    ["all elements at once", (doc) => pages(doc).get("p")?.set("elements", map({})), { shapes: 2, letters: 12 }],
  ])("%s", (_, change, lost) => {
    expect(lostBy(change)).toEqual({ ...NO_LOSS, ...lost });
  });

  test("a page that was cleared is lost whole, an emptied scribble is not", () => {
    const cleared = (shapes: number) => {
      const doc = filled();
      for (const id of [...elementsOf(doc).keys()]) elementsOf(doc).delete(id);
      for (let n = 0; n < shapes; n += 1) elementsOf(doc).set(`s${n}`, stroke(4));
      return lostBy((it) => it.transact(() => elementsOf(it).clear()), doc);
    };
    expect(cleared(4)).toEqual({ whole: 0, shapes: 4, letters: 0 });
    expect(cleared(5)).toEqual({ whole: 1, shapes: 5, letters: 0 });
  });

  test("what came and went before anybody saw it counts for who wrote it alone", () => {
    const scratch = (doc: Y.Doc) => {
      titleOf(doc).insert(0, "never");
      titleOf(doc).delete(0, 5);
    };
    const merged = (fresh: boolean): Loss => {
      const [doc, other] = [filled(), new Y.Doc()];
      doc.gc = false;
      Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
      const seen = Y.encodeStateVector(doc);
      scratch(doc);
      let loss = NO_LOSS;
      other.on("afterTransaction", (transaction: Y.Transaction) => {
        loss = plus(loss, lossOf(transaction, fresh));
      });
      Y.applyUpdate(other, Y.encodeStateAsUpdate(doc, seen));
      return loss;
    };
    expect(merged(false).letters).toBe(0);
    expect(merged(true).letters).toBe(5);
  });
});

describe("when a person is asked", () => {
  const some = (given: Partial<Loss>) => ({ ...NO_LOSS, ...given });

  test("much at once; little never; often a little in the end", () => {
    for (const much of [{ whole: 1 }, { shapes: 21 }, { letters: 501 }]) expect(isMuch(some(much))).toBe(true);
    expect(isMuch(some({ shapes: 20, letters: 500 }))).toBe(false);
    expect(isMuch(some({ letters: 2 }), some({ letters: 1998 }))).toBe(false);
    expect(isMuch(some({ letters: 2 }), some({ letters: 1999 }))).toBe(true);
    expect(isMuch(some({ shapes: 1 }), some({ shapes: 80 }))).toBe(true);
  });

  test("a thousand texts of the board and a topic's title are much", () => {
    const doc = filled();
    doc.transact(() => {
      for (let n = 0; n < 1000; n += 1) elementsOf(doc).set(`w${n}`, words(`word ${n}`));
    });
    const loss = lostBy((it) => {
      it.transact(() => {
        for (let n = 0; n < 1000; n += 1) elementsOf(it).delete(`w${n}`);
        topics(it).get("t")?.set("title", "Lies");
      });
    }, doc);
    expect(loss).toEqual({ whole: 0, shapes: 1000, letters: 14 + 7890 });
    expect(isMuch(loss)).toBe(true);
  });
});

test("what is brought back: titles, words on the board and strokes, and nothing that only changed", () => {
  const doc = filled();
  const then = Y.encodeStateAsUpdate(doc);
  doc.transact(() => {
    topics(doc).get("t")?.set("title", "Lies");
    actions(doc).get("a")?.set("text", "Call the dean today");
    elementsOf(doc).set("words", { ...words("gone"), x: 2 });
    elementsOf(doc).set("stroke", stroke(1));
    elementsOf(doc).set("mine", words("since then"));
  });
  goTo(doc, then, null, true);
  expect(topics(doc).get("t")?.get("title")).toBe("Courage to ask");
  expect(actions(doc).get("a")?.get("text")).toBe("Call the dean today");
  expect(elementsOf(doc).get("words")).toEqual(words("on the board"));
  expect(elementsOf(doc).get("stroke")).toEqual(stroke(40));
  expect(elementsOf(doc).has("mine")).toBe(true);
});
