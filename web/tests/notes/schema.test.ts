/** What the editor's schema takes, and that the binding and the reader agree about it, without a page. */
import { getSchema } from "@tiptap/core";
import { DOMSerializer, type Node } from "@tiptap/pm/model";
import { prosemirrorJSONToYXmlFragment, yXmlFragmentToProseMirrorRootNode } from "@tiptap/y-tiptap";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { readBody } from "../../src/notes/body";
import { extensions } from "../../src/notes/schema";

const schema = getSchema(extensions);

const words = (text: string, marks: object[] = []) => ({ type: "text", text, ...(marks.length ? { marks } : {}) });
const paragraph = (...content: object[]) => ({ type: "paragraph", content });
const whole = {
  type: "doc",
  content: [
    { type: "heading", attrs: { level: 2 }, content: [words("Title")] },
    paragraph(words("plain "), words("bold", [{ type: "bold" }]), words(" "), words("it", [{ type: "italic" }])),
    paragraph(
      words("link", [{ type: "link", attrs: { href: "https://example.org/" } }]),
      { type: "hardBreak" },
      words("b"),
    ),
    { type: "bulletList", content: [{ type: "listItem", content: [paragraph(words("one"))] }] },
    {
      type: "orderedList",
      attrs: { start: 3 },
      content: [
        {
          type: "listItem",
          content: [
            paragraph(words("three")),
            { type: "bulletList", content: [{ type: "listItem", content: [paragraph()] }] },
          ],
        },
      ],
    },
    {
      type: "taskList",
      content: [{ type: "taskItem", attrs: { checked: true }, content: [paragraph(words("done"))] }],
    },
    paragraph(),
  ],
};

function fragment(json: object): Y.XmlFragment {
  const body = new Y.Doc().getMap("notes").set("body", new Y.XmlFragment());
  prosemirrorJSONToYXmlFragment(schema, json, body);
  return body;
}

test("what the editor writes, the reader finds whole, and it comes back as it was", () => {
  const body = fragment(whole);
  expect(readBody(body).flaw).toBeNull();
  const node: Node = yXmlFragmentToProseMirrorRootNode(body, schema);
  node.check();
  expect(node.toJSON()).toEqual(schema.nodeFromJSON(whole).toJSON());
});

test("each element and mark of the schema is known to the reader", () => {
  // a new one that the reader does not know would lock every note that holds it
  const known = Object.keys(schema.nodes).filter((name) => name !== "doc" && name !== "text");
  for (const name of known) {
    const body = new Y.Doc().getMap("notes").set("body", new Y.XmlFragment());
    const parent = { listItem: "bulletList", taskItem: "taskList", hardBreak: "paragraph" }[name];
    const inner = new Y.XmlElement(name);
    if (parent === undefined) body.insert(0, [inner]);
    else {
      const outer = new Y.XmlElement(parent);
      body.insert(0, [outer]);
      outer.insert(0, [inner]);
    }
    expect([name, readBody(body).flaw]).toEqual([name, null]);
  }
  expect(Object.keys(schema.marks).sort()).toEqual(["bold", "italic", "link"]);
});

test("a link keeps an address and nothing else, and is drawn only where it is safe", () => {
  expect(Object.keys(schema.marks.link?.spec.attrs ?? {})).toEqual(["href"]);
  const drawn = (href: unknown) =>
    DOMSerializer.fromSchema(schema).marks.link?.(schema.marks.link?.create({ href }) as never, true);
  expect(drawn("https://example.org/")).toEqual([
    "a",
    { href: "https://example.org/", title: "https://example.org/", rel: "noopener noreferrer", target: "_blank" },
    0,
  ]);
  for (const href of ["javascript:alert(1)", "data:text/html,x", null, 7, {}]) {
    expect(drawn(href)).toEqual(["span", { class: "dead-link" }, 0]);
  }
});

test("a list that two take apart at once loses an empty item, never its words", () => {
  const body = fragment(whole);
  const list = body.get(3) as Y.XmlElement;
  (list.get(0) as Y.XmlElement).delete(0, 1);
  (list.get(0) as Y.XmlElement).insert(0, [new Y.XmlElement("heading")]);
  expect(readBody(body).flaw).toBeNull();
  expect(() => yXmlFragmentToProseMirrorRootNode(body, schema).check()).not.toThrow();
});
