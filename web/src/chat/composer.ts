/** What is being written: text and files, until the server has the files and the message is said. It outlives the panel,
 * so that putting the chat away costs nothing. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { ApiError, errorWords } from "../api.ts";
import type { Id } from "../protocol";
import type { Sharing } from "../sharing/types";
import { type Picture, PictureError, type RasterMime, remake } from "../ui/pictures.ts";
import { t, tn } from "../words";
import { type FileNote, MAX_BODY_BYTES, MAX_FILE_BYTES, MAX_FILES, messageBody } from "./body.ts";
import { cleanFileName } from "./clean.ts";

export const PICTURE_SIDE = 1600;
const ENDINGS: Readonly<Record<RasterMime, string>> = {
  "image/png": ".png",
  "image/jpeg": ".jpg",
  "image/gif": ".gif",
  "image/webp": ".webp",
};

/** `as_is`: a picture this browser cannot make anew; it is sent with everything stored in it. */
export interface Attached {
  readonly id: number;
  readonly name: string;
  readonly state: "preparing" | "ready" | "as_is" | "too_large" | "empty" | "unreadable";
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  readonly mime: string;
  readonly image: { readonly width: number; readonly height: number } | null;
  /** Where the server keeps it, once it does. */
  readonly blob: Id | null;
}

export class Composer {
  readonly text = signal("");
  readonly attached = signal<readonly Attached[]>([]);
  /** What is wrong, in words. */
  readonly trouble = signal<string | null>(null);
  /** What goes on, in words; while a message is being sent nothing else can be. */
  readonly progress: ReadonlySignal<string>;
  readonly sending = signal<{ readonly at: number; readonly of: number } | null>(null);
  readonly #sharing: Sharing;
  readonly #preparing = new Set<Promise<void>>();
  #next = 1;

  constructor(sharing: Sharing) {
    this.#sharing = sharing;
    void this.#recall();
    this.progress = computed(() => {
      const sending = this.sending.value;
      if (sending !== null) return t("chat.sending", { at: sending.at, of: sending.of });
      return this.attached.value.some(({ state }) => state === "preparing") ? t("chat.preparing") : "";
    });
  }

  add(files: Iterable<File>): void {
    this.trouble.value = null;
    for (const file of files) {
      if (this.attached.value.length >= MAX_FILES) {
        this.trouble.value = t("chat.too_many_files", { n: MAX_FILES });
        return;
      }
      const id = this.#next++;
      const name = cleanFileName(file.name);
      const waiting = { id, name, state: "preparing", bytes: null, mime: "", image: null, blob: null } as const;
      this.attached.value = [...this.attached.value, waiting];
      const work: Promise<void> = this.#prepare(id, file).finally(() => this.#preparing.delete(work));
      this.#preparing.add(work);
    }
  }

  remove(id: number): void {
    const blob = this.attached.value.find((one) => one.id === id)?.blob;
    if (blob) void this.#sharing.dropBlob(blob).catch(() => undefined);
    this.attached.value = this.attached.value.filter((one) => one.id !== id);
    this.trouble.value = null;
  }

  /** Sends what is there; true when it was said. On failure all of it stays, and `trouble` says why. */
  async send(meeting: Id | null): Promise<boolean> {
    if (this.sending.value !== null) return false;
    const text = this.text.value.trim();
    if (text === "" && this.attached.value.length === 0) return false;
    this.trouble.value = this.#tooLong(text, meeting);
    if (this.trouble.value !== null) return false;
    const files = this.attached.value.length > 0 ? await this.#upload() : [];
    if (files === null) return false;
    this.#sharing.say(messageBody({ text, files, meeting }));
    this.text.value = "";
    this.attached.value = [];
    return true;
  }

  /** What was half written when the page was left is there again, before what was typed meanwhile; from then on what is
   * typed is kept. Of files only the names are: they are to be chosen again. */
  async #recall(): Promise<void> {
    const [text, files] = [this.#sharing.draft?.("chat"), this.#sharing.draft?.("chat.files")];
    if (!text || !files) return;
    const [before, names] = await Promise.all([text.read(), files.read()]);
    if (before !== "") this.text.value = [before, this.text.value].filter((part) => part !== "").join("\n");
    if (names !== "") this.trouble.value = t("chat.choose_again", { names: names.split("\n").join(", ") });
    this.text.subscribe((now) => text.keep(now));
    this.attached.subscribe((now) => files.keep(now.map(({ name }) => name).join("\n")));
  }

  async #prepare(id: number, file: File): Promise<void> {
    if (file.size === 0) {
      this.#change(id, { state: "empty" });
      return;
    }
    try {
      const picture = await pictureOf(file);
      if (picture) {
        const { bytes, mime, width, height } = picture;
        const name = withEnding(cleanFileName(file.name), ENDINGS[mime]);
        this.#change(id, { state: "ready", name, bytes, mime, image: { width, height } });
      } else if (file.size > MAX_FILE_BYTES) this.#change(id, { state: "too_large" });
      else {
        const bytes = new Uint8Array(await file.arrayBuffer());
        this.#change(id, { state: isPhoto(file) ? "as_is" : "ready", bytes, mime: file.type });
      }
    } catch {
      this.#change(id, { state: "unreadable" }); // a folder, or a file that has gone meanwhile
    }
  }

  #tooLong(text: string, meeting: Id | null): string | null {
    // every file as if it were stored already: its place is of known length
    const files = this.attached.value.map((one) => noteOf({ ...one, blob: "a".repeat(16) }));
    const over = messageBody({ text, files, meeting }).byteLength - MAX_BODY_BYTES;
    return over > 0 ? tn("chat.too_long", over) : null;
  }

  async #upload(): Promise<FileNote[] | null> {
    this.sending.value = { at: 1, of: this.attached.value.length };
    try {
      await Promise.all(this.#preparing);
      const all = this.attached.value;
      if (all.some(({ bytes }) => bytes === null)) {
        this.trouble.value = t("chat.remove_first");
        return null;
      }
      for (const [at, { id, bytes, blob }] of all.entries()) {
        this.sending.value = { at: at + 1, of: all.length };
        if (bytes && !blob) this.#change(id, { blob: (await this.#sharing.putBlob(bytes)).id });
      }
      return this.attached.value.map(noteOf);
    } catch (failure) {
      this.trouble.value = t("chat.not_sent", { reason: fileTrouble(failure) });
      return null;
    } finally {
      this.sending.value = null;
    }
  }

  #change(id: number, change: Partial<Attached>): void {
    this.attached.value = this.attached.value.map((one) => (one.id === id ? { ...one, ...change } : one));
  }
}

const composers = new WeakMap<Sharing, Composer>();

export function composerOf(sharing: Sharing): Composer {
  const composer = composers.get(sharing) ?? new Composer(sharing);
  composers.set(sharing, composer);
  return composer;
}

/** Words for what went wrong with a file; what never came back from the server counts as a line that is down. */
export function fileTrouble(failure: unknown): string {
  return failure instanceof TypeError ? t("error.offline") : errorWords(failure);
}

/** Whether trying again later may help. */
export function mayPass(failure: unknown): boolean {
  return !(failure instanceof ApiError) || failure.status === 0 || failure.status === 429 || failure.status >= 500;
}

/** The picture made anew, or null where it goes as a plain file. */
async function pictureOf(file: File): Promise<Picture | null> {
  try {
    return await remake(file, { maxSide: PICTURE_SIDE, maxBytes: MAX_FILE_BYTES });
  } catch (failure) {
    if (failure instanceof PictureError) return null;
    throw failure;
  }
}

function isPhoto(file: File): boolean {
  return file.type.startsWith("image/") && file.type !== "image/svg+xml";
}

function noteOf({ blob, name, mime, bytes, image }: Attached): FileNote {
  return { blob: blob ?? "", name, mime: mime || "application/octet-stream", bytes: bytes?.byteLength ?? 0, image };
}

function withEnding(name: string, ending: string): string {
  if (name.toLowerCase().endsWith(ending)) return name;
  return `${name.replace(/\.[^.]{1,5}$/, "")}${ending}`;
}
