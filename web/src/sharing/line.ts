/**
 * The sharing socket: comes back by itself with growing, scattered pauses, and lets go of a line that is dead without
 * being closed. It knows nothing of what it carries.
 */
import { signal } from "@preact/signals";
import { backoff } from "../meeting/socket";
import { ProtocolError } from "../protocol";
import { decodeToSharer, encode, type FromSharer, type ToSharer } from "./protocol";

export type LinePhase = "connecting" | "open" | "waiting" | "ended";

export interface LinePorts {
  heard(message: ToSharer): void;
  /** The line went down; it comes back by itself. */
  down(): void;
  /** Could not even open, so many times in a row: perhaps the seat is gone, or the password is wanted. */
  refused(attempts: number): void;
  /** For good. */
  ended(code: string): void;
}

/** What of the world the core uses, so that tests can run it anywhere. Paths begin with `/`. */
export interface World {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  socket(path: string): WebSocket;
  random(): number;
}

export const browserWorld: World = {
  fetch: (path, init) => fetch(path, init),
  socket: (path) => {
    const url = new URL(path, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return new WebSocket(url);
  },
  random: () => Math.random(),
};

/** Goodbyes after which coming back by oneself would be wrong. */
const FINAL = new Set(["seat_revoked", "left", "replaced"]);
const OPEN_WITHIN_MS = 8000;
/** Above this much that has not left yet, passing things are dropped. */
const CROWDED_BYTES = 128 * 1024;

export class Line {
  readonly phase = signal<LinePhase>("connecting");
  #socket: WebSocket | null = null;
  #attempt = 0;
  #started = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #goodbye: string | null = null;

  constructor(
    private readonly path: string,
    private readonly ports: LinePorts,
    private readonly world: World,
  ) {}

  /** Once is enough. */
  start(): void {
    if (this.#started || this.phase.value === "ended") return;
    this.#started = true;
    if (typeof window !== "undefined") window.addEventListener("online", this.#nudge);
    if (typeof document !== "undefined") document.addEventListener("visibilitychange", this.#nudge);
    this.#connect();
  }

  /** False when the line is down: whoever sends keeps what must not be lost. */
  send(message: FromSharer): boolean {
    const socket = this.#socket;
    if (this.phase.value !== "open" || socket?.readyState !== 1) return false;
    socket.send(encode(message));
    return true;
  }

  get crowded(): boolean {
    return (this.#socket?.bufferedAmount ?? 0) > CROWDED_BYTES;
  }

  /** It gave no answer for too long: begins anew. */
  renew(): void {
    if (this.#socket) this.#gone(this.#socket);
  }

  /** Tries again at once: something has changed. */
  retry(): void {
    if (this.phase.value !== "waiting") return;
    this.#attempt = 0;
    this.#connect();
  }

  /** Closes for good. */
  end(code: string): void {
    if (this.phase.value === "ended") return;
    this.phase.value = "ended";
    clearTimeout(this.#timer);
    if (typeof window !== "undefined") window.removeEventListener("online", this.#nudge);
    if (typeof document !== "undefined") document.removeEventListener("visibilitychange", this.#nudge);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.ports.ended(code);
  }

  #nudge = (): void => {
    if (typeof document === "undefined" || document.visibilityState !== "hidden") this.retry();
  };

  #connect(): void {
    clearTimeout(this.#timer);
    this.phase.value = "connecting";
    this.#goodbye = null;
    const socket = this.world.socket(this.path);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#gone(socket), OPEN_WITHIN_MS);
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#heard(event.data);
    };
    socket.onclose = () => this.#gone(socket);
    socket.onerror = () => this.#gone(socket);
  }

  #heard(data: unknown): void {
    let messages: ReturnType<typeof decodeToSharer>;
    try {
      messages = decodeToSharer(new Uint8Array(data as ArrayBuffer));
    } catch (error) {
      console.warn("the server said something unreadable", error);
      return;
    }
    for (const message of messages) {
      if (message instanceof ProtocolError) console.warn("the server said something unknown", message);
      else this.#take(message);
    }
  }

  #take(message: ToSharer): void {
    // Open once the server has said so, not when TCP has: what is sent before would only wait.
    if (message.type === "here") {
      clearTimeout(this.#timer);
      this.#attempt = 0;
      this.phase.value = "open";
    }
    if (message.type === "bye") this.#goodbye = message.code;
    else this.ports.heard(message);
  }

  #gone(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    const opened = this.phase.value === "open";
    this.#socket = null;
    clearTimeout(this.#timer);
    socket.onclose = socket.onerror = socket.onmessage = null;
    socket.close();
    if (this.#goodbye !== null && FINAL.has(this.#goodbye)) {
      this.end(this.#goodbye);
      return;
    }
    this.phase.value = "waiting";
    this.#attempt += 1;
    this.ports.down();
    if (!opened) this.ports.refused(this.#attempt);
    if ((this.phase.value as LinePhase) === "ended") return;
    this.#timer = setTimeout(() => this.#connect(), backoff(this.#attempt - 1, this.world.random()));
  }
}
