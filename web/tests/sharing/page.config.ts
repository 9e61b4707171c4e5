import { defineConfig } from "vite";

/** `page_main.js` as one file for Node; the tests of the server drive it. */
export default defineConfig({
  build: { ssr: "tests/sharing/page_main.js", minify: false, reportCompressedSize: false },
  ssr: { noExternal: true },
  logLevel: "warn",
});
