/** What the build takes out of Excalidraw is still where it was, in the version that is installed. */
import { expect, test } from "vitest";
import { patch } from "../../vite_excalidraw";

const files = import.meta.glob<string>("../../node_modules/@excalidraw/excalidraw/dist/prod/*.js", {
  eager: true,
  query: "?raw",
  import: "default",
});

test("nothing foreign, no worker, no Chinese face, no other language, no style set as text", () => {
  const patched = Object.values(files).map(patch);
  expect(patched.reduce((sum, { fallbacks }) => sum + fallbacks, 0)).toBe(1);
  const code = patched.map((one) => one.code).join("");
  const foreign =
    /esm\.sh|fonts\/Xiaolai|import\("\.\/locales\/(?!en-)|setAttribute\("style"|typeof Worker<|="\.\/fonts\//g;
  expect(code.match(foreign) ?? []).toEqual([]);
  expect(code.includes('import font0 from "./fonts/')).toBe(true);
}, 60_000); // it reads five megabytes, on a machine that may do other things too
