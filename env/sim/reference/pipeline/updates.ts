/**
 * Updates and sums of gradients of the pipeline specification: when each update comes on its device,
 * and what it waits for.
 */
import { Role } from "../../../model/graph/graph.ts";
import { opClasses } from "../../../model/graph/op-classes.ts";
import type { ScheduleItem } from "../../../model/schedule/contract.ts";
import { roundsOf } from "./collectives.ts";
import { FORWARD, type PhaseRun, type Pipeline, UPDATE } from "./contract.ts";
import { addRun } from "./runs.ts";

/** The round that a micro-batch of a stage belongs to. */
export function roundOf({ schedule, plan }: Pipeline, stage: number, microBatch: number): number {
  if (schedule.update === "iteration") return Math.floor(microBatch / plan.microBatches);
  const { devices, share } = plan.stages[stage];
  return share === "split" ? microBatch : Math.floor(microBatch / devices.length);
}

interface Updates {
  before(device: number, item: ScheduleItem): void;
  after(run: PhaseRun): void;
  finish(device: number): void;
  connect(): void;
}

export function addUpdates(pipeline: Pipeline): Updates {
  const { plan, asynchronous, lines, schedule, scenario, tasks, total } = pipeline;
  const gradients = gradientBuffers(pipeline);
  const bytesOf = (stage: number): number =>
    gradients.filter((each) => each.stage === stage).reduce((sum, { bytes }) => sum + bytes, 0);
  const opsOf = (stage: number): number[] =>
    [...scenario.graph.topologicalOrder].filter(
      (v) => plan.stageOf[v] === stage && pipeline.workOf(v) === UPDATE,
    );
  /** Rounds of each device that have ended, without an update yet. */
  const due: { stage: number; round: number }[][] = lines.map(() => []);
  const updates: { run: PhaseRun; round: number }[] = [];
  /** Last item of each device, before its updates. */
  const lastItem: number[] = [];

  const isLast = (run: PhaseRun, round: number): boolean => {
    const items = schedule.order[run.device].filter(
      ({ stage, phase, microBatch }) =>
        stage === run.stage && phase !== FORWARD && roundOf(pipeline, stage, microBatch) === round,
    );
    const done = lines[run.device].filter(
      ({ stage, work, microBatches: [m] }) =>
        stage === run.stage && (work === 1 || work === 2) && roundOf(pipeline, stage, m) === round,
    );
    return items.length === done.length;
  };
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
      if (!isLast(run, round)) return;
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
    connect() {
      const sums = new Map<string, number[]>();
      plan.stages.forEach((_, stage) => {
        for (const round of new Set(
          updates.filter(({ run }) => run.stage === stage).map((each) => each.round),
        ))
          sums.set(`${stage} ${round}`, sum(stage, round));
      });
      shareGradients(sums);
    },
  };

  /** Sums the gradients of a round; returns the tasks after which each member has the sum. */
  function sum(stage: number, round: number): number[] {
    const members = updates
      .filter((each) => each.run.stage === stage && each.round === round)
      .map(({ run }) => run)
      .sort((a, b) => a.replica - b.replica);
    const bytes = bytesOf(stage);
    const last = members.map(({ device }, i) => {
      const own = lines[device].filter(
        (run) =>
          run.stage === stage &&
          (run.work === 1 || run.work === 2) &&
          roundOf(pipeline, stage, run.microBatches[0]) === round,
      );
      holdGradient(own[0] ?? null, bytes, members.find((run) => run.device === device)!);
      if (plan.sync === "exposed") return asynchronous ? taskBefore(members[i]) : lastItem[device];
      return own.at(-1)?.last ?? -1;
    });
    const after = members.length === 1 || bytes === 0 ? last : allReduce(members, last, bytes);
    members.forEach(({ first }, i) => {
      if (after[i] !== -1) tasks.all[first].after.push(after[i]);
    });
    return after;
  }

  /** The last task before an update on its device. */
  function taskBefore(run: PhaseRun): number {
    return lines[run.device][lines[run.device].indexOf(run) - 1].last;
  }

  function holdGradient(first: PhaseRun | null, bytes: number, user: PhaseRun): void {
    tasks.lives.push({ device: user.device, bytes, from: first?.first ?? user.first, until: [user.last] });
  }

  function allReduce(members: readonly PhaseRun[], ready: readonly number[], bytes: number): number[] {
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
  function shareGradients(sums: ReadonlyMap<string, readonly number[]>): void {
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
}

interface Buffer {
  readonly stage: number;
  readonly bytes: number;
  /** Other stages that need it. */
  readonly users: ReadonlySet<number>;
}

/** Gradients of a stage that go into one sum share a buffer. */
function gradientBuffers({ scenario: { graph }, plan }: Pipeline): Buffer[] {
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
