// Two clients a room, one sends updates of a Yjs document, the other receives them. The same for each server; what
// differs is only how an update is wrapped. Reads one JSON order on stdin, answers one JSON line.
//
//   flood   as fast as they arrive, at most `window` under way in a room: seconds for all
//   paced   `rate` a second in each room: milliseconds from send to arrival, median and 99th percentile
import { randomBytes } from "node:crypto";
import { decode, encode } from "@msgpack/msgpack";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { WebSocket } from "ws";
import * as Y from "yjs";

const order = JSON.parse(await new Response(process.stdin).text());

/** `count` updates, each one character typed. */
function typed(count) {
  const doc = new Y.Doc();
  const updates = [];
  doc.on("update", (update) => updates.push(update));
  const text = doc.getText("notes");
  for (let i = 0; i < count; i++) text.insert(i, String.fromCharCode(97 + (i % 26)));
  return updates;
}

const SYNC = 0;
const UPDATE = 2;
const AUTH = 2;

function yUpdate(update, name) {
  const encoder = encoding.createEncoder();
  if (name) encoding.writeVarString(encoder, name);
  encoding.writeVarUint(encoder, SYNC);
  encoding.writeVarUint(encoder, UPDATE);
  encoding.writeVarUint8Array(encoder, update);
  return encoding.toUint8Array(encoder);
}

function updatesIn(data, named) {
  const decoder = decoding.createDecoder(new Uint8Array(data));
  if (named) decoding.readVarString(decoder);
  if (decoding.readVarUint(decoder) !== SYNC || decoding.readVarUint(decoder) !== UPDATE) return [];
  return [decoding.readVarUint8Array(decoder)];
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const newId = () => Array.from(randomBytes(16), (byte) => ALPHABET[byte % 32]).join("");

const KINDS = {
  ours: {
    open: (room, seat) =>
      new WebSocket(`${order.url}/api/rooms/${room.id}/sharing?seat=${seat}`, {
        headers: { Cookie: room.cookies[seat], Origin: order.origin },
        perMessageDeflate: false,
      }),
    wrap: (update) => encode(["append", "document", newId(), update]),
    arrived: (data) => {
      const updates = [];
      for (const message of decode(data)) {
        if (message[0] === "refused" || message[0] === "bye") throw new Error(JSON.stringify(message));
        if (message[0] === "entry") updates.push(message[6]);
      }
      return updates;
    },
    greet: () => undefined,
  },
  "y-websocket": {
    open: (room) => new WebSocket(`${order.url}/${room.id}`, { perMessageDeflate: false }),
    wrap: (update) => yUpdate(update),
    arrived: (data) => updatesIn(data, false),
    greet: () => undefined,
  },
  hocuspocus: {
    open: () => new WebSocket(order.url, { perMessageDeflate: false }),
    wrap: (update, room) => yUpdate(update, room.id),
    arrived: (data) => updatesIn(data, true),
    greet: (socket, room) => {
      const encoder = encoding.createEncoder();
      encoding.writeVarString(encoder, room.id);
      encoding.writeVarUint(encoder, AUTH);
      encoding.writeVarUint(encoder, 0);
      encoding.writeVarString(encoder, "token");
      encoding.writeVarString(encoder, "1");
      socket.send(encoding.toUint8Array(encoder));
    },
  },
};

const kind = KINDS[order.kind];

function opened(room, seat) {
  return new Promise((resolve, reject) => {
    const socket = kind.open(room, seat);
    socket.binaryType = "arraybuffer";
    socket.on("error", reject);
    // the first message of the server: only then it listens to us
    socket.on("open", () => {
      kind.greet(socket, room);
      socket.once("message", () => resolve(socket));
    });
  });
}

async function pair(room) {
  const [sender, receiver] = [await opened(room, "mentor"), await opened(room, "mentee")];
  const names = typed(order.count);
  return { room, sender, receiver, frames: names.map((update) => kind.wrap(update, room)), got: 0 };
}

/** Calls `heard` with how many characters have arrived; some servers send several updates as one. */
function receive(it, heard) {
  const doc = new Y.Doc();
  const text = doc.getText("notes");
  it.receiver.on("message", (data) => {
    for (const update of kind.arrived(data)) Y.applyUpdate(doc, update);
    if (text.length > it.got) heard(text.length);
  });
}

const pairs = [];
for (const room of order.rooms) pairs.push(await pair(room));
await new Promise((resolve) => setTimeout(resolve, 300));
console.log(JSON.stringify({ ready: true }));

async function flood() {
  const began = performance.now();
  await Promise.all(
    pairs.map(
      (it) =>
        new Promise((resolve) => {
          let sent = 0;
          const feed = () => {
            while (sent < it.frames.length && sent - it.got < order.window) it.sender.send(it.frames[sent++]);
          };
          receive(it, (length) => {
            it.got = length;
            if (it.got >= it.frames.length) resolve();
            else feed();
          });
          it.sender.on("message", () => undefined);
          feed();
        }),
    ),
  );
  return { seconds: (performance.now() - began) / 1000, updates: pairs.length * order.count };
}

async function paced() {
  const delays = [];
  let left = pairs.length * order.count;
  await new Promise((resolve) => {
    pairs.forEach((it, place) => {
      const sentAt = [];
      receive(it, (length) => {
        const now = performance.now();
        left -= length - it.got;
        while (it.got < length) delays.push(now - sentAt[it.got++]);
        if (left === 0) resolve();
      });
      // rooms are spread over the period, as people's strokes would be
      const period = 1000 / order.rate;
      const start = performance.now() + (place / pairs.length) * period;
      let sent = 0;
      const tick = () => {
        const now = performance.now();
        while (sent < it.frames.length && start + sent * period <= now) {
          sentAt.push(now);
          it.sender.send(it.frames[sent++]);
        }
        if (sent < it.frames.length) setTimeout(tick, Math.max(0, start + sent * period - performance.now()));
      };
      tick();
    });
  });
  delays.sort((a, b) => a - b);
  const at = (share) => delays[Math.min(delays.length - 1, Math.floor(share * delays.length))];
  return { median_ms: at(0.5), p99_ms: at(0.99) };
}

console.log(JSON.stringify(order.mode === "flood" ? await flood() : await paced()));
process.exit(0);
