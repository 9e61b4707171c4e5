/**
 * Leaving a page, in order: first the features write what they still hold back, then the journals put out what they
 * gathered. A page that is being closed runs nothing after its last event, so what is put out from then on, or is still
 * on its way into the outbox, goes to the server at once.
 */
export class Leaving {
  readonly #writers = new Set<() => void>();
  #closing = false;

  constructor(
    private readonly flush: () => unknown,
    private readonly closing: () => void,
  ) {
    if (typeof window === "undefined") return;
    window.addEventListener("pagehide", this.#closes);
    window.addEventListener("pageshow", this.#shown);
    document.addEventListener("visibilitychange", this.#hidden);
  }

  /** Between the page's last event and its coming back, if it does. */
  get isClosing(): boolean {
    return this.#closing;
  }

  on(write: () => void): () => void {
    this.#writers.add(write);
    return () => this.#writers.delete(write);
  }

  close(): void {
    this.#write();
    if (typeof window === "undefined") return;
    window.removeEventListener("pagehide", this.#closes);
    window.removeEventListener("pageshow", this.#shown);
    document.removeEventListener("visibilitychange", this.#hidden);
  }

  #closes = (): void => {
    this.#closing = true;
    this.closing();
    this.#write();
  };

  #shown = (): void => {
    this.#closing = false;
  };

  #hidden = (): void => {
    if (document.visibilityState === "hidden") this.#write();
  };

  #write(): void {
    for (const write of [...this.#writers]) {
      try {
        write();
      } catch (error) {
        console.warn("something was not written before the page was left", error);
      }
    }
    this.flush();
  }
}
