/**
 * Lowers a sharding plan to tasks of the one engine. There is a task for each op and rank, and
 * messages for the steps between them. docs/sharding.md has the rules.
 *
 * A task takes the launch and its share of the rest (env/model/cluster/micro-batch.ts). A device
 * runs its tasks in the order in which they become ready, as under a placement.
 */
import { isCpu } from "../../../model/cluster/cluster.ts";
import { hostOf } from "../../../model/cluster/hosts.ts";
import { shareUs } from "../../../model/cluster/micro-batch.ts";
import { InputError } from "../../../model/errors.ts";
import { CONTROL, Role } from "../../../model/graph/graph.ts";
import { linkCosts } from "../../../model/layout/alpha-beta.ts";
import type { Resharder } from "../../../model/layout/reshard.ts";
import type { ShardingPlan } from "../../../model/plan/sharding.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { IntervalColumns } from "../../memory/interval-columns.ts";
import { withSenders } from "../collectives/senders.ts";
import { opTimes } from "../costs/unit-times.ts";
import { type TaskStructure, taskBuilder } from "../tasks/task-builder.ts";
import { taskOrder } from "../tasks/task-order.ts";
import { createBuffers } from "./buffers.ts";
import { type HostRun, type Move, madeFirst, type Run, type ShardedProgram } from "./instructions.ts";
import {
  addRunTask,
  addStep,
  type LoweredMove,
  ownBuffer,
  type RunTask,
  type ShardedLowering,
  useBuffer,
  waitForValues,
} from "./lowering.ts";
import { lowerFeed, lowerMove, lowerView } from "./moves.ts";
import { shardedProgram } from "./program.ts";
import { createFetching, lowerHostCopy } from "./special-runs/host-copies.ts";
import { lowerOwned } from "./special-runs/owned.ts";
import { lowerPanels } from "./special-runs/panels.ts";
import { hostBytes, residentOf } from "./state-bytes.ts";

export interface LoweredSharding extends TaskStructure {
  readonly program: ShardedProgram;
  readonly moves: readonly LoweredMove[];
  /** Op of each task, or whose tensor it moves. */
  readonly opOf: readonly number[];
  /** Rank of each task; -1 for the host's. */
  readonly rankOf: readonly number[];
  /** Tasks of ops that run again. */
  readonly againTasks: ReadonlySet<number>;
  /** The first rows of `columns` are buffers. That of a value on a rank, -1 for none. */
  readonly bufferOf: readonly (readonly number[])[];
  readonly columns: IntervalColumns;
}

/** Gathers of weights may begin while the pass before the last one that had gathered runs. */
const GATHERED_AHEAD = 2;

/** Pre: a valid plan. Times and bytes are filled in. */
export function lowerSharding(
  scenario: Scenario,
  plan: ShardingPlan,
  resharder?: Resharder,
): LoweredSharding {
  return lowerProgram(scenario, plan, shardedProgram(scenario, plan, resharder));
}

/** Values that a program finds, and those that it leaves. */
export interface Borders {
  /** On all ranks at once, in memory that is not counted. */
  readonly given: readonly number[];
  /** Kept on each rank until it is done. */
  readonly kept: readonly number[];
  /** Made in memory that is counted elsewhere. */
  readonly uncounted: readonly number[];
}

/** The tasks of a program of the plan, or of a part of one between `borders`. */
export function lowerProgram(
  scenario: Scenario,
  plan: ShardingPlan,
  program: ShardedProgram,
  borders: Borders = { given: [], kept: [], uncounted: [] },
): LoweredSharding {
  const lowering: ShardedLowering = {
    scenario,
    plan,
    program,
    builder: taskBuilder(),
    buffers: createBuffers(),
    amounts: [],
    moves: [],
    opOf: [],
    rankOf: [],
    againTasks: new Set(),
    ready: [],
    bufferOf: [],
    uncounted: new Set(borders.uncounted),
    hosts: hostsOf(scenario, plan),
    firstOf: madeFirst(program),
    hostRuns: [],
    linkOf: linkCosts(scenario.cluster, plan.mesh),
    usesSenders: false,
  };
  const nowhere = plan.mesh.devices.map(() => -1);
  const weights = program.weights.flatMap(({ value, copy }) =>
    copy === undefined ? [value] : [value, copy],
  );
  for (const value of [...weights, ...borders.given]) {
    lowering.ready[value] = nowhere;
    lowering.bufferOf[value] = nowhere;
  }
  const shares = layOut(lowering);
  if (borders.kept.length > 0) keepToEnd(lowering, borders.kept);
  const cluster = lowering.usesSenders ? withSenders(scenario.cluster) : scenario.cluster;
  const structure = lowering.builder.build(scenario, cluster);
  if (plan.sync === "exposed") checkEnds(structure);
  fill(lowering, structure, shares);
  const { moves, opOf, rankOf, againTasks, bufferOf, buffers } = lowering;
  const columns = buffers.columns(structure.device, structure.compiled.workspaceBytes);
  return { ...structure, program, moves, opOf, rankOf, againTasks, bufferOf, columns };
}

const hostsOf = ({ cluster }: Scenario, { mesh, offload }: ShardingPlan): number[] =>
  mesh.devices.map((device) => (offload === undefined ? -1 : hostOf(cluster, device)));

/** Tasks of ops on all ranks; a host's has one entry. */
type TasksOf = (readonly number[] | undefined)[];

/** Returns the share of its op that each task runs; 0 for steps. */
function layOut(lowering: ShardedLowering): number[] {
  const { program, plan } = lowering;
  const shares: number[] = [];
  const tasksOf: TasksOf = [];
  const hostBuffer = new Map<number, number>();
  const gathering = createGathering(lowering);
  const fetching = createFetching(lowering.scenario.graph, plan.mesh.devices.length);
  const rootOf = firstOfCopies(program);
  const lateStarts: number[][] = [];
  for (const instruction of program.instructions) {
    if (instruction.kind === "view") lowerView(lowering, instruction);
    else if (instruction.kind === "host")
      hostBuffer.set(instruction.op, lowerHost(lowering, instruction, tasksOf, shares));
    else if (instruction.kind === "feed") {
      const { op } = program.values[instruction.from];
      lowerFeed(lowering, instruction, { task: tasksOf[op]![0], buffer: hostBuffer.get(op)! });
    } else if (instruction.kind === "owned") {
      const placeOf = (op: number) => ({ task: tasksOf[op]![0], buffer: hostBuffer.get(op)! });
      const { task, buffer } = lowerOwned(lowering, instruction, placeOf);
      shares[task] = 1;
      addOrders(lowering, instruction.op, task, instruction.rank, tasksOf);
      tasksOf[instruction.op] = [task];
      hostBuffer.set(instruction.op, buffer);
    } else if (instruction.kind === "move") {
      const first = lowerMove(lowering, instruction, gathering.before(instruction));
      if (instruction.purpose === "gradient" && first.length > 0) lateStarts.push([...first]);
    } else if (instruction.kind === "run") {
      const tasks = lowerRun(lowering, instruction, tasksOf, shares);
      gathering.ran(instruction, tasks);
      fetching.ran(instruction, tasks, rootOf);
    } else {
      const waits = instruction.purpose === "weights" ? gathering : fetching;
      lowerHostCopy(lowering, instruction, waits.before(instruction));
    }
  }
  if (plan.sync === "exposed") exposeSums(lowering, tasksOf, lateStarts);
  return shares;
}

/** Which runs have used gathered weights: the next gather waits for one of them. */
function createGathering({ plan }: ShardedLowering) {
  const made = new Set<number>();
  const runs: (readonly number[])[] = [];
  const nothing = plan.mesh.devices.map(() => -1);
  return {
    before: ({ purpose, to }: Pick<Move, "purpose" | "to">): readonly number[] => {
      if (purpose !== "weights") return nothing;
      made.add(to);
      return runs[runs.length - GATHERED_AHEAD] ?? nothing;
    },
    ran: ({ parameters }: Run, tasks: readonly number[]): void => {
      if (parameters.some((value) => made.has(value))) runs.push(tasks);
    },
  };
}

function lowerHost(
  lowering: ShardedLowering,
  { op, outputs }: HostRun,
  tasksOf: TasksOf,
  shares: number[],
): number {
  const { scenario, builder, buffers, program, opOf, rankOf } = lowering;
  const device = scenario.cluster.devices.findIndex(isCpu);
  const task = builder.task(device, op * scenario.cluster.devices.length + device, 1);
  shares[task] = 1;
  opOf.push(op);
  rankOf.push(-1);
  addOrders(lowering, op, task, 0, tasksOf);
  tasksOf[op] = [task];
  return buffers.add(
    device,
    outputs.reduce((sum, value) => sum + program.values[value].bytes, 0),
    task,
  );
}

function lowerRun(
  lowering: ShardedLowering,
  run: Run,
  tasksOf: TasksOf,
  shares: number[],
): readonly number[] {
  const { scenario, plan, bufferOf, firstOf, program } = lowering;
  const { op, inputs, renewed, waits = [] } = run;
  const runTask: RunTask = (rank, share) => {
    const task = addRunTask(lowering, op, rank, share, run.onHosts);
    if (run.onHosts) lowering.hostRuns.push({ task, rank });
    shares[task] = share;
    if (run.again) lowering.againTasks.add(task);
    waitForValues(lowering, task, rank, waits);
    addOrders(lowering, op, task, rank, tasksOf);
    return task;
  };
  const tasks =
    run.panels === undefined ? runAtOnce(lowering, run, runTask) : lowerPanels(lowering, run, runTask);
  if (run.again === undefined) tasksOf[op] = tasks;
  for (const value of renewed) {
    lowering.ready[value] = [...tasks];
    bufferOf[value] = tasks.map(() => -1);
  }
  // Those that hosts need go there as soon as they are there.
  if (scenario.graph.role[op] === Role.update && (plan.memory?.zero ?? 0) < 2 && run.onHosts === undefined)
    for (const value of inputs) {
      const whole = firstOf[value];
      if (program.values[whole].onHost !== true) useBuffer(lowering, whole, tasks);
    }
  return tasks;
}

function runAtOnce(
  lowering: ShardedLowering,
  { share, shares, inputs, parameters, outputs }: Run,
  runTask: RunTask,
): readonly number[] {
  const { plan, ready } = lowering;
  const tasks = plan.mesh.devices.map((_, rank) => {
    const task = runTask(rank, shares?.[rank] ?? share);
    waitForValues(lowering, task, rank, [...inputs, ...parameters]);
    return task;
  });
  for (const value of [...inputs, ...parameters]) useBuffer(lowering, value, tasks);
  for (const value of outputs) {
    ready[value] = [...tasks];
    ownBuffer(lowering, value, tasks);
  }
  return tasks;
}

/** A task without work after all others of a rank uses the values. */
function keepToEnd(lowering: ShardedLowering, kept: readonly number[]): void {
  const { builder, rankOf, plan } = lowering;
  const before = rankOf.slice();
  const ends = plan.mesh.devices.map((_, rank) => addStep(lowering, rank, 0));
  before.forEach((rank, task) => {
    if (rank !== -1) builder.after(ends[rank], task);
  });
  for (const value of kept) useBuffer(lowering, value, ends);
}

/** Control edges order the tasks of a rank. */
function addOrders(
  { scenario, builder }: ShardedLowering,
  op: number,
  task: number,
  rank: number,
  tasksOf: TasksOf,
) {
  const { inStart, edgeOutput, edgeSource } = scenario.graph;
  for (let e = inStart[op]; e < inStart[op + 1]; e++) {
    if (edgeOutput[e] !== CONTROL) continue;
    const tasks = tasksOf[edgeSource[e]];
    if (tasks === undefined) continue;
    builder.after(task, tasks.length === 1 ? tasks[0] : tasks[rank]);
  }
}

/** Sums of gradients wait until their rank has nothing else to do before its updates. */
function exposeSums(
  lowering: ShardedLowering,
  tasksOf: TasksOf,
  starts: readonly (readonly number[])[],
): void {
  const { scenario, builder, plan } = lowering;
  plan.mesh.devices.forEach((_, rank) => {
    const done = addStep(lowering, rank, 0);
    tasksOf.forEach((tasks, op) => {
      if (tasks === undefined || scenario.graph.role[op] === Role.update || tasks.length === 1) return;
      builder.after(done, tasks[rank]);
    });
    for (const start of starts) builder.after(start[rank], done);
  });
}

function checkEnds({ compiled }: TaskStructure): void {
  if (taskOrder(compiled).length < compiled.opCount)
    throw new InputError(
      "Sums of gradients that are exposed wait for ops that need them, for ever; take the sync overlapped.",
    );
}

/** Writes times, bytes of messages, scratch memory and what lives on each rank throughout. */
function fill(
  lowering: ShardedLowering,
  { compiled, references }: TaskStructure,
  shares: readonly number[],
): void {
  const { scenario, plan, amounts, opOf, rankOf, program } = lowering;
  const { graph, cluster, fidelity } = scenario;
  const { runUs } = opTimes(scenario);
  const launchUs = Float64Array.from(cluster.devices, (device) => device.launchUs);
  const { taskTime, slotAmount, slotShare } = references;
  const seen = new Set<number>();
  const residentBytes = residentOf(program, plan.offload, fidelity.optimizerSlots);
  const ownedBytes = new Float64Array(plan.mesh.devices.length);
  for (const { op, rank } of plan.owners ?? [])
    ownedBytes[rank] += graph.parameterBytes[op] * (1 + fidelity.optimizerSlots);
  for (let task = 0; task < opOf.length; task++) {
    const time = taskTime[task];
    if (time === -1) continue;
    compiled.runUs[task] = shareUs(
      runUs[time],
      runUs[time] === Number.POSITIVE_INFINITY ? 0 : Math.min(runUs[time], launchUs[time % launchUs.length]),
      shares[task],
    );
    compiled.workspaceBytes[task] = graph.workspaceBytes[opOf[task]] * shares[task];
    if (rankOf[task] === -1 || seen.has(rankOf[task])) continue;
    seen.add(rankOf[task]);
    compiled.residentBytes[task] = residentBytes(rankOf[task]) + ownedBytes[rankOf[task]];
  }
  const told = new Set<number>();
  for (const { task, rank } of lowering.hostRuns) {
    if (!told.has(rank)) compiled.residentBytes[task] = hostBytes(program, fidelity.optimizerSlots, rank);
    told.add(rank);
  }
  for (let slot = 0; slot < slotAmount.length; slot++)
    compiled.slotBytes[slot] = amounts[slotAmount[slot]] * slotShare[slot];
}

/** What each value was brought from: what was fetched, or made first. */
function firstOfCopies({ values, instructions }: ShardedProgram): (value: number) => number {
  const rootOf = Int32Array.from(values.keys());
  for (const each of instructions)
    if (each.kind === "move" || each.kind === "view") rootOf[each.to] = rootOf[each.from];
  return (value) => rootOf[value];
}
