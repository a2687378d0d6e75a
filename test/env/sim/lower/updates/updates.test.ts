/** When updates run, and what they wait for. */
import { describe, expect, test } from "vitest";
import { type PipelineRun, runPipeline } from "../../../../../env/sim/lower/run.ts";
import { chainScenario, pipelineOf, uniformLayers } from "../../../model/plan/chain.ts";
import { machines } from "../machines.ts";

const layer = { forwardUs: 4, backwardUs: 4, updateUs: 1, weightBytes: 8 };

/** The tasks of a device in order, as letters with stage and micro-batch. */
function lineOf({ device, tasks }: PipelineRun, d: number): string {
  const letters = ["F", "B", "W", "R", "U"];
  return [...device.keys()]
    .filter((task) => device[task] === d && tasks.work[task] <= 4)
    .map((task) => `${letters[tasks.work[task]]}${tasks.stage[task]}.${tasks.microBatch[task]}`)
    .join(" ");
}

const scenario = chainScenario({
  layers: uniformLayers(2, layer),
  cluster: machines([3], { insideBytesPerUs: 8 }),
});
const run = (text: string) => runPipeline(scenario, pipelineOf(scenario, text));

describe("updates", () => {
  test("come last on their device where the batch ends with a flush", () => {
    expect(lineOf(run("0@0 | 1@1 x2 1f1b"), 0)).toBe("F0.0 F0.1 B0.0 B0.1 U0.0");
  });

  test("come at once without a flush, after each micro-batch or each batch", () => {
    expect(lineOf(run("0@0 | 1@1 x2 pipedream"), 1)).toMatch(/^F1.0 B1.0 U1.0 F1.1 B1.1 U1.1 F1.2/);
    expect(lineOf(run("0@0 | 1@1 x2 2bw"), 1)).toMatch(/^F1.0 B1.0 F1.1 B1.1 U1.0 F1.2 B1.2 F1.3 B1.3 U1.2/);
  });

  test("of replicas come before the next backward of a later round", () => {
    expect(lineOf(run("0@0 | 1@1,2 dealt x2 pipedream"), 1)).toMatch(
      /^F1.0 B1.0 F1.2 U1.0 B1.2 F1.4 U1.2 B1.4/,
    );
    expect(lineOf(run("0@0 | 1@1,2 split x2 2bw"), 1)).toMatch(/^F1.0 B1.0 F1.1 B1.1 F1.2 U1.0 B1.2/);
  });

  test("of a replica that is dealt nothing wait for the others, and its weights stay there", () => {
    const idle = run("0@0 | 1@1,2 dealt x1 gpipe");
    expect(lineOf(idle, 2)).toBe("U1.0");
    // Weights, and the buffer that gets the sum.
    expect(idle.peakBytes[2]).toBe(16);
    // The ring takes two steps of half a us, and the other update meanwhile ends.
    const [updated] = [...idle.device.keys()].filter((task) => idle.device[task] === 2);
    expect(idle.engine.startUs[updated]).toBeCloseTo(4 + 4 + 4 + 1, 9);
  });

  test("that only the host's weights need are none: a stage without gradients has no update", () => {
    const free = chainScenario({ layers: [{ forwardUs: 1, backwardUs: 1 }], devices: 1 });
    const alone = runPipeline(free, pipelineOf(free, "0@0 x2 gpipe"));
    expect(lineOf(alone, 0)).toMatch(/^F0.0 F0.1 B0.1 B0.0/);
  });
});

describe("gradients of weights that another stage holds", () => {
  test("go there once in a batch, behind what the next micro-batch needs", () => {
    const tied = chainScenario({
      layers: uniformLayers(2, layer),
      tiedBytes: 24,
      cluster: machines([2], { insideBytesPerUs: 8 }),
    });
    const { compiled } = runPipeline(tied, pipelineOf(tied, "0@0 | 1@1 x4 1f1b"));
    const sizes = [...compiled.slotBytes].filter((bytes) => bytes === 24);
    // The weights there, the gradient back.
    expect(sizes).toHaveLength(2);
  });
});
