/** Plans that need no search, on tiny graphs. */
import { describe, expect, test } from "vitest";
import { type Plan, testScenario } from "../../../../env/index.ts";
import { equalBlocks, layersApart, oneGpu } from "../../../../results/reproduce/placement/hand-placed.ts";

const devicesOf = (plan: Plan | null): number[] | null =>
  plan === null || plan.kind !== "placement" ? null : Array.from(plan.device);

const chain = testScenario({
  graph: "a 10 8B\nb 10 8B <- a\nc 10 8B <- b\nd 10 <- c",
  devices: ["CPU", "GPU", "GPU"],
});

describe("one GPU", () => {
  test("has all on the first accelerator, but for what only the host runs", () => {
    expect(devicesOf(oneGpu(chain))).toEqual([1, 1, 1, 1]);
    const feed = testScenario({ graph: "a CPU:1 8B\nb 10 <- a", devices: ["GPU", "CPU"] });
    expect(devicesOf(oneGpu(feed))).toEqual([1, 0]);
  });
});

describe("equal blocks", () => {
  test("cut the order into as many blocks as accelerators, the slowest as fast as can be", () => {
    expect(devicesOf(equalBlocks(chain))).toEqual([1, 1, 2, 2]);
    const uneven = testScenario({ graph: "a 10 8B\nb 10 8B <- a\nc 10 8B <- b\nd 30 <- c" });
    expect(devicesOf(equalBlocks(uneven))).toEqual([0, 0, 0, 1]);
  });
});

describe("an expert's layers", () => {
  const ops = [
    "embedding 1 8B",
    "layer_0/x 5 8B group=zero <- embedding",
    "layer_1/x 5 8B <- layer_0/x",
    "layer_2/x 5 8B <- layer_1/x",
    "layer_3/x 5 8B <- layer_2/x",
    "attention/x 5 <- layer_3/x",
    "other 5 group=zero <- layer_0/x",
  ];

  test("are dealt to the accelerators in order; attention and loss are on the last one", () => {
    const scenario = testScenario({ graph: ops.join("\n") });
    expect(devicesOf(layersApart(scenario))).toEqual([0, 0, 0, 1, 1, 1, 0]);
  });

  test("leave gaps where there are fewer layers than accelerators", () => {
    const scenario = testScenario({
      graph: "layer_0/x 5 8B\nlayer_1/x 5 8B <- layer_0/x\nloss/x 1 <- layer_1/x",
      devices: 4,
    });
    expect(devicesOf(layersApart(scenario))).toEqual([0, 2, 3]);
  });

  test("are none where no op is named after a layer", () => {
    expect(layersApart(chain)).toBeNull();
  });
});
