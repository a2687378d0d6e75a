/** What formats say of plans that they cannot hold. */
import { expect, test } from "vitest";
import { exportFormats } from "../../../results/export/index.ts";
import { exportScenario } from "../../../results/export/lost-order.ts";
import { blockScenario, hybridPlan, megatronSplit } from "../../env/sim/lower/inside/blocks.ts";
import { machines } from "../../env/sim/lower/machines.ts";

test("every format refuses a pipeline with meshes inside in one sentence", () => {
  const scenario = blockScenario(1, machines([2]));
  const inside = { axes: [{ name: "tensor", size: 2 }] };
  const plan = hybridPlan(scenario, [{ devices: [0, 1], inside }], megatronSplit(0));
  for (const format of exportFormats)
    expect(() => exportScenario(format, scenario, plan)).toThrow(
      `The format ${format.name} cannot say how ops are divided, and stages of the pipeline have meshes inside.`,
    );
});
