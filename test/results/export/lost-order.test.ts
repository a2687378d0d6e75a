/** What formats say of plans that they cannot hold. */
import { expect, test } from "vitest";
import { exportFormats } from "../../../results/export/index.ts";
import { exportScenario } from "../../../results/export/lost-order.ts";
import { blockScenario, hybridPlan, megatronSplit } from "../../env/sim/lower/inside/blocks.ts";
import { machines } from "../../env/sim/lower/machines.ts";

test("formats that cannot say how ops are divided refuse meshes inside in one sentence", () => {
  const scenario = blockScenario(1, machines([2]));
  const inside = { axes: [{ name: "tensor", size: 2 }] };
  const plan = hybridPlan(scenario, [{ devices: [0, 1], inside }], megatronSplit(0));
  const divides = (format: (typeof exportFormats)[number]): boolean =>
    format.subject === "sharding" || (format.subject === "pipeline" && format.writeDivided !== undefined);
  const others = exportFormats.filter((format) => !divides(format));
  expect(others.length).toBeGreaterThan(5);
  for (const format of others)
    expect(() => exportScenario(format, scenario, plan)).toThrow(
      `The format ${format.name} cannot say how ops are divided, and stages of the pipeline have meshes inside.`,
    );
});
