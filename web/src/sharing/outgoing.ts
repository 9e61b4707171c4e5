/** What was written here, on its way out: first kept in the outbox, then sent, and kept until the server has stored it. */
import type { ReadonlySignal } from "@preact/signals";
import type { Id, Seat } from "../protocol";
import { Drafts } from "./drafts";
import { Outbox, type Waiting } from "./outbox";
import type { Requests } from "./requests";
import { Sender, type SenderPorts } from "./sender";
import type { Journal } from "./types";

export interface OutgoingPorts
  extends Pick<SenderPorts, "send" | "stored" | "troubled" | "stuck" | "silent" | "merged"> {
  /** Found in the outbox, and among what waits: it is to be shown. */
  found(entry: Waiting): Promise<void> | void;
  /** Told once when the browser keeps nothing, or no more. */
  unkept(code: "storage_missing" | "storage_full"): void;
  /** It is not to be sent any more. */
  isTakenBack(local: Id): boolean;
  /** The page runs nothing after this. */
  isClosing(): boolean;
}

export class Outgoing {
  readonly unsent: ReadonlySignal<number>;
  readonly sender: Sender;
  readonly drafts = new Drafts();
  #outbox: Outbox | null = null;
  /** Written before the outbox could be opened. */
  #early: Waiting[] = [];
  /** On their way into the outbox. */
  readonly #arriving = new Set<Waiting>();
  #putting: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly room: Id,
    private readonly you: Seat,
    private readonly requests: Requests,
    private readonly ports: OutgoingPorts,
  ) {
    this.sender = new Sender({
      send: ports.send,
      append: (journal, local, body) => requests.append(journal, local, body),
      stored: (entry, n, atMs) => {
        void this.#outbox?.remove([entry.local]);
        ports.stored(entry, n, atMs);
      },
      troubled: ports.troubled,
      stuck: ports.stuck,
      silent: ports.silent,
      merged: (journal, entries) => this.#merged(journal, entries),
    });
    this.unsent = this.sender.unsent;
  }

  get isOpen(): boolean {
    return this.#outbox !== null;
  }

  /** With the key of this seat's outbox. */
  async open(key: CryptoKey): Promise<void> {
    const outbox = new Outbox(this.room, this.you, key, (code) => this.ports.unkept(code));
    this.#outbox = outbox;
    this.drafts.open({
      draft: (name) => outbox.draft(name),
      keepDraft: (name, text) => this.#keepDraft(outbox, name, text),
    });
    for (const entry of this.#early.splice(0)) this.put(entry);
    await this.adopt();
  }

  /** Also what other pages of this seat left behind: whoever has a line sends it, and the server takes it once. */
  async adopt(): Promise<void> {
    for (const entry of (await this.#outbox?.load()) ?? []) {
      if (this.sender.knows(entry.local)) continue;
      this.sender.add(entry);
      await this.ports.found(entry);
    }
  }

  put(entry: Waiting): void {
    this.#putting = Promise.all([this.#putting, this.#keep(entry)]);
  }

  /** All that was put until now is kept, and among what waits. */
  written(): Promise<unknown> {
    return this.#putting;
  }

  takeBack(local: Id): boolean {
    void this.#outbox?.remove([local]);
    return this.sender.takeBack(local);
  }

  /** One entry that says what these say: it is kept before they are given up. */
  async replace(entries: readonly Waiting[], one: Waiting): Promise<void> {
    await this.#outbox?.put(one);
    this.sender.replace(entries, one);
    await this.#outbox?.remove(entries.map(({ local }) => local));
    this.sender.release(one.journal);
  }

  /** They are stored as part of something else. */
  settled(entries: readonly Waiting[]): void {
    void this.#outbox?.remove(entries.map(({ local }) => local));
    this.sender.replace(entries, null);
  }

  markForget(journal: Journal, wanted: boolean): void {
    void this.#outbox?.markForget(journal, wanted);
  }

  async toForget(): Promise<readonly Journal[]> {
    return (await this.#outbox?.toForget()) ?? [];
  }

  async remember(journal: Journal, octets: Uint8Array): Promise<void> {
    await this.#outbox?.remember(journal, octets);
  }

  async recall(journal: Journal): Promise<Uint8Array | null> {
    return (await this.#outbox?.recall(journal)) ?? null;
  }

  /** What may not reach the outbox any more goes to the server at once; that takes each once, whoever says it again. */
  sayLast(entries: Iterable<Waiting> = this.#arriving): void {
    for (const { journal, local, body } of entries) this.requests.appendLast(journal, local, body);
  }

  /** Once `flushed` has put out the last. */
  close(flushed: Promise<unknown>): void {
    void flushed.then(() => this.#putting).finally(() => this.#outbox?.close());
    this.sender.close();
  }

  /** First kept, then sent. */
  async #keep(entry: Waiting): Promise<void> {
    if (this.ports.isClosing()) this.sayLast([entry]);
    this.#arriving.add(entry);
    if (this.#outbox) await this.#outbox.put(entry);
    else this.#early.push(entry);
    this.#arriving.delete(entry);
    if (this.ports.isTakenBack(entry.local)) void this.#outbox?.remove([entry.local]);
    else this.sender.add(entry);
  }

  /** What was half written goes only once what was made of it is kept. */
  async #keepDraft(outbox: Outbox, name: string, text: string): Promise<void> {
    const before = text === "" ? this.#putting : Promise.resolve();
    const kept = before.then(() => outbox.keepDraft(name, text));
    this.#putting = Promise.all([this.#putting, kept]);
    await kept;
  }

  async #merged(journal: Journal, entries: readonly Waiting[]): Promise<Waiting | null> {
    const one = await this.ports.merged(journal, entries).catch(() => null);
    if (!one) return null;
    await this.#outbox?.put(one);
    await this.#outbox?.remove(entries.map(({ local }) => local));
    return one;
  }
}
