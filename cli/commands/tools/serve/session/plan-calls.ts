/** The calls on scenarios and given plans: scenario, simulate, explain, bound. */
import { type BoundEffort, boundEfforts, boundsOf } from "../../../../../agents/bounds.ts";
import { InputError } from "../../../../../env/model/errors.ts";
import { bestOf } from "../../../../../env/sim/bounds/best.ts";
import { evaluator } from "../../../../../env/sim/objectives/evaluator.ts";
import { singleMoveCount } from "../../../../../env/sim/timeline/explain/best-move.ts";
import { explain } from "../../../../../env/sim/timeline/explain/explanation.ts";
import { type ScoredPlan, scoredPlan } from "../../../../../env/sim/timeline/scored-plan.ts";
import { explanationJson } from "../../../../reports/plans/explain-json.ts";
import type { MoveSearch } from "../../../../reports/plans/explain-report.ts";
import { pipelineExplanationJson } from "../../../../reports/plans/pipeline/explain-pipeline.ts";
import { scoreJson } from "../../../../reports/plans/score-report.ts";
import { NO_MOVES, triedMoves } from "../../../plans/explain/tried-moves.ts";
import type { Message, NamedArray } from "../frames/frame.ts";
import type { Answer } from "./env-calls.ts";
import { oneOfIn } from "./fields.ts";
import { planIn } from "./given-plan.ts";
import type { GivenScenario } from "./given-scenario.ts";
import type { SessionLimits } from "./limits.ts";

/** The scenario as numbers: what a program of another language sees of graph and cluster. */
export function describedScenario({ scenario, hash }: GivenScenario): Answer {
  const { graph, grouping, cluster } = scenario;
  const arrays = {
    flops: graph.flops,
    parameterBytes: graph.parameterBytes,
    bytesTouched: graph.bytesTouched,
    outputStart: graph.outputStart,
    outputBytes: graph.outputBytes,
    edgeSource: graph.edgeSource,
    edgeDestination: graph.edgeDestination,
    edgeBytes: graph.edgeBytes,
    role: graph.role,
    colocation: graph.colocation,
    groupOf: grouping.groupOf,
    memoryBytes: Float64Array.from(cluster.devices, ({ memoryBytes }) => memoryBytes),
  };
  return {
    fields: {
      name: scenario.name,
      hash,
      objective: scenario.objective,
      unit: evaluator(scenario).unit,
      batch: graph.batch,
      groupCount: grouping.groupCount,
      ops: graph.names,
      types: graph.types,
      devices: cluster.devices.map(({ name }) => name),
      kinds: cluster.devices.map(({ kind }) => kind),
    },
    arrays: Object.entries(arrays).map(([name, data]) => ({ name, data, shape: [data.length] })),
  };
}

export function simulated(message: Message, { scenario }: GivenScenario): Answer {
  const scored = scoredPlan(scenario, planIn(message, scenario));
  return { fields: { score: withoutLists(scoreJson(scored)) }, arrays: scoreArrays(scored) };
}

export function explained(message: Message, { scenario }: GivenScenario, limits: SessionLimits): Answer {
  const scored = scoredPlan(scenario, planIn(message, scenario));
  const { pipeline, spec, plan } = scored;
  if (pipeline !== null) {
    const search = { best: [], tried: 0, helping: 0, complete: false };
    const json = pipelineExplanationJson({ plan: "the plan", scored, pipeline, search });
    return { fields: { explanation: withoutLists(json as object) }, arrays: scoreArrays(scored) };
  }
  const search = message.fields.moves === true ? searchedMoves(scored, limits) : NO_MOVES;
  const told = spec.timing === "engine" ? explain(scenario, plan) : null;
  const json = explanationJson({ plan: "the plan", scored, told, search });
  return { fields: { explanation: withoutLists(json as object) }, arrays: scoreArrays(scored) };
}

export async function bounded({ fields }: Message, { scenario }: GivenScenario): Promise<Answer> {
  const effort = oneOfIn<BoundEffort>(fields, "effort", boundEfforts, "cheap");
  const notes: string[] = [];
  const bounds = await boundsOf(scenario, effort, (note) => void notes.push(note));
  const { unit } = evaluator(scenario);
  return { fields: { objective: scenario.objective, unit, bounds, best: bestOf(bounds), notes } };
}

function searchedMoves(scored: ScoredPlan, limits: SessionLimits): MoveSearch {
  const total = singleMoveCount(scored.scenario, scored.plan);
  if (total > limits.moves)
    throw new InputError(`The plan has ${total} single moves, and a client may ask for ${limits.moves}.`);
  let search: MoveSearch = { ...NO_MOVES, complete: true };
  for (const next of triedMoves(scored)) search = next;
  return search;
}

/** Long lists of numbers travel as arrays of the frame. */
function scoreArrays({ outcome, timeline, loads, limitBytes }: ScoredPlan): NamedArray[] {
  const arrays = {
    peakBytes: outcome.peakBytes,
    limitBytes,
    ...(timeline !== null && {
      startUs: timeline.startUs,
      deviceBusyUs: timeline.deviceBusyUs,
      linkBusyUs: timeline.linkBusyUs,
    }),
    ...(loads !== null && { loadUs: loads.loadUs, computeUs: loads.computeUs, transferUs: loads.transferUs }),
  };
  return Object.entries(arrays).map(([name, data]) => ({ name, data, shape: [data.length] }));
}

const AS_ARRAYS = ["peakBytes", "limitBytes", "startUs", "loadsUs", "computeUs", "transferUs"];

const withoutLists = (json: object): object =>
  Object.fromEntries(Object.entries(json).filter(([name]) => !AS_ARRAYS.includes(name)));
