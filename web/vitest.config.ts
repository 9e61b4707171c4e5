import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    setupFiles: ["tests/all_words.ts"],
    // dates are shown in the reader's own time zone; the tests read them in one that has summer time
    env: { TZ: "Europe/Copenhagen" },
  },
});
