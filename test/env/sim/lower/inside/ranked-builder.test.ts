/**
 * The builder of tasks on ranks against the plain one, tensors between unequal ranks, and joins
 * against an order between each pair of ranks.
 */
import { expect, test } from "vitest";
import { ranksOf } from "../../../../../env/model/plan/inside.ts";
import { rankedBuilder } from "../../../../../env/sim/lower/inside/ranked-builder.ts";
import { JOIN } from "../../../../../env/sim/lower/lowering.ts";
import { createPipelineRunner, runLoggedPipeline } from "../../../../../env/sim/lower/run.ts";
import { type TaskBuilder, taskBuilder } from "../../../../../env/sim/lower/tasks/task-builder.ts";
import { machines, machinesWithCards } from "../machines.ts";
import { blockScenario } from "./blocks.ts";
import { drawnHybrid, hybridScenario } from "./drawn-hybrids.ts";

const scenario = blockScenario(1, machines([6]));

/** Three tasks; the second and third use a tensor of the first, which has a buffer. */
function build(builder: TaskBuilder, devices: readonly number[]) {
  const tasks = devices.map((device) => builder.task(device, 0, 1));
  const tensor = builder.tensor(tasks[0], 0, 1);
  for (const task of tasks.slice(1)) builder.uses(task, tensor);
  builder.buffer(tasks[0], 0, 1, [tensor]);
  builder.after(tasks[2], tasks[1]);
  return builder.build(scenario, scenario.cluster);
}

test("makes the tasks of the plain builder where nobody leads others", () => {
  const { compiled, device, buffers, references } = build(
    rankedBuilder([0, 1, 2, 3, 4, 5].map((d) => [d])),
    [0, 1, 1],
  );
  const plain = build(taskBuilder(), [0, 1, 1]);
  expect(device).toEqual(plain.device);
  expect(buffers).toEqual(plain.buffers);
  expect(references).toEqual(plain.references);
  expect(compiled.depConsumer).toEqual(plain.compiled.depConsumer);
  expect(compiled.depSlot).toEqual(plain.compiled.depSlot);
});

test("sends to each rank from the rank at the same place, and keeps the buffer of that rank", () => {
  const ranks = [[0, 1], [1], [2, 3, 4, 5], [3], [4], [5]];
  const builder = rankedBuilder(ranks);
  const { compiled, device, buffers } = build(builder, [0, 2, 2]);
  expect([...device]).toEqual([0, 1, 2, 3, 4, 5, 2, 3, 4, 5]);
  expect([...builder.taskOf()]).toEqual([0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
  const pairs: string[] = [];
  for (let v = 0; v < compiled.opCount; v++)
    for (let i = compiled.depStart[v]; i < compiled.depStart[v + 1]; i++)
      if (compiled.depSlot[i] >= 0) pairs.push(`${device[v]}-${device[compiled.depConsumer[i]]}`);
  expect([...new Set(pairs)].sort()).toEqual(["0-2", "0-3", "1-4", "1-5"]);
  expect([...buffers.task]).toEqual([0, 1]);
  expect([...buffers.start]).toEqual([0, 2, 4]);
});

test("begins a task on all ranks when all are done with the task before", () => {
  const builder = rankedBuilder([[0, 1], [1], [2], [3], [4], [5]]);
  const { compiled } = build(builder, [2, 0, 0]);
  // Each rank waits for its own copy and for both ranks.
  expect([...compiled.waitsFor]).toEqual([0, 1, 1, 3, 3]);
});

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
