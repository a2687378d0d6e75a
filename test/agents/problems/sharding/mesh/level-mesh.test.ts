import { expect, test } from "vitest";
import { binaryMesh, levelMesh } from "../../../../../agents/problems/sharding/mesh/level-mesh.ts";
import { testScenario } from "../../../../../env/index.ts";
import { machines } from "../../../../env/sim/lower/machines.ts";
import { mlp } from "../../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../../env/sim/lower/sharding/sharded.ts";

const on = (sizes: readonly number[]) => shardedScenario(mlp({ b: 4, k: 4, h: 4, n: 4 }), machines(sizes));

test("the outer axis parts machines, the inner ones their devices", () => {
  const found = levelMesh(on([4, 4]));
  if (typeof found === "string") throw new Error(found);
  expect(found.mesh.axes.map(({ size }) => size)).toEqual([2, 2, 2]);
  expect(found.mesh.devices).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  const [across, ...inside] = found.bytesPerUs;
  for (const speed of inside) expect(speed).toBeGreaterThan(across);
});

test("sizes are prime, and planners that halve refuse others in a sentence", () => {
  const found = levelMesh(on([6]));
  expect(typeof found === "string" ? found : found.mesh.axes.map(({ size }) => size)).toEqual([2, 3]);
  expect(binaryMesh(on([6]), "Tofu")).toMatch(/^Tofu halves .* 6 are not a power of two above 1\.$/);
  expect(binaryMesh(on([1]), "Tofu")).toMatch(/^Tofu halves .*\.$/);
  expect(binaryMesh(on([4]), "Tofu")).toMatchObject({ mesh: { axes: [{ size: 2 }, { size: 2 }] } });
});

test("a graph without dimensions has no mesh", () => {
  expect(levelMesh(testScenario({ graph: "a 10 8B\nb 10 <- a" }))).toMatch(
    /says what dimensions it iterates over/,
  );
});
