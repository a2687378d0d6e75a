/** Ranks that wait for each other by joins, against the same with an order between each pair. */
import { expect, test } from "vitest";
import { ranksOf } from "../../../../../env/model/plan/inside.ts";
import { JOIN } from "../../../../../env/sim/lower/lowering.ts";
import { createPipelineRunner, runLoggedPipeline } from "../../../../../env/sim/lower/run.ts";
import { machinesWithCards } from "../machines.ts";
import { blockScenario } from "./blocks.ts";
import { drawnHybrid, hybridScenario } from "./drawn-hybrids.ts";

const shared = blockScenario(3, machinesWithCards([3, 3], { shared: true, latencyUs: 1 }), {
  optimizerSlots: 2,
});

const OF_THREE_RANKS = Array.from({ length: 20 }, (_, seed) => drawnHybrid(seed)).filter(({ stages }) =>
  stages.some((stage) => ranksOf(stage) > 2),
);

test("joins change neither times nor peaks of memory, to the last bit", () => {
  let joined = 0;
  for (const scenario of [hybridScenario, shared]) {
    const { run } = createPipelineRunner(scenario);
    for (const plan of OF_THREE_RANKS) {
      const [fast, slow] = [run(plan), runLoggedPipeline(scenario, plan)];
      if (fast.tasks.work.includes(JOIN)) joined++;
      expect(slow.tasks.work.includes(JOIN)).toBe(false);
      expect(fast.iterationUs).toBe(slow.iterationUs);
      expect([...fast.peakBytes]).toEqual([...slow.peakBytes]);
    }
  }
  expect(joined).toBe(2 * OF_THREE_RANKS.length);
  expect(joined).toBeGreaterThan(5);
});

test("where transfers and ops exclude each other there are no joins", () => {
  const exclusive = { ...hybridScenario, fidelity: { ...hybridScenario.fidelity, overlap: false } };
  for (const plan of OF_THREE_RANKS) {
    expect(createPipelineRunner(exclusive).run(plan).tasks.work.includes(JOIN)).toBe(false);
  }
});
