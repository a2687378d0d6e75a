/** docs/pipeline-planners.md tells of every planner of pipelines, and of no other. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { composedMethods } from "../../agents/registry/methods.ts";
import { pipelinePlanners } from "../../agents/selection.ts";

const path = fileURLToPath(new URL("../../docs/pipeline-planners.md", import.meta.url));
const sections = readFileSync(path, "utf8").split("\n## ");
const planners = pipelinePlanners(composedMethods, "iteration").map(({ card }) => card.id);

/** Ids in the first cells of a section's table. */
const rowsOf = (title: string): string[] =>
  sections
    .find((section) => section.startsWith(title))!
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...line.split("|")[1].matchAll(/`([^`]+)`/g)].map(([, id]) => id));

test.each(["What the estimates count", "How far they agree with the simulator"])(
  "%s: a row for each planner of pipelines",
  (title) => {
    expect(rowsOf(title).sort()).toEqual([...planners].sort());
  },
);
