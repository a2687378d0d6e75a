/**
 * Reporter at the end of a run: the CPU seconds of all test files, which cpu-seconds.ts measures.
 * Files that take more than one may are named. It fails nothing, since CPU time depends on the
 * machine and on what else runs there.
 */
import type { Reporter, TestModule, Vitest } from "vitest/node";

const MOST_SECONDS = 5;

export default class SlowFiles implements Reporter {
  private vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const all = modules.reduce((sum, module) => sum + secondsOf(module), 0);
    const slow = modules
      .filter((module) => secondsOf(module) > MOST_SECONDS)
      .sort((a, b) => secondsOf(b) - secondsOf(a))
      .map((module) => `\n  ${secondsOf(module).toFixed(1)} ${module.relativeModuleId}`);
    const named = slow.length === 0 ? "" : `; above ${MOST_SECONDS} each:${slow.join("")}`;
    this.vitest?.logger.log(`CPU seconds of the test files: ${all.toFixed(0)}${named}`);
  }
}

const secondsOf = (module: TestModule): number => (module.meta().cpuMs ?? 0) / 1e3;
