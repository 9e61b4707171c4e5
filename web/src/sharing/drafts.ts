/**
 * What is half written in a field: kept beside the outbox, sealed as that is, from the first letter on, so that a page
 * that is loaded anew or crashes has it again. A page that is being closed runs nothing after its last event, so nothing
 * is held back until then: one writing follows another, each with what the field holds by then.
 */
export interface Draft {
  /** What was kept last: by this page, or by one before it. Never comes where the seat's key does not. */
  read(): Promise<string>;
  /** In place of what was kept; nothing, and it is gone. */
  keep(text: string): void;
}

/** Where they lie. */
export interface DraftPlace {
  draft(name: string): Promise<string>;
  keepDraft(name: string, text: string): Promise<void>;
}

export class Drafts {
  readonly #drafts = new Map<string, OneDraft>();
  readonly #place: Promise<DraftPlace>;
  #opened: (place: DraftPlace) => void = () => undefined;

  constructor() {
    this.#place = new Promise((resolve) => {
      this.#opened = resolve;
    });
  }

  /** What was written before waits for it. */
  open(place: DraftPlace): void {
    this.#opened(place);
  }

  of(name: string): Draft {
    const draft = this.#drafts.get(name) ?? new OneDraft(name, this.#place);
    this.#drafts.set(name, draft);
    return draft;
  }
}

class OneDraft implements Draft {
  readonly #before: Promise<string>;
  /** Null: this page has written nothing yet. */
  #text: string | null = null;
  #kept: string | null = null;
  #writing = false;

  constructor(
    private readonly name: string,
    private readonly place: Promise<DraftPlace>,
  ) {
    this.#before = place.then((it) => it.draft(name));
  }

  async read(): Promise<string> {
    const before = await this.#before;
    return this.#text ?? before;
  }

  keep(text: string): void {
    this.#text = text;
    if (!this.#writing) void this.#write();
  }

  async #write(): Promise<void> {
    this.#writing = true;
    const place = await this.place;
    this.#kept ??= await this.#before;
    while (this.#text !== null && this.#text !== this.#kept) {
      const text: string = this.#text;
      await place.keepDraft(this.name, text);
      this.#kept = text;
    }
    this.#writing = false;
  }
}
