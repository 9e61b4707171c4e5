/** @jsxImportSource react */
/**
 * The only place that knows React and Excalidraw; loaded when the board is opened. One mount draws one page.
 */
import {
  CaptureUpdateAction,
  convertToExcalidrawElements,
  Excalidraw,
  exportToBlob,
  exportToSvg,
  MainMenu,
  newElementWith,
  restoreElements,
  viewportCoordsToSceneCoords,
} from "@excalidraw/excalidraw";
import "@excalidraw/excalidraw/index.css";
import type { ExcalidrawElement } from "@excalidraw/excalidraw/element/types";
import type { AppState, BinaryFileData, ExcalidrawImperativeAPI } from "@excalidraw/excalidraw/types";
import { type ReadonlySignal, signal } from "@preact/signals";
import type { JSX } from "react";
import { createRoot } from "react-dom/client";
import type { Id } from "../protocol";
import type { Work } from "../sharing/types";
import { Binding, type Canvas } from "./bind";
import { type BoardElement, cleanLink } from "./clean";
import type { Surface } from "./desk";
import { type FileData, Images } from "./images";
import { cleanPasted } from "./intake";
import { LiveSender } from "./live";
import { repair } from "./repair";
import { shapes, type Template } from "./templates";

/** Which part of the board is seen: a place on the page is at (place + scroll) * zoom. */
export interface Viewport {
  readonly scrollX: number;
  readonly scrollY: number;
  readonly zoom: number;
}

export interface IslandOptions {
  readonly surface: Surface;
  readonly sharing: Work;
  readonly dark: boolean;
  readonly onCount: (count: number) => void;
  readonly onFull: () => void;
  readonly onApplied: (ids: ReadonlySet<string>) => void;
  /** A picture was stored for this page. */
  readonly onPut: (blob: Id) => void;
  /** These pictures, by file id, were taken off here. */
  readonly onTookOff: (pictures: readonly string[]) => void;
}

export interface Island {
  readonly viewport: ReadonlySignal<Viewport>;
  setDark(dark: boolean): void;
  /** Puts pictures on the page, the first at `at` in the window's measure, or in the middle. Throws what `Images.add` does. */
  addPictures(files: readonly Blob[], at: { x: number; y: number } | null): Promise<void>;
  addTemplate(template: Template): void;
  /** Takes everything off the page; answers how to undo it, or null when there was nothing. */
  clear(): (() => void) | null;
  /** Null when the page is empty. */
  picture(kind: "png" | "svg"): Promise<Blob | null>;
  elements(): readonly BoardElement[];
  /** The board has moved within the window. */
  moved(): void;
  /** Writes what is finished but waits. */
  flush(): void;
  close(): void;
}

/** Tool, colours and widths stay the same from page to page. */
const kept: Partial<AppState> = {
  currentItemFontFamily: 6,
  currentItemRoughness: 0,
  currentItemStrokeWidth: 2,
  viewBackgroundColor: "transparent",
};

export function mount(host: HTMLElement, options: IslandOptions): Island {
  return new Mounted(host, options);
}

class Mounted implements Island {
  readonly viewport = signal<Viewport>({ scrollX: 0, scrollY: 0, zoom: 1 });
  private readonly root;
  private readonly images: Images;
  private readonly live: LiveSender;
  private readonly unrepair: () => void;
  private readonly stopFiles: () => void;
  private api: ExcalidrawImperativeAPI | null = null;
  private binding: Binding | null = null;
  private dark: boolean;
  private drew = false;

  constructor(
    private readonly host: HTMLElement,
    private readonly options: IslandOptions,
  ) {
    const { surface, sharing } = options;
    this.dark = options.dark;
    this.images = new Images(sharing, surface.files, {
      show: (file) => this.showFile(file),
      elements: () => this.elements(),
      put: options.onPut,
    });
    const stored = (id: string) => surface.elements.has(id);
    this.live = new LiveSender(sharing, surface.page, stored, () => this.binding?.held() ?? []);
    const wantFiles = () => this.images.want();
    surface.files.observe(wantFiles);
    this.stopFiles = () => surface.files.unobserve(wantFiles);
    this.root = createRoot(host);
    this.unrepair = repair(host);
    this.render();
  }

  setDark(dark: boolean): void {
    this.dark = dark;
    this.render();
  }

  async addPictures(files: readonly Blob[], at: { x: number; y: number } | null): Promise<void> {
    let step = 0;
    for (const file of files.slice(0, 10)) {
      const { fileId, width, height } = await this.images.add(file);
      const middle = this.scenePoint(at);
      const scale = Math.min(1, 480 / Math.max(width, height));
      const size = { width: width * scale, height: height * scale };
      const place = { x: middle.x - size.width / 2 + step, y: middle.y - size.height / 2 + step };
      step += 32;
      this.put([{ type: "image", fileId, status: "saved", ...place, ...size }]);
    }
  }

  addTemplate(template: Template): void {
    if (this.api === null) return;
    const right = Math.max(0, ...this.elements().map(({ x, width }) => Math.max(x, x + width) + 120));
    const top = Math.min(...this.elements().map(({ y, height }) => Math.min(y, y + height)));
    const skeleton = shapes(template, right, Number.isFinite(top) ? top : 0);
    const made = convertToExcalidrawElements(skeleton as Parameters<typeof convertToExcalidrawElements>[0], {
      regenerateIds: true,
    });
    const faced = made.map((element) => (element.type === "text" ? { ...element, fontFamily: 6 } : element));
    const fresh = restoreElements(faced as ExcalidrawElement[], null, { refreshDimensions: true });
    this.put(fresh);
    this.api.scrollToContent(fresh, { fitToContent: true, animate: false });
  }

  clear(): (() => void) | null {
    const live = this.api?.getSceneElements() ?? [];
    if (this.api === null || live.length === 0) return null;
    const ids = new Set(live.map(({ id }) => id));
    this.mark(ids, true);
    return () => this.mark(ids, false);
  }

  async picture(kind: "png" | "svg"): Promise<Blob | null> {
    const elements = this.api?.getSceneElements() ?? [];
    if (this.api === null || elements.length === 0) return null;
    const files = this.api.getFiles();
    const appState = { exportBackground: true, viewBackgroundColor: "#ffffff", exportWithDarkMode: false };
    if (kind === "png") {
      return await exportToBlob({
        elements,
        files,
        appState,
        mimeType: "image/png",
        exportPadding: 24,
        getDimensions: twofold,
      });
    }
    const written = async (skipInliningFonts: boolean) => {
      const svg = await exportToSvg({ elements, files, appState, exportPadding: 24, skipInliningFonts });
      return new XMLSerializer().serializeToString(svg);
    };
    const whole = await written(false);
    // a face that did not come stands as our address, which whoever opens the picture would ask
    const svg = /src:\s*url\((?!["']?data:)/.test(whole) ? await written(true) : whole;
    return new Blob([svg], { type: "image/svg+xml" });
  }

  elements(): readonly BoardElement[] {
    return (this.api?.getSceneElements() ?? []) as unknown as readonly BoardElement[];
  }

  moved(): void {
    this.api?.refresh();
  }

  flush(): void {
    this.binding?.flush();
  }

  close(): void {
    this.binding?.close();
    this.live.close();
    this.images.close();
    this.stopFiles();
    this.unrepair();
    this.root.unmount();
  }

  private render(): void {
    this.root.render(
      <Excalidraw
        excalidrawAPI={(api) => {
          this.api = api;
        }}
        initialData={{ appState: { ...kept, ...(this.dark ? { theme: "dark" } : {}) } }}
        theme={this.dark ? "dark" : "light"}
        langCode="en"
        aiEnabled={false}
        validateEmbeddable={false}
        // said, they are in no menu and no key
        viewModeEnabled={false}
        zenModeEnabled={false}
        UIOptions={{
          canvasActions: {
            changeViewBackgroundColor: false,
            clearCanvas: false,
            export: false,
            loadScene: false,
            saveToActiveFile: false,
            saveAsImage: false,
            toggleTheme: false,
          },
          tools: { image: false },
        }}
        onChange={(_, state) => this.changed(state)}
        onScrollChange={(scrollX, scrollY, zoom) => this.scrolled(scrollX, scrollY, zoom.value)}
        onPointerUpdate={({ pointer }) => this.live.moved(pointer.x, pointer.y)}
        onPaste={(data) => {
          cleanPasted(data, (fileId) => this.options.surface.files.has(fileId));
          return true;
        }}
        onLinkOpen={(element, event) => {
          event.preventDefault();
          const link = cleanLink(element.link);
          if (link !== null) window.open(link, "_blank", "noopener,noreferrer");
        }}
      >
        <Menu />
      </Excalidraw>,
    );
  }

  private changed(state: AppState): void {
    if (this.api === null || state.isLoading) return;
    this.binding ??= this.bind(this.api);
    this.binding.changed(state);
    const draws = state.cursorButton === "down";
    if (draws || this.drew) this.live.drawing();
    this.drew = draws;
    for (const key of Object.keys(state)) {
      if (key.startsWith("currentItem")) Object.assign(kept, { [key]: state[key as keyof AppState] });
    }
    this.scrolled(state.scrollX, state.scrollY, state.zoom.value);
  }

  private bind(api: ExcalidrawImperativeAPI): Binding {
    const { surface, sharing, onCount, onFull, onApplied, onTookOff } = this.options;
    const restore = (elements: readonly BoardElement[]) =>
      restoreElements(elements as unknown as ExcalidrawElement[], null) as unknown as BoardElement[];
    const binding = new Binding({
      canvas: api as unknown as Canvas,
      elements: surface.elements,
      restore,
      never: CaptureUpdateAction.NEVER,
      onCount,
      onFull,
      onDeleted: (pictures) => {
        onTookOff(pictures);
        sharing.forgetSoon();
      },
      onApplied: (ids) => {
        onApplied(ids);
        this.images.want();
      },
    });
    if (api.getSceneElements().length > 0) api.scrollToContent(undefined, { fitToContent: true, animate: false });
    this.images.want();
    return binding;
  }

  private scrolled(scrollX: number, scrollY: number, zoom: number): void {
    const seen = this.viewport.peek();
    if (seen.scrollX === scrollX && seen.scrollY === scrollY && seen.zoom === zoom) return;
    this.viewport.value = { scrollX, scrollY, zoom };
  }

  private showFile(file: FileData): void {
    this.api?.addFiles([file as unknown as BinaryFileData]);
  }

  /** Adds elements as one step of one's own undo. */
  private put(fresh: readonly object[]): void {
    if (this.api === null) return;
    const made = restoreElements(fresh as ExcalidrawElement[], null);
    const elements = [...this.api.getSceneElementsIncludingDeleted(), ...made];
    this.api.updateScene({ elements, captureUpdate: CaptureUpdateAction.IMMEDIATELY });
  }

  private mark(ids: ReadonlySet<string>, isDeleted: boolean): void {
    if (this.api === null) return;
    const elements = this.api
      .getSceneElementsIncludingDeleted()
      .map((element) => (ids.has(element.id) ? newElementWith(element, { isDeleted }) : element));
    this.api.updateScene({ elements, captureUpdate: CaptureUpdateAction.IMMEDIATELY });
  }

  private scenePoint(at: { x: number; y: number } | null): { x: number; y: number } {
    const box = this.host.getBoundingClientRect();
    const { x, y } = at ?? { x: box.left + box.width / 2, y: box.top + box.height / 2 };
    if (this.api === null) return { x, y };
    return viewportCoordsToSceneCoords({ clientX: x, clientY: y }, this.api.getAppState());
  }
}

/** Without one of ours Excalidraw shows its own, with links to elsewhere. */
function Menu(): JSX.Element {
  return (
    <MainMenu>
      <MainMenu.DefaultItems.Help />
    </MainMenu>
  );
}

/** Twice the size, for sharp screens, but never larger than a browser can draw. */
function twofold(width: number, height: number): { width: number; height: number; scale: number } {
  const scale = Math.min(2, 8000 / Math.max(width, height));
  return { width: width * scale, height: height * scale, scale };
}
