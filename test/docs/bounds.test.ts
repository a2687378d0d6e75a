/** docs/bounds.md explains every bound that an evaluator gives. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { evaluator, objectivesFor, testScenario } from "../../env/index.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/bounds.md", import.meta.url)), "utf8");
const section: Readonly<Record<string, string>> = {
  makespan: "Makespan",
  "max-load": "Max load",
  latency: "Latency",
  "peak-memory": "Peak memory",
  iteration: "Iteration and throughput",
  throughput: "Iteration and throughput",
  rewritten: "Makespan",
};
/** Sections that say which other section holds too. */
const also: Readonly<Record<string, string>> = { iteration: "Makespan", throughput: "Makespan" };

describe("docs/bounds.md", () => {
  test("explains every bound that an evaluator gives, in the section of its objective", () => {
    const graph = "a GPU:10|CPU:20 8B params=50 <-\nb GPU:10|CPU:20 params=50 <- a";
    for (const objective of objectivesFor("placement")) {
      const scenario = testScenario({ graph, devices: ["GPU", "CPU"], memoryBytes: 70, batch: 2, objective });
      const text = `${sectionOf(section[objective])} ${sectionOf(also[objective] ?? section[objective])}`;
      for (const { argument } of evaluator(scenario).bounds()) expect(text, objective).toContain(argument);
    }
  });
});

function sectionOf(title: string): string {
  const start = page.indexOf(`\n## ${title}\n`);
  expect(start, title).toBeGreaterThan(0);
  return page.slice(start, page.indexOf("\n## ", start + 1)).toLowerCase();
}
