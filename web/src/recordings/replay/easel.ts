/** The place a page of the board is shown at: the page itself, its pictures, and whether somebody has moved it. */
import { signal } from "@preact/signals";
import type * as Y from "yjs";
import { type BoardElement, cleanId, isRecord } from "../../board/clean.ts";
import type { Paper } from "./paper.tsx";
import { Pictures } from "./pictures.ts";

const DARK = "(prefers-color-scheme: dark)";

export class Easel {
  /** By a person; until then all of the page stays in sight. */
  readonly moved = signal(false);
  /** A picture is not kept any more, or cannot be shown. */
  readonly lacking = signal(false);
  readonly #place: HTMLElement;
  readonly #paper: Paper;
  readonly #pictures: Pictures;
  readonly #gone = new AbortController();
  #shown = "";

  private constructor(place: HTMLElement, paper: Paper, room: string) {
    this.#place = place;
    this.#paper = paper;
    this.#pictures = new Pictures(
      room,
      (file) => paper.addFile(file),
      () => {
        this.lacking.value = true;
      },
    );
    const { signal } = this.#gone;
    const move = () => {
      this.moved.value = true;
    };
    place.addEventListener("pointerdown", move, { signal, capture: true });
    place.addEventListener("wheel", move, { signal, capture: true, passive: true });
    // the player's keys go back and forth in time
    place.addEventListener("keydown", (event) => event.stopPropagation(), { signal });
    const scheme = window.matchMedia(DARK);
    scheme.addEventListener("change", () => paper.setDark(scheme.matches), { signal });
  }

  /** Loads Excalidraw and puts it into `host`; throws where its code does not come. */
  static async open(host: HTMLElement, room: string): Promise<Easel> {
    const { mountPaper } = await import("./paper.tsx");
    // React wants a place that nobody else draws in
    const place = document.createElement("div");
    place.className = "board-root";
    host.append(place);
    return new Easel(place, mountPaper(place, window.matchMedia(DARK).matches), room);
  }

  /** Draws only what has changed. `files`: the page's own, naming the blob of each picture. */
  show(page: string, drawn: readonly BoardElement[], files: Y.Map<unknown> | null): void {
    for (const { fileId } of drawn) {
      const file = typeof fileId === "string" ? files?.get(fileId) : null;
      const blob = isRecord(file) ? cleanId(file.blob) : null;
      if (fileId && blob !== null) this.#pictures.want(fileId, blob);
    }
    const shown = JSON.stringify([page, ...drawn.map(({ id, version, versionNonce }) => [id, version, versionNonce])]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#paper.show(drawn, !this.moved.peek());
  }

  /** Brings all of the page back into sight. */
  whole(drawn: readonly BoardElement[]): void {
    this.moved.value = false;
    this.#paper.show(drawn, true);
  }

  close(): void {
    this.#gone.abort();
    this.#pictures.close();
    this.#paper.close();
    this.#place.remove();
  }
}
