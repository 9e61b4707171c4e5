/** What people are told about the journals, each thing once. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Bounded, Trouble } from "./types";

/** What a person may answer, in this order; words under `sharing.<code>.<choice>`. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  damaged: ["last_good", "leave"],
  shape: ["last_good"],
  unequal: ["restore", "keep"],
  gives_up: ["restore", "keep"],
  deleted_much: ["bring_back", "all_right"],
  not_forgotten: ["try_again", "leave"],
  went_back: ["undo", "fine"],
  partner_went_back: ["seen"],
  too_large: ["fine"],
  not_taken: ["fine"],
  not_struck: ["fine"],
  storage_missing: ["fine"],
  storage_full: ["fine"],
};

export class TroubleList {
  readonly #list = signal<readonly Trouble[]>([]);
  readonly list: ReadonlySignal<readonly Trouble[]> = this.#list;
  /** Said, and put away by the person: not said again in this page. */
  #silent = new Set<string>();

  tell(code: string, journal: Bounded, values?: Trouble["values"]): void {
    if (this.#silent.has(`${code}/${journal}`)) return;
    const others = this.#list.peek().filter((one) => one.code !== code || one.journal !== journal);
    const choices = CHOICES[code];
    this.#list.value = [...others, { code, journal, ...(values ? { values } : {}), ...(choices ? { choices } : {}) }];
  }

  clear(code: string, journal: Bounded): void {
    if (this.has(code, journal)) {
      this.#list.value = this.#list.peek().filter((one) => one.code !== code || one.journal !== journal);
    }
  }

  has(code: string, journal: Bounded): boolean {
    return this.#list.peek().some((one) => one.code === code && one.journal === journal);
  }

  /** The person knows now. */
  putAway(code: string, journal: Bounded): void {
    this.#silent.add(`${code}/${journal}`);
    this.clear(code, journal);
  }
}
