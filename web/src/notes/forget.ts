/** Asks that deleted text be forgotten for good, once, some seconds after the last deletion. */

export const FORGET_AFTER_MS = 6000;

export interface Forgetter {
  soon: () => void;
  /** At once, if there is anything to forget: the panel closes. */
  now: () => void;
}

export function forgetter(sharing: { forgetSoon: () => void }, afterMs: number = FORGET_AFTER_MS): Forgetter {
  let timer: ReturnType<typeof setTimeout> | undefined;
  function run(): void {
    timer = undefined;
    sharing.forgetSoon();
  }
  return {
    soon: () => {
      clearTimeout(timer);
      timer = setTimeout(run, afterMs);
    },
    now: () => {
      if (timer === undefined) return;
      clearTimeout(timer);
      run();
    },
  };
}
