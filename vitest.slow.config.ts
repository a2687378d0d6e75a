/** `npm run test:slow`: training and exact runs of minutes. The time-out ends only what hangs. */
import { defineConfig } from "vitest/config";
import { alias } from "./vitest.shared.config.ts";

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["test/**/*.slow.test.ts"],
    pool: "forks",
    testTimeout: 3_600_000,
    reporters: ["verbose", "./test/golden-skips.ts"],
  },
});
