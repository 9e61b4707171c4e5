/** Pictures on the board, from the room, while it keeps them. Each is made anew before it is shown. */
import { asFile, type FileData, LIMITS } from "../../board/images.ts";
import { PictureError, remake } from "../../ui/pictures.ts";

export class Pictures {
  readonly #asked = new Set<string>();
  readonly #gone = new AbortController();
  #turn: Promise<void> = Promise.resolve();

  /** `lacking`: one of them is not there any more, or cannot be shown. */
  constructor(
    private readonly room: string,
    private readonly show: (file: FileData) => void,
    private readonly lacking: () => void,
  ) {}

  /** One after the other, each once. */
  want(fileId: string, blob: string): void {
    if (this.#asked.has(fileId)) return;
    this.#asked.add(fileId);
    this.#turn = this.#turn.then(() => this.#fetch(fileId, blob));
  }

  close(): void {
    this.#gone.abort();
  }

  async #fetch(fileId: string, blob: string): Promise<void> {
    const { signal } = this.#gone;
    if (signal.aborted) return;
    try {
      const answer = await fetch(`/api/rooms/${this.room}/blobs/${blob}`, { signal, cache: "no-store" });
      if (!answer.ok) throw new PictureError("damaged");
      const picture = await remake(await answer.blob(), LIMITS);
      if (!signal.aborted) this.show(asFile(fileId, picture));
    } catch {
      if (!signal.aborted) this.lacking();
    }
  }
}
