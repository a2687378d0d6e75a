/**
 * Updates and sums of gradients of the pipeline specification: when each update comes on its
 * device, and what it waits for.
 */
import type { ScheduleItem } from "../../../model/schedule/contract.ts";
import { FORWARD, type PhaseRun, type Pipeline, UPDATE } from "./contract.ts";
import { roundOf } from "./rounds.ts";
import { addRun } from "./runs.ts";
import { gradientBuffers, type Sums, sumGradients } from "./sums.ts";

interface Updates {
  before(device: number, item: ScheduleItem): void;
  after(run: PhaseRun): void;
  finish(device: number): void;
  connect(): void;
}

export function addUpdates(pipeline: Pipeline): Updates {
  const { plan, asynchronous, lines, schedule, scenario, total } = pipeline;
  const gradients = gradientBuffers(pipeline);
  const bytesOf = (stage: number): number =>
    gradients.filter((each) => each.stage === stage).reduce((sum, { bytes }) => sum + bytes, 0);
  const opsOf = (stage: number): number[] =>
    [...scenario.graph.topologicalOrder].filter(
      (v) => plan.stageOf[v] === stage && pipeline.workOf(v) === UPDATE,
    );
  /** Rounds of each device that have ended, without an update yet. */
  const due: { stage: number; round: number }[][] = lines.map(() => []);
  const updates: Sums["updates"][number][] = [];
  /** Last item of each device, before its updates. */
  const lastItem: number[] = [];

  const update = (device: number, { stage, round }: { stage: number; round: number }): void => {
    const ops = opsOf(stage);
    if (ops.length === 0 && bytesOf(stage) === 0) return;
    const { devices, share } = plan.stages[stage];
    const replica = devices.indexOf(device);
    const microBatches = Array.from({ length: total }, (_, m) => m).filter(
      (m) =>
        roundOf(pipeline, stage, m) === round &&
        (share === "split" || schedule.replicaOf(stage, m) === replica),
    );
    const first = Array.from({ length: total }, (_, m) => m).find(
      (m) => roundOf(pipeline, stage, m) === round,
    )!;
    const split = share === "split";
    const run = addRun(pipeline, {
      stage,
      work: UPDATE,
      device,
      replica,
      microBatches: microBatches.length > 0 ? microBatches : [first],
      at: split ? replica : 0,
      of: split ? devices.length : 1,
      ops,
    });
    updates.push({ run, round });
  };
  const updateAll = (device: number, which: (each: { stage: number; round: number }) => boolean): void => {
    const now = due[device].filter(which);
    due[device] = due[device].filter((each) => !which(each));
    for (const each of now) update(device, each);
  };

  return {
    before(device, { stage, phase, microBatch }) {
      if (!asynchronous || phase === FORWARD) return;
      const round = roundOf(pipeline, stage, microBatch);
      updateAll(device, (each) => each.stage === stage && each.round < round);
    },
    after(run) {
      if (run.work !== 1 && run.work !== 2) return;
      const round = roundOf(pipeline, run.stage, run.microBatches[0]);
      if (!isLast(pipeline, run, round)) return;
      due[run.device].push({ stage: run.stage, round });
      const alone = plan.stages[run.stage].devices.length === 1;
      if (asynchronous && alone)
        updateAll(run.device, (each) => each.stage === run.stage && each.round === round);
    },
    finish(device) {
      lastItem[device] = lines[device].at(-1)?.last ?? -1;
      if (!asynchronous)
        plan.stages.forEach(({ devices }, stage) => {
          const ran = schedule.order[device].some((item) => item.stage === stage);
          if (devices.includes(device) && !ran) due[device].push({ stage, round: 0 });
        });
      updateAll(device, () => true);
    },
    connect: () => sumGradients({ pipeline, updates, gradients, lastItem }),
  };
}

/** Whether a replica has run all its backward items of a round. */
function isLast(pipeline: Pipeline, run: PhaseRun, round: number): boolean {
  const { schedule, lines } = pipeline;
  const items = schedule.order[run.device].filter(
    ({ stage, phase, microBatch }) =>
      stage === run.stage && phase !== FORWARD && roundOf(pipeline, stage, microBatch) === round,
  );
  const done = lines[run.device].filter(
    ({ stage, work, microBatches: [m] }) =>
      stage === run.stage && (work === 1 || work === 2) && roundOf(pipeline, stage, m) === round,
  );
  return items.length === done.length;
}
