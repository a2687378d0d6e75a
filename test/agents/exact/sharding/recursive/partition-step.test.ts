import fc from "fast-check";
import { expect, test } from "vitest";
import { everyLabeling } from "../../../../../agents/exact/sharding/labels/enumeration.ts";
import { costOf } from "../../../../../agents/exact/sharding/labels/problem.ts";
import {
  stepProblem,
  useBytes,
  WHOLE_LABEL,
} from "../../../../../agents/exact/sharding/recursive/partition-step.ts";
import { recursivePartition } from "../../../../../agents/exact/sharding/recursive/recursion.ts";
import { countedElements, randomPartitions } from "./random-partitions.ts";

test("a step equals the least of all choices, counted element by element", () => {
  fc.assert(
    fc.property(randomPartitions(8, 2), (partition) => {
      const { graph, shapes } = partition;
      const bytes = shapes.map(([rows, columns]) => rows * columns);
      const axes = shapes.map(() => [0, 1]);
      const dimensions = graph.groups.map(() => [0, 1, 2]);
      const problem = stepProblem(graph, { parts: 2, bytes, axes, dimensions });
      let least = Number.POSITIVE_INFINITY;
      for (const labels of everyLabeling(problem)) {
        const counted = countedElements(
          partition,
          labels.subarray(0, graph.tensorCount),
          labels.subarray(graph.tensorCount),
        );
        if (costOf(problem, labels) !== counted)
          throw new Error(`${costOf(problem, labels)}, not ${counted}`);
        least = Math.min(least, counted);
      }
      const found = recursivePartition(graph, [2], bytes, {
        divisible: { axes: (tensor) => axes[tensor], dimensions: (group) => dimensions[group] },
      });
      expect(found).toMatchObject({ bytes: least });
    }),
    { numRuns: 15 },
  );
});

test("a tensor that stays whole is free to read; parts that are made of it are gathered", () => {
  const read = { tensor: 0, axisOf: [0, WHOLE_LABEL] };
  const made = { ...read, sums: [false, true] };
  expect(useBytes(read, 0, WHOLE_LABEL, 2, 100)).toBe(0);
  expect(useBytes(made, 0, WHOLE_LABEL, 2, 100)).toBe(100);
  expect(useBytes(made, 1, WHOLE_LABEL, 2, 100)).toBe(200);
  expect(useBytes(made, WHOLE_LABEL, WHOLE_LABEL, 2, 100)).toBe(0);
});
