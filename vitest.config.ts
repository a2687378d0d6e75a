import { defineConfig } from "vitest/config";
import { alias } from "./vitest.shared.config.ts";

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.slow.test.ts"],
    pool: "forks",
    // One more than the default on two cores, where every file is a process that starts before it
    // works.
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
