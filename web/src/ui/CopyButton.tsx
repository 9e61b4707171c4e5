import { Copy } from "lucide";
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { t } from "../words.ts";
import { Button, type ButtonKind } from "./Button.tsx";

interface Props {
  readonly label: string;
  readonly text: string;
  readonly kind?: ButtonKind;
  /** Told when the browser refuses; the caller then shows the text, marked, for copying by hand. */
  readonly onRefused: (text: string) => void;
}

/** Copies `text`. Its name never changes; that it has copied is said beside it. */
export function CopyButton({ label, text, kind = "plain", onRefused }: Props): JSX.Element {
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  async function copy(): Promise<void> {
    clearTimeout(timer.current);
    if (await copyText(text)) {
      setCopied(true);
      timer.current = setTimeout(() => setCopied(false), 4000);
    } else onRefused(text);
  }
  return (
    <span class="copying">
      <Button kind={kind} icon={Copy} onClick={() => void copy()}>
        {label}
      </Button>
      <span class="copied small" role="status">
        {copied ? t("common.copied") : ""}
      </span>
    </span>
  );
}

/** Puts `text` on the clipboard, in the old way where the new one is missing (plain http, old Safari). */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

function copyByCommand(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  area.className = "heard";
  const before = document.activeElement;
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}
