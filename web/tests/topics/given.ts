/** What tests of topics begin with. */

/** A second later at each look. */
export class HandClock {
  ms = 1_700_000_000_000;
  now(): number {
    this.ms += 1000;
    return this.ms;
  }
}

export const must = <T>(value: T | null | undefined): T => {
  if (value === null || value === undefined) throw new Error("missing");
  return value;
};
