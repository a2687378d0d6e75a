/**
 * Reporter of one line at the end of a run: how many golden checks were skipped, and why. They
 * compare with published values and real files, which a user's clone does not have.
 */
import { existsSync, readFileSync } from "node:fs";
import type { Reporter, TestModule, TestSuite, Vitest } from "vitest/node";
import { ABSENT, sharedFolder } from "./shared-folder.ts";

export default class GoldenSkips implements Reporter {
  private vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // Under a filter by name nearly all tests are skipped.
    if (this.vitest?.config.testNamePattern !== undefined) return;
    const golden = modules.filter(isGolden);
    const count = golden.reduce((sum, module) => sum + skippedIn(module), 0);
    if (count === 0) return;
    const reason = existsSync(sharedFolder) ? "a file or program that they need is not here" : ABSENT;
    this.vitest?.logger.log(`Golden checks skipped: ${count}, because ${reason}.`);
  }
}

const isGolden = ({ moduleId }: TestModule): boolean =>
  moduleId.includes("/test/golden/") || readFileSync(moduleId, "utf8").includes("sharedPath(");

/** Skipped tests, and groups that have no test because there is no file to make one of. */
function skippedIn(group: TestModule | TestSuite): number {
  let count = 0;
  for (const child of group.children)
    if (child.type === "test") count += child.result().state === "skipped" ? 1 : 0;
    else count += child.children.size === 0 ? 1 : skippedIn(child);
  return count;
}
