/**
 * Data of the pipeline specification: what each phase sends when it ends, and how long every output
 * lives. The sets of tensors are found op by op, from the plan's definition.
 */
import { CONTROL } from "../../../model/graph/graph.ts";
import { opClasses } from "../../../model/graph/op-classes.ts";
import { HOST_STAGE } from "../../../model/plan/pipeline.ts";
import { AGAIN, FORWARD, type Message, type PhaseRun, type Pipeline, UPDATE } from "./contract.ts";
import { roundOf } from "./rounds.ts";
import { hostOf, opUs } from "./runs.ts";

/** The host makes the inputs of a micro-batch in one piece. */
export function placeInputs(pipeline: Pipeline): void {
  const { scenario, plan, tasks, runs, total } = pipeline;
  const ops = [...plan.stageOf.keys()].filter((v) => plan.stageOf[v] === HOST_STAGE);
  if (ops.length === 0) return;
  const device = hostOf(scenario);
  const share = 1 / plan.microBatches;
  for (let m = 0; m < total; m++) {
    const task = tasks.all.length;
    const us = ops.map((v) => opUs(scenario, v, device, share));
    const gaps = Math.max(0, us.filter((each) => each > 0).length - 1) * scenario.fidelity.opGapUs;
    tasks.all.push({ device, us: us.reduce((sum, each) => sum + each, gaps), after: [] });
    runs.push({
      stage: HOST_STAGE,
      work: FORWARD,
      device,
      replica: 0,
      microBatches: [m],
      at: 0,
      of: 1,
      share,
      taskOf: new Map(ops.map((v) => [v, task])),
      first: task,
      last: task,
    });
  }
}
/** An output of an op that some op uses, or a slice of it. */
interface Use {
  readonly u: number;
  readonly port: number;
  readonly v: number;
  readonly bytes: number;
}

const usesOf = ({ scenario: { graph, fidelity } }: Pipeline): Use[] =>
  Array.from(graph.edgeSource, (u, e) => {
    const v = graph.edgeDestination[e];
    if (graph.edgeOutput[e] !== CONTROL)
      return { u, port: graph.edgeOutput[e], v, bytes: graph.edgeBytes[e] };
    if (fidelity.controlEdges === "free") return { u, port: CONTROL, v, bytes: 0 };
    const first = graph.outputStart[u];
    return { u, port: 0, v, bytes: first < graph.outputStart[u + 1] ? graph.outputBytes[first] : 0 };
  });

/** Share of a micro-batch that two runs have in common, and their micro-batches. */
function common(one: PhaseRun, other: PhaseRun): { microBatches: number[]; part: number } {
  const from = Math.max(one.at / one.of, other.at / other.of);
  const to = Math.min((one.at + 1) / one.of, (other.at + 1) / other.of);
  const microBatches = one.microBatches.filter((m) => other.microBatches.includes(m));
  return { microBatches, part: to - from > 1e-12 ? to - from : 0 };
}

const meet = (one: PhaseRun, other: PhaseRun): boolean =>
  one.microBatches.some((m) => other.microBatches.includes(m)) && common(one, other).part > 0;

export function sendEverything(pipeline: Pipeline): void {
  const { plan, runs, scenario } = pipeline;
  const all = usesOf(pipeline);
  const { fixedPort } = opClasses(scenario.graph);
  const isFixed = ({ u, port }: Use) =>
    port !== CONTROL && fixedPort[scenario.graph.outputStart[u] + port] === 1;
  const scaled = all.filter((use) => !isFixed(use));
  const stages = [...plan.stages.keys()];
  for (const run of runs) {
    if (run.work === UPDATE) continue;
    const sent = new Map<number, Message[]>();
    const others = runs.filter((to) => to !== run && meet(run, to));
    const near = stages.sort((a, b) => Math.abs(a - run.stage) - Math.abs(b - run.stage) || a - b);
    if (run.work !== AGAIN)
      for (const stage of near)
        if (stage !== run.stage) sent.set(stage, sendTo(pipeline, run, { stage, others, all: scaled }));
    keepOutputs(pipeline, run, { others, all: scaled, sent });
  }
  for (const stage of stages) shareWeights(pipeline, stage, all.filter(isFixed));
  limitInputs(pipeline);
}

/** Runs that use an op's data: those of its phase, and recomputation. */
const isUser = ({ plan, workOf }: Pipeline, { v }: Use, run: PhaseRun): boolean =>
  plan.stageOf[v] === run.stage && (run.work === AGAIN ? plan.recompute![v] === 1 : workOf(v) === run.work);

/** One message to each device of a stage, for each run of several micro-batches there. */
function sendTo(
  pipeline: Pipeline,
  run: PhaseRun,
  { stage, others, all }: { stage: number; others: readonly PhaseRun[]; all: readonly Use[] },
): Message[] {
  const { tasks, plan } = pipeline;
  const own = all.filter(({ u, v }) => run.taskOf.has(u) && plan.stageOf[v] === stage);
  const data = own.filter(({ port }) => port !== CONTROL);
  const tensors = new Map(data.map((use) => [`${use.u} ${use.port} ${use.bytes}`, use]));
  const bytes = [...tensors.values()].reduce((sum, use) => sum + use.bytes, 0);
  const made: { message: Message; device: number; microBatches: number[] }[] = [];
  const order = [FORWARD, AGAIN, 1, 2, UPDATE];
  const there = others.filter((to) => to.stage === stage);
  for (const to of there.toSorted((a, b) => order.indexOf(a.work) - order.indexOf(b.work))) {
    const { microBatches, part } = common(run, to);
    if (data.some((use) => isUser(pipeline, use, to))) {
      const known = made.find(
        (each) => each.device === to.device && microBatches.every((m) => each.microBatches.includes(m)),
      );
      const message = known?.message ?? {
        from: run.last,
        bytes: (bytes * part * microBatches.length) / plan.microBatches,
        to: [],
      };
      message.to.push(to.first);
      if (known === undefined) {
        tasks.messages.push(message);
        made.push({ message, device: to.device, microBatches });
      }
    } else if (own.some((use) => isUser(pipeline, use, to))) tasks.all[to.first].after.push(run.last);
  }
  for (const { message, device, microBatches } of made)
    for (const tensor of tensors.values()) {
      const users = there.filter(
        (to) => to.device === device && to.microBatches.some((m) => microBatches.includes(m)),
      );
      const until = users.flatMap((to) =>
        own
          .filter((use) => use.u === tensor.u && use.port === tensor.port && use.bytes === tensor.bytes)
          .filter((use) => isUser(pipeline, use, to))
          .map((use) => to.taskOf.get(use.v)!),
      );
      if (device !== run.device && until.length > 0)
        tasks.lives.push({ device, bytes: (message.bytes * tensor.bytes) / bytes, from: message, until });
    }
  return made.map(({ message }) => message);
}

/** Every output that scales lives from its op to its last use, and until it has been sent. */
function keepOutputs(
  pipeline: Pipeline,
  run: PhaseRun,
  {
    others,
    all,
    sent,
  }: {
    others: readonly PhaseRun[];
    all: readonly Use[];
    sent: ReadonlyMap<number, readonly Message[]>;
  },
): void {
  const { scenario, plan, tasks, schedule } = pipeline;
  const { graph } = scenario;
  const { fixedPort } = opClasses(graph);
  const swapped: { bytes: number; until: (number | Message)[]; users: Use[] }[] = [];
  for (const [u, task] of run.taskOf)
    for (let at = graph.outputStart[u]; at < graph.outputStart[u + 1]; at++) {
      if (fixedPort[at] === 1 || run.stage === HOST_STAGE) continue;
      const uses = all.filter((use) => use.u === u && use.port === at - graph.outputStart[u]);
      const isKept = schedule.keeps?.(run.microBatches[0]) === true;
      const isRepeated = run.work !== AGAIN && plan.recompute?.[u] === 1 && !isKept;
      const until: (number | Message)[] = [];
      const later: Use[] = [];
      for (const use of uses) {
        if (plan.stageOf[use.v] !== run.stage) {
          if (run.work !== AGAIN) until.push(...(sent.get(plan.stageOf[use.v]) ?? []));
          continue;
        }
        const same = run.taskOf.get(use.v);
        if (same !== undefined) until.push(same);
        if (isRepeated) continue;
        if (same === undefined || plan.recompute?.[use.v] === 1) later.push(use);
      }
      const bytes = graph.outputBytes[at] * run.share;
      if (plan.swap?.[u] === 1 && later.length > 0) swapped.push({ bytes, until, users: later });
      else
        for (const to of others)
          if (to.stage === run.stage && to.device === run.device)
            for (const use of later) if (isUser(pipeline, use, to)) until.push(to.taskOf.get(use.v)!);
      tasks.lives.push({ device: run.device, bytes, from: task, until });
    }
  if (run.stage === HOST_STAGE) keepInputs(pipeline, run, sent);
  if (swapped.length > 0) swap(pipeline, run, swapped);
}

function keepInputs(
  { tasks, scenario: { graph }, plan }: Pipeline,
  run: PhaseRun,
  sent: ReadonlyMap<number, readonly Message[]>,
): void {
  for (const u of run.taskOf.keys())
    for (let at = graph.outputStart[u]; at < graph.outputStart[u + 1]; at++) {
      const until = [...sent.entries()]
        .filter(([stage]) => graphUses(graph, plan.stageOf, u, at - graph.outputStart[u], stage))
        .flatMap(([, messages]) => messages);
      if (until.length > 0)
        tasks.lives.push({
          device: run.device,
          bytes: graph.outputBytes[at] * run.share,
          from: run.first,
          until,
        });
    }
}

function graphUses(
  graph: Pipeline["scenario"]["graph"],
  stageOf: Int32Array,
  u: number,
  port: number,
  stage: number,
): boolean {
  return [...graph.edgeSource.keys()].some(
    (e) =>
      graph.edgeSource[e] === u &&
      graph.edgeOutput[e] === port &&
      stageOf[graph.edgeDestination[e]] === stage,
  );
}

/** Tensors go to the host and come back while the task before their first user runs. */
function swap(
  pipeline: Pipeline,
  run: PhaseRun,
  swapped: readonly { bytes: number; until: (number | Message)[]; users: Use[] }[],
): void {
  const { tasks, scenario, lines, runs } = pipeline;
  const host = hostOf(scenario);
  const share = swapped.reduce((sum, { bytes }) => sum + bytes, 0) / run.microBatches.length;
  for (const m of run.microBatches) {
    const line = lines[run.device];
    const users = runs
      .filter((to) => to !== run && to.stage === run.stage && to.device === run.device)
      .filter((to) => to.microBatches.includes(m))
      .filter((to) => swapped.some((each) => each.users.some((use) => isUser(pipeline, use, to))))
      .sort((a, b) => line.indexOf(a) - line.indexOf(b));
    const parked = tasks.all.push({ device: host, us: 0, after: [] }) - 1;
    const fetched = tasks.all.push({ device: host, us: 0, after: [parked] }) - 1;
    const out = { from: run.last, bytes: share, to: [parked] };
    const back = { from: fetched, bytes: share, to: users.map(({ first }) => first) };
    tasks.messages.push(out, back);
    const ahead = line.indexOf(users[0]) - 2;
    if (ahead >= 0) tasks.all[fetched].after.push(line[ahead].last);
    for (const each of swapped) {
      each.until.push(out);
      const until = users.flatMap((to) =>
        each.users.filter((use) => isUser(pipeline, use, to)).map((use) => to.taskOf.get(use.v)!),
      );
      const bytes = each.bytes / run.microBatches.length;
      if (host === run.device) continue;
      tasks.lives.push({ device: host, bytes, from: out, until: [back] });
      tasks.lives.push({ device: run.device, bytes, from: back, until });
    }
  }
}

/** Weights that another stage uses: sent once in a round by the first micro-batch's forward. */
function shareWeights(pipeline: Pipeline, stage: number, fixed: readonly Use[]): void {
  const { plan, runs, tasks, workOf, total } = pipeline;
  for (const to of plan.stages.keys()) {
    const own = fixed.filter(
      ({ u, v }) => plan.stageOf[u] === stage && workOf(u) === FORWARD && plan.stageOf[v] === to,
    );
    if (to === stage || own.length === 0) continue;
    const tensors = new Map(own.map((use) => [`${use.u} ${use.port} ${use.bytes}`, use]));
    const bytes = [...tensors.values()].reduce((sum, use) => sum + use.bytes, 0);
    for (let first = 0; first < total; first++) {
      if (first > 0 && roundOf(pipeline, stage, first) === roundOf(pipeline, stage, first - 1)) continue;
      const inRound = (m: number) => roundOf(pipeline, stage, m) === roundOf(pipeline, stage, first);
      const senders = runs.filter(
        (run) => run.stage === stage && run.work === FORWARD && run.microBatches.includes(first),
      );
      const made = new Map<number, Message>();
      const order = [FORWARD, AGAIN, 1, 2, UPDATE];
      const users = runs
        .filter((run) => run.stage === to && run.microBatches.some(inRound))
        .filter((run) => own.some((use) => isUser(pipeline, use, run)))
        .sort(
          (a, b) => a.microBatches[0] - b.microBatches[0] || order.indexOf(a.work) - order.indexOf(b.work),
        );
      for (const user of users) {
        const near = senders.find(({ device }) => device === user.device);
        const from = near ?? senders[made.size % senders.length];
        const message = made.get(user.device) ?? { from: from.last, bytes, to: [] };
        if (!made.has(user.device)) {
          made.set(user.device, message);
          tasks.messages.push(message);
        }
        message.to.push(user.first);
      }
      for (const [device, message] of made)
        if (!senders.some((run) => run.last === message.from && run.device === device))
          tasks.lives.push({
            device,
            bytes,
            from: message,
            until: users.filter((run) => run.device === device).map(({ last }) => last),
          });
    }
  }
}

/** An input waits for the forward two before its own on each replica of the first stage fed. */
function limitInputs({ plan, runs, lines, tasks, scenario }: Pipeline): void {
  const { graph } = scenario;
  const fed = [...graph.edgeSource.keys()]
    .filter((e) => plan.stageOf[graph.edgeSource[e]] === HOST_STAGE)
    .map((e) => plan.stageOf[graph.edgeDestination[e]]);
  const first = Math.min(...fed);
  for (const line of lines) {
    const forwards = line.filter(({ stage, work }) => stage === first && work === FORWARD);
    forwards.slice(2).forEach(({ microBatches }, i) => {
      for (const run of runs)
        if (run.stage === HOST_STAGE && microBatches.includes(run.microBatches[0]))
          tasks.all[run.first].after.push(forwards[i].last);
    });
  }
}
