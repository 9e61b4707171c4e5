import { defineConfig } from "vite";
import { excalidraw } from "./vite_excalidraw.ts";

/** One entry a page; the server finds each by its name in the manifest, `dist/.vite/manifest.json`. */
const entries = {
  home: "src/entries/home.tsx",
  room: "src/entries/room.tsx",
  together: "src/entries/together.tsx",
  recordings: "src/entries/recordings.tsx",
  admin: "src/entries/admin.tsx",
  admin_setup: "src/entries/admin_setup.tsx",
  insecure: "src/entries/insecure.ts",
};

export default defineConfig({
  appType: "mpa",
  publicDir: false,
  plugins: [excalidraw()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: true,
    target: ["chrome120", "firefox121", "safari17.4"],
    // the content policy lets fonts and styles come from files only, so nothing may be inlined as data:
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: { input: entries },
  },
});
