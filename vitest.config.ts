/**
 * `npm test`. Most files share two processes, so that the modules under test load once in each and
 * not once a file. They run the compiled sources. Some files have a process each, because they add
 * to a registry or choose a TensorFlow backend. One file replaces modules, so vitest loads its
 * sources.
 *
 * Tests wait for events and have no deadline. The two time-outs only end a run that hangs, also on
 * a machine ten times as busy.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { alias, compiledSources } from "./vitest.shared.config.ts";

const MINUTES_MS = 60_000;
/** A watch sees changes of the sources, which are compiled once. */
const plugins = process.argv.includes("run") ? [compiledSources] : [];

const everywhere = ["test/**/*.test.ts"];
const slow = "test/**/*.slow.test.ts";
const ownProcess = ["test/agents/tensors/{cpu,memory,native,wasm}.test.ts", "test/env/envs/registry.test.ts"];
const replacing = "test/agents/registry/simulations.test.ts";

export default defineConfig({
  resolve: { alias },
  test: {
    pool: "forks",
    reporters: ["default", "./test/golden-skips.ts", "./test/slow-files.ts"],
    globalSetup: ["./test/compile-once.mjs"],
    setupFiles: ["./test/cpu-seconds.ts"],
    // Modules that have not changed are not compiled again in the next run.
    experimental: { fsModuleCache: true, fsModuleCachePath: join(tmpdir(), "placement-gym-vitest") },
    maxWorkers: 2,
    server: { deps: { external: [/\/\.compiled\//] } },
    testTimeout: 10 * MINUTES_MS,
    hookTimeout: 10 * MINUTES_MS,
    projects: [
      {
        extends: true,
        plugins,
        test: {
          name: "shared",
          include: everywhere,
          exclude: [slow, replacing, ...ownProcess],
          isolate: false,
        },
      },
      { extends: true, plugins, test: { name: "alone", include: ownProcess } },
      { extends: true, test: { name: "replacing", include: [replacing] } },
    ],
  },
});
