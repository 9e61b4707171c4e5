/** Waiting for what signals say, instead of looking again and again. */
import { effect } from "@preact/signals";
import { ApiError } from "../api.ts";

/** Resolves once it is so; throws `offline` where the line is down, or goes before. Both must read signals. */
export function until(so: () => boolean, online: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let stop: (() => void) | null = null;
    let over = false;
    const end = (done: () => void): void => {
      over = true;
      done();
      stop?.();
    };
    stop = effect(() => {
      if (over) return;
      if (!online()) end(() => reject(new ApiError({ code: "offline", detail: "The line is down.", status: 0 })));
      else if (so()) end(resolve);
    });
    if (over) stop();
  });
}
