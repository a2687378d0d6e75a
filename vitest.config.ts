import { defineConfig } from "vitest/config";
import { alias } from "./vitest.shared.config.ts";

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.slow.test.ts"],
    pool: "forks",
    testTimeout: 30_000,
  },
});
