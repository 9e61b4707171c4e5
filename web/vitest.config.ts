import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    setupFiles: ["tests/all_words.ts"],
    // dates are shown in the reader's own time zone; the tests read them in one that has summer time. Only a process of
    // its own has a time zone of its own, so these are processes and not threads.
    env: { TZ: "Europe/Copenhagen" },
    pool: "forks",
    maxWorkers: "100%",
    // one process reads the modules once for many files, which halves the time; a file must leave nothing behind, and
    // what it may forget is put back for it
    isolate: false,
    // what takes a second alone takes many beside other work; what hangs is found all the same
    testTimeout: 60_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
