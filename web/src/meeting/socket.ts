/**
 * The meeting's socket: says hello first, comes back by itself with growing, scattered pauses, and notices a line that
 * is dead without being closed. It knows nothing of the room; the call does not depend on it.
 */
import { signal } from "@preact/signals";
import { decodeFromServer, encode, type FromBrowser, type FromServer } from "../protocol";

/** `ended`: the server said goodbye for good, or this page did. */
export type SocketPhase = "connecting" | "open" | "waiting" | "ended";

/** Milliseconds until the next try: 0.3 s doubling to 8 s, scattered over its upper half so that not all come at once. */
export function backoff(attempt: number, random: number): number {
  const whole = Math.min(8000, 300 * 2 ** Math.min(attempt, 10));
  return Math.round(whole * (0.5 + random / 2));
}

/** Goodbyes after which coming back by oneself would be wrong. */
const FINAL = new Set(["replaced", "left", "seat_revoked"]);

export interface SocketPorts {
  /** The first message of every connection. */
  hello(): FromBrowser;
  heard(message: FromServer): void;
  /** How often the line is felt, in milliseconds, now. */
  pulseEvery(): number;
  /** Round trip of a pulse, in milliseconds. */
  pulsed(nowMs: number, roundTripMs: number): void;
  /** Could not even open, `attempts` times in a row: perhaps the seat is gone. */
  refused(attempts: number): void;
  ended(code: string): void;
}

export interface SocketWorld {
  open(url: string): WebSocket;
  random(): number;
  now(): number;
}

const realWorld: SocketWorld = {
  open: (url) => new WebSocket(url),
  random: () => Math.random(),
  now: () => performance.now(),
};

const OPEN_WITHIN = 8000;

export class RoomSocket {
  readonly phase = signal<SocketPhase>("connecting");
  #socket: WebSocket | null = null;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pulse: ReturnType<typeof setTimeout> | undefined;
  #number = 0;
  #unanswered = new Map<number, number>();
  #goodbye: string | null = null;

  constructor(
    private readonly url: string,
    private readonly ports: SocketPorts,
    private readonly world: SocketWorld = realWorld,
  ) {}

  start(): void {
    if (typeof window !== "undefined") {
      window.addEventListener("online", this.#nudge);
      document.addEventListener("visibilitychange", this.#nudge);
    }
    this.#connect();
  }

  /** False when the line is down; nothing is kept for later, since a room may be another one by then. */
  send(message: FromBrowser): boolean {
    const socket = this.#socket;
    if (this.phase.value !== "open" || socket?.readyState !== 1) return false;
    socket.send(encode(message));
    return true;
  }

  /** Closes for good. */
  end(code: string): void {
    if (this.phase.value === "ended") return;
    this.phase.value = "ended";
    clearTimeout(this.#timer);
    clearTimeout(this.#pulse);
    if (typeof window !== "undefined") {
      window.removeEventListener("online", this.#nudge);
      document.removeEventListener("visibilitychange", this.#nudge);
    }
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.ports.ended(code);
  }

  /** Feels the line now: used when a recording begins, so that the server never waits a whole pause for a pulse. */
  feel(): void {
    clearTimeout(this.#pulse);
    if (this.phase.value === "open") this.#beat();
  }

  #nudge = (): void => {
    if (typeof document !== "undefined" && document.visibilityState === "hidden") return;
    if (this.phase.value === "waiting") {
      this.#attempt = 0;
      this.#connect();
    } else if (this.phase.value === "open") this.feel();
  };

  #connect(): void {
    clearTimeout(this.#timer);
    this.phase.value = "connecting";
    const socket = this.world.open(this.url);
    this.#socket = socket;
    this.#goodbye = null;
    this.#timer = setTimeout(() => this.#gone(socket), OPEN_WITHIN);
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      clearTimeout(this.#timer);
      this.phase.value = "open";
      socket.send(encode(this.ports.hello()));
      this.#unanswered.clear();
      this.#beatLater();
    };
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#heard(event.data);
    };
    socket.onclose = () => this.#gone(socket);
  }

  #heard(data: unknown): void {
    let message: FromServer;
    try {
      message = decodeFromServer(String(data));
    } catch (error) {
      console.warn("the server said something unknown", error);
      return;
    }
    this.#attempt = 0;
    if (message.type === "pulse") {
      const sent = this.#unanswered.get(message.n);
      this.#unanswered.clear();
      if (sent !== undefined) this.ports.pulsed(message.now_ms, this.world.now() - sent);
    } else if (message.type === "bye") this.#goodbye = message.code;
    else this.ports.heard(message);
  }

  #gone(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    const opened = this.phase.value === "open";
    this.#socket = null;
    clearTimeout(this.#timer);
    clearTimeout(this.#pulse);
    socket.onclose = null;
    socket.close();
    if (this.#goodbye !== null && FINAL.has(this.#goodbye)) {
      this.end(this.#goodbye);
      return;
    }
    this.phase.value = "waiting";
    this.#attempt += 1;
    if (!opened) this.ports.refused(this.#attempt);
    // Told by the ports above that the seat is gone: then this is over.
    if ((this.phase.value as SocketPhase) === "ended") return;
    this.#timer = setTimeout(() => this.#connect(), backoff(this.#attempt - 1, this.world.random()));
  }

  #beatLater(): void {
    clearTimeout(this.#pulse);
    this.#pulse = setTimeout(() => this.#beat(), this.ports.pulseEvery());
  }

  #beat(): void {
    const socket = this.#socket;
    const oldest = Math.min(...this.#unanswered.values());
    const patience = Math.max(4000, this.ports.pulseEvery() * 2);
    if (socket && this.#unanswered.size > 1 && this.world.now() - oldest > patience) {
      this.#gone(socket);
      return;
    }
    this.#number += 1;
    this.#unanswered.set(this.#number, this.world.now());
    this.send({ type: "pulse", n: this.#number });
    this.#beatLater();
  }
}
