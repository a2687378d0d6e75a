import { describe, expect, test } from "vitest";
import {
  assignGroupColumns,
  createAssignEnv,
  createCutsEnv,
  frameOf,
  layerColumns,
  openColumns,
  sumColumns,
} from "../../../env/index.ts";
import { chainScenario, pipelineScenario } from "../envs/pipeline/chains.ts";

const column = (layers: Float32Array, name: (typeof layerColumns)[number]) =>
  Array.from(layers).filter((_, i) => i % layerColumns.length === layerColumns.indexOf(name));
const rounded = (values: Iterable<number>) => Array.from(values, (value) => Number(value.toFixed(5)));

describe("the rows of layers", () => {
  test("are shares of the largest layer, in the chain's order", () => {
    const { layers, edges } = createCutsEnv({ scenario: chainScenario }).reset().observation;
    expect(column(layers, "forward")).toEqual([0.5, 0.75, 1, 1, 0.75, 0.5]);
    expect(column(layers, "backward")).toEqual([0.5, 0.75, 1, 1, 0.75, 0.5]);
    expect(rounded(column(layers, "weightBytes"))).toEqual(rounded([1, 2, 3, 4, 5, 6].map((i) => i / 6)));
    expect(rounded(column(layers, "cutBytes"))).toEqual(
      rounded([100, 110, 120, 130, 140, 0].map((bytes) => bytes / 140)),
    );
    expect(column(layers, "gradientCutBytes")).toEqual([1, 1, 1, 1, 1, 0]);
    expect(rounded(column(layers, "position"))).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(column(layers, "isCurrent")).toEqual([1, 0, 0, 0, 0, 0]);
    expect([...edges]).toEqual([0, 1, 2, 3, 4, 1, 2, 3, 4, 5]);
  });

  test("are 0 where no layer has any", () => {
    const scenario = pipelineScenario("a 0 0B\nb 0 0B <- a");
    const { layers } = createCutsEnv({ scenario }).reset().observation;
    expect([...layers].every((value) => value === 0 || value === 1)).toBe(true);
  });
});

describe("the observation of Cuts", () => {
  test("shows the open stage with the current layer, devices left and the micro-batch", () => {
    const env = createCutsEnv({ scenario: chainScenario, microBatches: 4 });
    const seen = [env.reset().observation, ...[0, 2, 0].map((action) => env.step(action).observation)];
    expect(seen.map(({ open }) => rounded(open))).toEqual(
      [
        [4 / 36, 4 / 36, 1 / 21, 1, 0.25],
        [10 / 36, 10 / 36, 3 / 21, 1, 0.25],
        [8 / 36, 8 / 36, 3 / 21, 0.5, 0.25],
        [16 / 36, 16 / 36, 7 / 21, 0.5, 0.25],
      ].map(([forward, backward, weights, left, share], i) =>
        rounded([forward, backward, weights, seen[i].open[3], left, share]),
      ),
    );
    expect(seen[0].openColumns).toEqual([...sumColumns, "devicesLeft", "microBatch"]);
    expect(seen.map(({ current }) => current)).toEqual([0, 1, 2, 3]);
    expect([...seen[3].stage]).toEqual([0, 0, 1, -1, -1, -1]);
  });
});

describe("the observation of Assign", () => {
  test("shows what devices hold, and the current group", () => {
    const env = createAssignEnv({ scenario: chainScenario, groups: [0, 0, 1, 1, 2, 2], microBatches: 2 });
    env.reset();
    env.step(2);
    const { observation } = env.step(0);
    expect(column(observation.layers, "isCurrent")).toEqual([0, 0, 0, 0, 1, 1]);
    const forward = observation.loads.filter((_, i) => i % sumColumns.length === 0);
    expect(rounded(forward)).toEqual(rounded([16 / 36, 0, 10 / 36, 0]));
    expect(rounded(observation.group)).toEqual(
      rounded([10 / 36, 10 / 36, 11 / 21, observation.group[3], 0.5, 0.5]),
    );
    expect(observation.groupColumns).toEqual([...assignGroupColumns]);
    expect([...observation.placement]).toEqual([2, 2, 0, 0, -1, -1]);
    expect([...observation.groupOf]).toEqual([0, 0, 1, 1, 2, 2]);
    expect(observation.current).toBe(2);
  });

  test("has the same flat frame in every episode, whatever the groups", () => {
    const env = createAssignEnv({ scenario: chainScenario });
    const frame = frameOf(env.observationSpace);
    for (const groups of [1, 3, 6]) {
      const { observation } = env.reset({ options: { groups } });
      expect(frame.space.contains(frame.flatten(observation))).toBe(true);
    }
    expect(frameOf(createCutsEnv({ scenario: chainScenario }).observationSpace).length).toBe(
      6 * layerColumns.length + 10 + openColumns.length + 1 + 6,
    );
  });
});
