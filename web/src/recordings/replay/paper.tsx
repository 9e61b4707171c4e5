/** @jsxImportSource react */
/** A page of the board to be looked at: Excalidraw in view mode. Nothing can be put on it, and nothing leaves it. */
import { CaptureUpdateAction, Excalidraw, MainMenu, restoreElements } from "@excalidraw/excalidraw";
import "@excalidraw/excalidraw/index.css";
import type { ExcalidrawElement } from "@excalidraw/excalidraw/element/types";
import type { BinaryFileData, ExcalidrawImperativeAPI } from "@excalidraw/excalidraw/types";
import { createRoot } from "react-dom/client";
import { type BoardElement, cleanLink } from "../../board/clean";
import type { FileData } from "../../board/images";
import { repair } from "../../board/repair";

export interface Paper {
  /** From now on these are seen; `whole` brings all of them into sight. */
  show(elements: readonly BoardElement[], whole: boolean): void;
  addFile(file: FileData): void;
  setDark(dark: boolean): void;
  close(): void;
}

export function mountPaper(host: HTMLElement, dark: boolean): Paper {
  return new Mounted(host, dark);
}

class Mounted implements Paper {
  private readonly root;
  private readonly unrepair: () => void;
  private readonly unguard: () => void;
  private api: ExcalidrawImperativeAPI | null = null;
  private shown: readonly BoardElement[] = [];
  private files: FileData[] = [];

  constructor(
    host: HTMLElement,
    private dark: boolean,
  ) {
    this.unguard = guard(host);
    this.root = createRoot(host);
    this.unrepair = repair(host);
    this.render();
  }

  show(elements: readonly BoardElement[], whole: boolean): void {
    this.shown = elements;
    if (this.api === null) return;
    const restored = restoreElements(elements as unknown as ExcalidrawElement[], null);
    this.api.updateScene({ elements: restored, captureUpdate: CaptureUpdateAction.NEVER });
    if (whole && restored.length > 0) this.api.scrollToContent(restored, { fitToContent: true, animate: false });
  }

  addFile(file: FileData): void {
    this.files.push(file);
    this.api?.addFiles([file as unknown as BinaryFileData]);
  }

  setDark(dark: boolean): void {
    if (dark === this.dark) return;
    this.dark = dark;
    this.render();
  }

  close(): void {
    this.unguard();
    this.unrepair();
    this.root.unmount();
  }

  private render(): void {
    this.root.render(
      <Excalidraw
        excalidrawAPI={(api) => {
          this.api = api;
        }}
        initialData={{ appState: { viewBackgroundColor: "transparent" } }}
        onChange={(_, state) => {
          if (!state.isLoading) this.begin();
        }}
        theme={this.dark ? "dark" : "light"}
        langCode="en"
        viewModeEnabled
        aiEnabled={false}
        validateEmbeddable={false}
        onLinkOpen={(element, event) => {
          event.preventDefault();
          const link = cleanLink(element.link);
          if (link !== null) window.open(link, "_blank", "noopener,noreferrer");
        }}
      >
        <MainMenu />
      </Excalidraw>,
    );
  }

  private begun = false;

  /** Once it is there: what came meanwhile. */
  private begin(): void {
    if (this.begun || this.api === null) return;
    this.begun = true;
    this.api.addFiles(this.files as unknown as BinaryFileData[]);
    this.show(this.shown, true);
  }
}

/** Excalidraw takes what is pasted or dropped also where nothing may be drawn: a dropped file would replace the page. */
function guard(host: HTMLElement): () => void {
  const refuse = (event: Event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const paste = (event: Event) => {
    if (host.contains(document.activeElement) || document.activeElement === document.body) refuse(event);
  };
  const keys = (event: KeyboardEvent) => {
    // opening, saving, exporting
    if ((event.ctrlKey || event.metaKey) && /^[ose]$/i.test(event.key)) event.stopImmediatePropagation();
  };
  window.addEventListener("paste", paste, true);
  host.addEventListener("drop", refuse, true);
  host.addEventListener("keydown", keys, true);
  return () => {
    window.removeEventListener("paste", paste, true);
    host.removeEventListener("drop", refuse, true);
    host.removeEventListener("keydown", keys, true);
  };
}
