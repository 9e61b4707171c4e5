/** Whether the other has sent an agenda that was not seen yet: small, for pages that show something else. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { agenda } from "../sharing/layout.ts";
import type { Work } from "../sharing/types.ts";
import { readAgenda } from "./agenda.ts";

export interface AgendaNews {
  readonly waits: ReadonlySignal<boolean>;
  close(): void;
}

export function agendaNews({ doc, you }: Pick<Work, "doc" | "you">): AgendaNews {
  const waits = signal(false);
  const look = () => {
    const { sent } = readAgenda(doc, null);
    waits.value = sent !== null && sent.by !== you && !sent.seen;
  };
  look();
  agenda(doc).observe(look);
  return { waits, close: () => agenda(doc).unobserve(look) };
}
