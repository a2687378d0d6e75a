/**
 * Products that ranks pass panel by panel (SUMMA; van de Geijn and Watts, "SUMMA: Scalable
 * Universal Matrix Multiplication Algorithm", 1997; Xu et al., Optimus, arXiv 2104.05343). In each
 * round one rank of every group sends its panel of an operand to the others. All do their share of
 * the round. Panels of an output are then summed to the rank on which they lie.
 *
 * Panels are sent and summed along binomial trees. Those of a round may arrive while the round
 * before runs, so a rank has room for two of each operand. Each round takes a launch.
 */
import type { TensorAxes } from "../../../../model/graph/iteration.ts";
import { coordinatesOf, groupsAlong } from "../../../../model/layout/mesh.ts";
import { type Panels, panelAxes } from "../../../../model/layout/natural.ts";
import { iterationOf } from "../../../../model/plan/sharding.ts";
import { broadcast, reduce } from "../../collectives/tree.ts";
import { type Purpose, type Run, rankBytes } from "../instructions.ts";
import {
  addStep,
  type MoveKind,
  ownBuffer,
  type RunTask,
  type ShardedLowering,
  useBuffer,
  waitForValues,
} from "../lowering.ts";

/** Panels of a round may be sent once the round so many before is done. */
const ROUNDS_AHEAD = 2;

/** A value in panels along a mesh axis. */
interface Lying {
  readonly value: number;
  readonly axis: number;
  readonly purpose: Purpose;
}

/** Returns the tasks of the last round. Pre: the run has panels. */
export function lowerPanels(lowering: ShardedLowering, run: Run, runTask: RunTask): readonly number[] {
  const { program, plan } = lowering;
  const { panels, operands, outputs } = partsOf(lowering, run);
  const count = program.sizes[panels.axes[0]];
  const rounds: number[][] = [];
  const values = [...run.inputs, ...run.parameters];
  for (let round = 0; round < count; round++) {
    const arrived = operands.map((each) => sendPanels(lowering, run.op, each, round, rounds));
    const tasks = plan.mesh.devices.map((_, rank) => {
      const task = runTask(rank, run.share / count);
      waitForValues(lowering, task, rank, values);
      const before = round === 0 ? [] : [rounds[round - 1][rank]];
      for (const each of [...arrived.map(({ last }) => last[rank]), ...before])
        lowering.builder.after(task, each);
      return task;
    });
    for (const { buffers } of arrived)
      buffers.forEach((buffer, rank) => void lowering.buffers.use(buffer, tasks[rank]));
    rounds.push(tasks);
    for (const each of outputs) sumPanels(lowering, run.op, each, round, tasks);
  }
  const last = rounds[count - 1];
  for (const value of values) useBuffer(lowering, value, last);
  const lying = new Set(outputs.map(({ value }) => value));
  for (const value of run.outputs) {
    if (lying.has(value)) continue;
    lowering.ready[value] = [...last];
    ownBuffer(lowering, value, rounds[0]);
    useBuffer(lowering, value, last);
  }
  return last;
}

/** What lies in panels of the operands and of the outputs. */
function partsOf({ scenario }: ShardedLowering, { op, split, panels, inputs, parameters, outputs }: Run) {
  const iteration = iterationOf(scenario.graph, op)!;
  const lying = (tensors: readonly TensorAxes[], values: readonly number[], purpose: Purpose): Lying[] =>
    values.flatMap((value, i) =>
      panelAxes(tensors[i], split!, panels!).map((axis) => ({ value, axis, purpose })),
    );
  return {
    panels: panels as Panels,
    operands: [
      ...lying(iteration.inputs, inputs, "data"),
      ...lying(iteration.parameters, parameters, "weights"),
    ],
    outputs: lying(iteration.outputs, outputs, "data"),
  };
}

interface Arrived {
  /** Task after which each rank has the panel. */
  readonly last: readonly number[];
  /** Buffer of the panel on each rank, -1 where it lies. */
  readonly buffers: readonly number[];
}

/** Each group along the operand's axis gets the panel of one of its members. */
function sendPanels(
  lowering: ShardedLowering,
  op: number,
  operand: Lying,
  round: number,
  rounds: readonly (readonly number[])[],
): Arrived {
  const { builder, plan, buffers } = lowering;
  const { value, axis } = operand;
  const free = rounds[round - ROUNDS_AHEAD];
  const bytes = rankBytes(lowering.program, value);
  return inGroups(lowering, op, operand, "broadcast", (amount) => {
    const starts = plan.mesh.devices.map((_, rank) => {
      const start = addStep(lowering, rank, op);
      if (free !== undefined) builder.after(start, free[rank]);
      if (liesOn(lowering, axis, rank, round)) waitForValues(lowering, start, rank, [value]);
      return start;
    });
    const last = [...starts];
    forGroups(lowering, axis, round, (ranks) => {
      const done = broadcast(
        { builder, amount, step: (member) => addStep(lowering, ranks[member], op) },
        ranks.map((rank) => starts[rank]),
      );
      ranks.forEach((rank, member) => {
        last[rank] = done[member];
      });
    });
    useBuffer(lowering, value, last);
    const made = plan.mesh.devices.map((device, rank) =>
      liesOn(lowering, axis, rank, round) ? -1 : buffers.add(device, bytes, starts[rank]),
    );
    return { last, buffers: made };
  });
}

/** The panel that all have made is summed to the members on which it lies, and is theirs. */
function sumPanels(
  lowering: ShardedLowering,
  op: number,
  output: Lying,
  round: number,
  tasks: readonly number[],
): void {
  const { builder, plan, ready, buffers, bufferOf } = lowering;
  const { value, axis } = output;
  const bytes = rankBytes(lowering.program, value);
  ready[value] ??= [];
  bufferOf[value] ??= [];
  inGroups(lowering, op, output, "reduce", (amount) => {
    const made = plan.mesh.devices.map((device, rank) => buffers.add(device, bytes, tasks[rank]));
    const starts = tasks.map((task, rank) => {
      const start = addStep(lowering, rank, op);
      builder.after(start, task);
      return start;
    });
    forGroups(lowering, axis, round, (ranks) => {
      const done = reduce(
        { builder, amount, step: (member) => addStep(lowering, ranks[member], op) },
        ranks.map((rank) => starts[rank]),
      );
      ranks.forEach((rank, member) => void buffers.use(made[rank], done[member]));
      ready[value][ranks[0]] = done[0];
      bufferOf[value][ranks[0]] = made[ranks[0]];
    });
  });
}

/** Notes what is added as one move. */
function inGroups<T>(
  lowering: ShardedLowering,
  op: number,
  { value, axis, purpose }: Lying,
  kind: MoveKind,
  add: (amount: number) => T,
): T {
  const { program, builder, moves, amounts } = lowering;
  const bytes = rankBytes(program, value);
  const firstTask = builder.taskCount;
  const added = add(amounts.push(bytes) - 1);
  moves.push({
    kind,
    purpose,
    op,
    output: program.values[value].output,
    value,
    group: [axis],
    members: program.sizes[axis],
    bytes,
    firstTask,
    endTask: builder.taskCount,
  });
  return added;
}

const liesOn = ({ program }: ShardedLowering, axis: number, rank: number, round: number): boolean =>
  coordinatesOf(program.sizes, rank)[axis] === round;

/** Members of each group along an axis, from the one on which the round's panel lies. */
function forGroups(
  { program }: ShardedLowering,
  axis: number,
  round: number,
  each: (ranks: readonly number[]) => void,
): void {
  for (const group of groupsAlong(program.sizes, [axis]))
    each([...group.slice(round), ...group.slice(0, round)]);
}
