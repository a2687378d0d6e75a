/**
 * What updates of the pipeline specification wait for: their replica's gradients, the messages of a
 * collective, and gradients from other stages.
 */
import { Role } from "../../../model/graph/graph.ts";
import { opClasses } from "../../../model/graph/op-classes.ts";
import { roundsOf } from "./collectives.ts";
import type { PhaseRun, Pipeline } from "./contract.ts";
import { roundOf } from "./rounds.ts";

export interface Sums {
  readonly pipeline: Pipeline;
  readonly updates: readonly { readonly run: PhaseRun; readonly round: number }[];
  readonly gradients: readonly Buffer[];
  /** Last item of each device, before its updates. */
  readonly lastItem: readonly number[];
}

export function sumGradients(all: Sums): void {
  const { pipeline, updates } = all;
  const sums = new Map<string, number[]>();
  for (const stage of pipeline.plan.stages.keys())
    for (const round of new Set(updates.filter(({ run }) => run.stage === stage).map((each) => each.round)))
      sums.set(`${stage} ${round}`, sum(all, stage, round));
  shareGradients(all, sums);
}

/** Sums the gradients of a round; returns the tasks after which each member has the sum. */
function sum({ pipeline, updates, gradients, lastItem }: Sums, stage: number, round: number): number[] {
  const { lines, plan, tasks, asynchronous } = pipeline;
  const members = updates
    .filter((each) => each.run.stage === stage && each.round === round)
    .map(({ run }) => run)
    .sort((a, b) => a.replica - b.replica);
  const bytes = gradients.filter((each) => each.stage === stage).reduce((all, each) => all + each.bytes, 0);
  const last = members.map(({ device }, i) => {
    const own = lines[device].filter(
      (run) =>
        run.stage === stage &&
        (run.work === 1 || run.work === 2) &&
        roundOf(pipeline, stage, run.microBatches[0]) === round,
    );
    holdGradient(pipeline, own[0] ?? null, bytes, members.find((run) => run.device === device)!);
    if (plan.sync === "exposed") return asynchronous ? taskBefore(pipeline, members[i]) : lastItem[device];
    return own.at(-1)?.last ?? -1;
  });
  const after = members.length === 1 || bytes === 0 ? last : allReduce(pipeline, members, last, bytes);
  members.forEach(({ first }, i) => {
    if (after[i] !== -1) tasks.all[first].after.push(after[i]);
  });
  return after;
}

/** The last task before an update on its device. */
function taskBefore({ lines }: Pipeline, run: PhaseRun): number {
  return lines[run.device][lines[run.device].indexOf(run) - 1].last;
}

function holdGradient({ tasks }: Pipeline, first: PhaseRun | null, bytes: number, user: PhaseRun): void {
  tasks.lives.push({ device: user.device, bytes, from: first?.first ?? user.first, until: [user.last] });
}

function allReduce(
  pipeline: Pipeline,
  members: readonly PhaseRun[],
  ready: readonly number[],
  bytes: number,
): number[] {
  const { scenario, tasks } = pipeline;
  const { overlap } = scenario.fidelity;
  const count = scenario.cluster.devices.length;
  const step = (member: number, after: readonly number[]): number =>
    tasks.all.push({
      device: members[member].device + (overlap ? count : 0),
      us: 0,
      after: after.filter((task) => task !== -1),
    }) - 1;
  let last = members.map((_, member) => step(member, [ready[member]]));
  for (const round of roundsOf(pipeline, members)) {
    const before = last;
    last = [...before];
    for (const { from, to, share } of round) {
      last[to] = step(to, [before[to]]);
      tasks.messages.push({ from: before[from], bytes: bytes * share, to: [last[to]] });
    }
  }
  return last;
}

/** Gradients of weights of another stage go there once in a round. */
function shareGradients(
  { pipeline, updates, gradients }: Sums,
  sums: ReadonlyMap<string, readonly number[]>,
): void {
  const { plan, tasks, scenario, total } = pipeline;
  for (const from of plan.stages.keys())
    for (const to of plan.stages.keys()) {
      const shared = gradients.filter(({ stage, users }) => stage === from && users.has(to));
      if (from === to || shared.length === 0) continue;
      const bytes = shared.reduce((all, each) => all + each.bytes, 0);
      for (const { run, round } of updates) {
        if (run.stage !== to) continue;
        const first = Array.from({ length: total }, (_, m) => m).find(
          (m) => roundOf(pipeline, to, m) === round,
        )!;
        const senders = sums.get(`${from} ${roundOf(pipeline, from, first)}`) ?? [];
        if (senders.length === 0) continue;
        const sender = senders[run.replica % senders.length];
        if (sender === -1) continue;
        const home = tasks.all[sender].device % scenario.cluster.devices.length;
        if (home === run.device) tasks.all[run.first].after.push(sender);
        else {
          const message = { from: sender, bytes, to: [run.first] };
          tasks.messages.push(message);
          tasks.lives.push({ device: run.device, bytes, from: message, until: [run.last] });
        }
      }
    }
}

export interface Buffer {
  readonly stage: number;
  readonly bytes: number;
  /** Other stages that need it. */
  readonly users: ReadonlySet<number>;
}

/** Gradients of a stage that go into one sum share a buffer. */
export function gradientBuffers({ scenario: { graph }, plan }: Pipeline): Buffer[] {
  const { once, fixedPort } = opClasses(graph);
  const edgesFrom = (u: number, port: number): number[] =>
    [...graph.edgeSource.keys()].filter((e) => graph.edgeSource[e] === u && graph.edgeOutput[e] === port);
  const rootOf = (u: number, port: number): { u: number; port: number } => {
    const sums = edgesFrom(u, port)
      .map((e) => graph.edgeDestination[e])
      .filter((v) => graph.role[v] === Role.backward && once[v] === 1);
    return sums.length > 0 ? rootOf(sums[0], 0) : { u, port };
  };
  const found = new Map<string, { stage: number; bytes: number; root: { u: number; port: number } }>();
  for (let u = 0; u < graph.opCount; u++)
    for (let port = 0; port < graph.outputStart[u + 1] - graph.outputStart[u]; port++) {
      const bytes = graph.outputBytes[graph.outputStart[u] + port];
      if (graph.role[u] !== Role.backward || fixedPort[graph.outputStart[u] + port] === 0) continue;
      const root = rootOf(u, port);
      const stage = plan.stageOf[u];
      const key = `${stage} ${root.u} ${root.port}`;
      const known = found.get(key)?.bytes ?? 0;
      found.set(key, { stage, bytes: Math.max(known, bytes), root });
    }
  const explicit = [...found.values()].map(({ stage, bytes, root }) => {
    const home = plan.stageOf[root.u];
    const readers = edgesFrom(root.u, root.port).map((e) => plan.stageOf[graph.edgeDestination[e]]);
    return { stage, bytes, users: new Set((home === stage ? readers : [home]).filter((to) => to !== stage)) };
  });
  if (graph.role.includes(Role.update) || !graph.role.includes(Role.backward)) return explicit;
  const weights = [...graph.parameterBytes.keys()].filter((v) => graph.parameterBytes[v] > 0);
  return [
    ...explicit,
    ...weights.map((v) => ({
      stage: plan.stageOf[v],
      bytes: graph.parameterBytes[v],
      users: new Set<number>(),
    })),
  ];
}
