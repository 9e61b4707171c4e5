/** Keeps the focus where it was while items come, go and change places, whoever moved them. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Desk } from "./desk.ts";

interface Held {
  readonly key: string;
  readonly selection: readonly [number, number] | null;
}

/**
 * To be called while the panel is drawn. Controls have names (`data-key`, "item:control"). A node that is moved or made anew loses the
 * focus; here the control of that name gets it back, or, where its item is gone, the one that stood next to it.
 */
export function useKeptFocus(panel: RefObject<HTMLElement | null>, desk: Desk): void {
  const order = useRef<readonly string[]>([]);
  const held = holding(panel.current);
  useLayoutEffect(() => {
    // lists draw themselves in the same turn, after the panel: only then is it known what is there
    queueMicrotask(() => {
      const node = panel.current;
      if (node === null) return;
      const before = order.current;
      order.current = [...node.querySelectorAll<HTMLElement>("[data-item]")].map((row) => row.dataset.item ?? "");
      const wanted = desk.wanted === null ? null : find(node, desk.wanted);
      if (wanted) {
        desk.wanted = null;
        wanted.focus();
      } else if (held && lost()) restore(node, held, before);
    });
  });
}

/** Nothing has the focus: not taken elsewhere by the person, but gone with its node. */
function lost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

function holding(panel: HTMLElement | null): Held | null {
  const active = typeof document === "undefined" ? null : document.activeElement;
  if (!(active instanceof HTMLElement) || !panel?.contains(active) || !active.dataset.key) return null;
  const selection: [number, number] | null =
    active instanceof HTMLTextAreaElement ? [active.selectionStart, active.selectionEnd] : null;
  return { key: active.dataset.key, selection };
}

function restore(panel: HTMLElement, { key, selection }: Held, before: readonly string[]): void {
  const [item = ""] = key.split(":");
  const node = find(panel, key) ?? find(panel, `${item}:title`) ?? neighbour(panel, item, before) ?? panel;
  node.focus({ preventScroll: true });
  if (selection && node instanceof HTMLTextAreaElement) node.setSelectionRange(...selection);
}

function neighbour(panel: HTMLElement, item: string, before: readonly string[]): HTMLElement | null {
  const at = before.indexOf(item);
  if (at < 0) return null;
  const near = [...before.slice(at + 1), ...before.slice(0, at).reverse()];
  for (const id of near) {
    const node = find(panel, `${id}:title`);
    if (node) return node;
  }
  return null;
}

function find(panel: HTMLElement, key: string): HTMLElement | null {
  if (panel.dataset.key === key) return panel;
  return panel.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
}
