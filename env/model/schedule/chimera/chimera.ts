/**
 * `chimera`: pipelines in both directions over the same workers, with a flush (Li and Hoefler,
 * "Chimera", SC 2021).
 *
 * There are D stages on D workers, and f pairs of pipelines; each stage has 2f dealt replicas
 * (layout.ts). With 2f W replicas there are W groups of workers, each with an equal run of the
 * micro-batches. N micro-batches a group take 2N + D/f - 2 slots of one phase where D divides N.
 */
import { Phase, type PipelineShape, type ScheduleItem, type ScheduleMaker } from "../contract.ts";
import { checkOptionNames, countOption, wordOption } from "../options.ts";
import { layoutFault, sizeFault, workersOf } from "./layout.ts";
import { type Run, runsOf } from "./runs.ts";
import { type Cell, directCells, doubledCells } from "./slots.ts";

const NAME = "chimera";

export interface ChimeraOptions {
  /** f. */
  readonly pairs: number;
  /**
   * How blocks follow each other where N > D. `direct` puts one after the other. `doubling` and
   * `halving` run two micro-batches in one forward, so that it is as long as a backward. They are
   * one order. Doubling has whole micro-batches and keeps twice as much; halving has halves, which
   * the plan's `microBatches` then counts.
   */
  readonly concat: "direct" | "doubling" | "halving";
  /** How the last block is divided where D does not divide N (runs.ts). */
  readonly mode: "paper" | "code";
}

export const chimera: ScheduleMaker<ChimeraOptions> = {
  name: NAME,
  summary: "Pipelines in both directions over the same devices, with a flush.",
  paper: "Li and Hoefler, Chimera, SC 2021",
  asynchronous: false,
  options(given) {
    checkOptionNames(NAME, given, ["pairs", "concat", "mode"]);
    return {
      pairs: countOption(NAME, given, "pairs", 1),
      concat: wordOption(NAME, given, "concat", ["direct", "doubling", "halving"]),
      mode: wordOption(NAME, given, "mode", ["paper", "code"]),
    };
  },
  refuses(shape, { pairs, concat }) {
    const fault = sizeFault(shape, pairs) ?? layoutFault(shape, pairs);
    if (fault !== null) return `Schedule "${NAME}" ${fault}.`;
    const unit = workersOf(shape, pairs).length * spanOf(concat);
    if (shape.microBatches % unit === 0) return null;
    return `Schedule "${NAME}" needs a multiple of ${unit} micro-batches, not ${shape.microBatches}.`;
  },
  make(shape, { pairs, concat, mode }) {
    const { stages, microBatches, iterations } = shape;
    const groups = workersOf(shape, pairs);
    const ofGroup = microBatches / groups.length;
    const span = spanOf(concat);
    const runs = runsOf(ofGroup / span, stages.length, pairs, mode);
    const cells = (span === 1 ? directCells : doubledCells)(runs, stages.length, pairs);
    const order = Array.from({ length: shape.deviceCount }, (): ScheduleItem[] => []);
    for (let iteration = 0; iteration < iterations; iteration++)
      groups.forEach((workers, group) => {
        const from = iteration * microBatches + group * ofGroup;
        workers.forEach((device, place) => {
          for (const cell of cells[place]) order[device].push(itemOf(cell, from, span));
        });
      });
    const replicas = replicasOf(shape, runs, pairs, span);
    return {
      order,
      replicaOf: (_, microBatch) => replicas[microBatch % microBatches],
      weightVersions: new Int32Array(stages.length).fill(1),
      update: "iteration",
    };
  },
};

/** Micro-batches of one forward. */
const spanOf = (concat: ChimeraOptions["concat"]): number => (concat === "direct" ? 1 : 2);

function itemOf({ stage, unit, phase, half }: Cell, from: number, span: number): ScheduleItem {
  const microBatch = from + unit * span + half;
  if (span === 1 || phase === Phase.backward) return { stage, microBatch, phase };
  return { stage, microBatch, phase, span };
}

/** The replica of every stage that runs a micro-batch, shape [microBatches]. */
function replicasOf(
  { stages, microBatches }: PipelineShape,
  runs: readonly Run[],
  pairs: number,
  span: number,
): Int32Array {
  const width = 2 * pairs;
  const groups = stages[0].devices.length / width;
  const replicas = new Int32Array(microBatches);
  for (let group = 0; group < groups; group++)
    for (const { pipeline, first, count } of runs) {
      const start = (group * microBatches) / groups + first * span;
      replicas.fill(group * width + pipeline, start, start + count * span);
    }
  return replicas;
}
