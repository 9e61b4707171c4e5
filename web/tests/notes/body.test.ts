/** A body may be anything; the reader tells the editor which it may touch, and never falls. */
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import hostile from "../../../tests/vectors/hostile_texts.json";
import { bodyOf, flatten, LIMITS, plainText, rawText, readBody } from "../../src/notes/body";

function fragment(fill: (body: Y.XmlFragment) => void): Y.XmlFragment {
  const body = new Y.Doc().getMap("notes").set("body", new Y.XmlFragment());
  fill(body);
  return body;
}

function element(name: string, children: (Y.XmlElement | Y.XmlText)[] = [], attributes: Record<string, unknown> = {}) {
  const made = new Y.XmlElement<Record<string, never>>(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as never);
  made.insert(0, children);
  return made as unknown as Y.XmlElement;
}

const paragraph = (text: string) => element("paragraph", [new Y.XmlText(text)]);

function nested(depth: number): Y.XmlElement {
  let inner = element("bulletList");
  for (let at = 1; at < depth; at += 1) inner = element(at % 2 ? "listItem" : "bulletList", [inner]);
  return inner;
}

describe("a body as the editor writes it", () => {
  const body = fragment((into) => {
    into.insert(0, [
      element("heading", [new Y.XmlText("Last week")], { level: 1 }),
      element("bulletList", [element("listItem", [paragraph("one")])]),
      element("taskList", [element("taskItem", [paragraph("two")], { checked: true })]),
      element("paragraph", [new Y.XmlText("a"), element("hardBreak"), new Y.XmlText("b")]),
    ]);
    const marked = new Y.XmlText();
    into.insert(4, [element("paragraph", [marked])]);
    marked.insert(0, "link", { link: { href: "https://example.org/" }, bold: {} });
  });

  test("is whole", () => expect(readBody(body).flaw).toBeNull());
  test("reads as lines", () => {
    expect(plainText(readBody(body).blocks)).toBe("Last week\none\ntwo\na\nb\nlink");
  });
  test("keeps ticks and links", () => {
    const { blocks } = readBody(body);
    expect(blocks[2]?.blocks[0]?.checked).toBe(true);
    expect(blocks[4]?.runs).toEqual([{ text: "link", bold: true, italic: false, href: "https://example.org/" }]);
  });
});

describe("what the editor would delete or fall over is told", () => {
  const cases: [string, (body: Y.XmlFragment) => void][] = [
    ["an unknown element", (body) => body.insert(0, [element("iframe")])],
    ["a name of Object's own", (body) => body.insert(0, [element("constructor")])],
    ["text outside a paragraph", (body) => body.insert(0, [new Y.XmlText("loose")])],
    ["a hook", (body) => body.insert(0, [new Y.XmlHook("evil") as unknown as Y.XmlElement])],
    ["a paragraph in a paragraph", (body) => body.insert(0, [element("paragraph", [paragraph("x")])])],
    ["an item without its list", (body) => body.insert(0, [element("listItem", [paragraph("x")])])],
    ["an unknown attribute", (body) => body.insert(0, [element("paragraph", [], { onclick: "x" })])],
    ["a level that is none", (body) => body.insert(0, [element("heading", [], { level: { toString: 1 } })])],
    [
      "a tick that is none",
      (body) => body.insert(0, [element("taskList", [element("taskItem", [], { checked: "yes" })])]),
    ],
  ];
  test.each(cases)("%s", (_name, fill) => expect(readBody(fragment(fill)).flaw).toBe("unknown"));

  test.each([
    ["an unknown mark", { evil: {} }],
    ["a mark that is no object", { bold: true }],
    ["a link with more than an address", { link: { href: "https://a.example/", onclick: "x" } }],
    ["a link without an address", { link: {} }],
  ])("%s", (_name, marks) => {
    const text = new Y.XmlText();
    const body = fragment((into) => into.insert(0, [element("paragraph", [text])]));
    text.insert(0, "words", marks);
    expect(readBody(body).flaw).toBe("unknown");
  });

  test("something embedded in text", () => {
    const text = new Y.XmlText();
    const body = fragment((into) => into.insert(0, [element("paragraph", [text])]));
    text.insertEmbed(0, { image: "x" });
    expect(readBody(body).flaw).toBe("unknown");
  });

  test.each([undefined, null, 7, "text", {}, new Y.Map(), new Y.XmlElement("paragraph")])(
    "no body at all: %s",
    (value) => {
      expect(readBody(value).flaw).toBe("missing");
      expect(() => rawText(value)).not.toThrow();
    },
  );

  test("a link that leads to a script is drawn as words", () => {
    const text = new Y.XmlText();
    const body = fragment((into) => into.insert(0, [element("paragraph", [text])]));
    text.insert(0, "click", { link: { href: "javascript:alert(1)" } });
    expect(readBody(body)).toMatchObject({ flaw: null, blocks: [{ runs: [{ text: "click", href: null }] }] });
  });
});

describe("bounds", () => {
  test("a list within a list, as deep as people go", () => {
    expect(readBody(fragment((body) => body.insert(0, [nested(61)]))).flaw).toBeNull();
  });
  test("deeper than the page can draw", () => {
    expect(readBody(fragment((body) => body.insert(0, [nested(LIMITS.depth + 3)]))).flaw).toBe("too_deep");
  });
  test("more elements than the page can draw", () => {
    const many = Array.from({ length: LIMITS.nodes + 1 }, () => element("paragraph"));
    expect(readBody(fragment((body) => body.insert(0, many))).flaw).toBe("too_long");
  });
  test("ten thousand deep is read, told and taken apart without falling", () => {
    const doc = new Y.Doc();
    const body = doc.getMap("notes").set("body", new Y.XmlFragment());
    let at: Y.XmlFragment = body;
    doc.transact(() => {
      for (let depth = 0; depth < 10_000; depth += 1) {
        const child = new Y.XmlElement(depth % 2 ? "listItem" : "bulletList");
        at.insert(0, [child]);
        at = child;
      }
    });
    expect(readBody(body).flaw).toBe("too_deep");
    flatten(body);
    expect(() => doc.getMap("notes").delete("body")).not.toThrow();
    expect(Y.encodeStateAsUpdate(doc).length).toBeLessThan(20_000);
  });
});

test("every word is found again, whatever it stands in", () => {
  const body = fragment((into) =>
    into.insert(0, [element("iframe", [element("b", [new Y.XmlText("inside")])]), paragraph("p")]),
  );
  expect(rawText(body)).toBe("inside\np");
});

test("plain text becomes a whole body of the same words", () => {
  for (const { text } of hostile.texts) {
    const body = new Y.Doc().getMap("notes").set("body", bodyOf(text));
    expect(readBody(body).flaw).toBeNull();
    expect(plainText(readBody(body).blocks)).toBe(text);
  }
});
