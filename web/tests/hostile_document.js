/**
 * Two documents with the hostile texts in each of their fields at once, as Yjs updates in base64: what the two share, and
 * somebody's private notes. `node hostile_document.js CORPUS` prints both as JSON.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { generateNKeysBetween } from "fractional-indexing";
import * as Y from "yjs";

/** What is only long is long elsewhere: here each text is to be seen many times. */
const texts = JSON.parse(readFileSync(process.argv[2], "utf8")).texts.map(({ text }) => text.slice(0, 400));
const orders = generateNKeysBetween(null, null, texts.length);
const MADE = 1_790_000_000_000;

/** 16 letters of base32: a name that pages take for an id. */
const idOf = (at) =>
  at
    .toString(32)
    .replace(/[0-9]/g, (digit) => "wxyz234567"[digit])
    .padStart(16, "w");

const textOf = (words) => new Y.Text(words);
const map = (fields) => new Y.Map(Object.entries(fields));

/** `wild`: with marks no editor of ours writes, so that the note is shown as flawed. */
function bodyOf(lines, wild) {
  const body = new Y.XmlFragment();
  body.insert(
    0,
    lines.flatMap((line) => {
      const plain = new Y.XmlText(line);
      const linked = new Y.XmlText();
      linked.insert(0, line.slice(0, 200), { link: wild ? { href: line, target: line, class: line } : { href: line } });
      return [plain, linked].map((text) => {
        const paragraph = new Y.XmlElement("paragraph");
        paragraph.insert(0, [text]);
        return paragraph;
      });
    }),
  );
  return body;
}

function addNotes(doc) {
  const notes = doc.getMap("notes");
  const add = (at, title, lines) =>
    notes.set(
      idOf(1000 + at),
      map({ title: textOf(title), made_ms: MADE, meeting: null, order: orders[at], body: bodyOf(lines, at > 0) }),
    );
  add(0, "All of them", texts);
  for (const [at, text] of texts.entries()) if (at > 0) add(at, text, [text]);
}

function shared() {
  const doc = new Y.Doc();
  const [topics, actions, pages] = ["topics", "actions", "pages"].map((name) => doc.getMap(name));
  addNotes(doc);
  for (const [at, text] of texts.entries()) {
    const item = { made_ms: MADE, done_ms: null, order: orders[at], meeting: null };
    const note = textOf(at === 0 ? texts.join("\n").slice(0, 9000) : text);
    const title = at === 0 ? "All of them" : text.slice(0, 2000);
    topics.set(idOf(at), map({ ...item, title, by: "mentor", place: ["now", "30", "60", "90"][at % 4], note }));
    const kind = at % 2 ? "goal" : "action";
    actions.set(idOf(2000 + at), map({ ...item, kind, text: text.slice(0, 2000), owner: null, due: null }));
    if (at < 60) {
      const page = { name: text, made_ms: MADE, meeting: null, order: orders[at] };
      pages.set(idOf(3000 + at), map({ ...page, elements: new Y.Map(), files: new Y.Map() }));
    }
  }
  doc.getMap("agenda").set("sent_ms", MADE + 1);
  doc.getMap("agenda").set("sent_by", "mentor");
  return doc;
}

function own() {
  const doc = new Y.Doc();
  addNotes(doc);
  return doc;
}

const base64 = (doc) => Buffer.from(Y.encodeStateAsUpdate(doc)).toString("base64");
console.info(JSON.stringify({ document: base64(shared()), notes: base64(own()) }));
