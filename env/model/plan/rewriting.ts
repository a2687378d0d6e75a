/**
 * `RewritingPlan`: the plan kind that rewrites the graph and places what it becomes. The rewrites
 * are verified substitutions at numbered places, one after the other
 * (env/model/graph/rewriting/rewritten.ts). So a score follows from scenario and plan alone.
 */

import { isCpu } from "../cluster/cluster.ts";
import { colocationGrouping } from "../coarsen/grouping.ts";
import { InputError } from "../errors.ts";
import type { OpGraph } from "../graph/graph.ts";
import { type Rewrite, rewrittenGraph } from "../graph/rewriting/rewritten.ts";
import { kindsOf } from "../graph/support.ts";
import type { Scenario } from "../scenario.ts";
import { type Placement, placement, placementKind } from "./placement.ts";
import { shown } from "./plan-fields.ts";
import type { PlanJson, PlanKind } from "./plan-kind.ts";

export interface RewritingPlan {
  readonly kind: "rewriting";
  readonly rewrites: readonly Rewrite[];
  /** Device of each op of the rewritten graph. */
  readonly device: Int32Array;
}

/** Scenarios of rewritten graphs, the last one of each scenario kept. */
const last = new WeakMap<Scenario, { readonly graph: OpGraph; readonly scenario: Scenario }>();

/** The scenario with the graph that the rewrites lead to; one sentence where they do not fit. */
export function rewrittenScenario(scenario: Scenario, rewrites: readonly Rewrite[]): Scenario {
  const graph = rewrittenGraph(scenario.graph, rewrites);
  const known = last.get(scenario);
  if (known?.graph === graph) return known.scenario;
  const { aliases: _, ...meta } = scenario.meta;
  const made: Scenario = { ...scenario, graph, grouping: colocationGrouping(graph), meta };
  last.set(scenario, { graph, scenario: made });
  return made;
}

/** All on one device, but ops that run on others only: these on the first one that can. */
export function rewritingOn(scenario: Scenario, rewrites: readonly Rewrite[], device: number): RewritingPlan {
  const { graph, cluster } = rewrittenScenario(scenario, rewrites);
  const runs = (v: number, d: number) => kindsOf(graph, v)?.includes(cluster.devices[d].kind) ?? true;
  const deviceOf = Int32Array.from({ length: graph.opCount }, (_, v) =>
    runs(v, device) ? device : cluster.devices.findIndex((_each, d) => runs(v, d)),
  );
  return { kind: "rewriting", rewrites, device: deviceOf };
}

/** The first accelerator, or the first device where there is none. */
export function rewritingDevice({ cluster }: Scenario): number {
  return Math.max(
    0,
    cluster.devices.findIndex((device) => !isCpu(device)),
  );
}

/** The placement of the rewritten graph. */
export const placedRewriting = ({ device }: RewritingPlan): Placement => ({ kind: "placement", device });

export const rewritingKind: PlanKind<RewritingPlan> = {
  kind: "rewriting",
  validate(scenario, plan) {
    placementKind.validate(rewrittenScenario(scenario, plan.rewrites), placedRewriting(plan));
  },
  copy: ({ rewrites, device }) => ({
    kind: "rewriting",
    rewrites: rewrites.map((rewrite) => ({ ...rewrite })),
    device: placement(device).device,
  }),
  equal: (a, b) => JSON.stringify(toJson(a)) === JSON.stringify(toJson(b)),
  toJson,
  fromJson,
};

function toJson({ rewrites, device }: RewritingPlan): PlanJson {
  return {
    kind: "rewriting",
    rewrites: rewrites.map(({ substitution, place }) => ({ substitution, place })),
    device: Array.from(device),
  };
}

const FIELDS = ["kind", "rewrites", "device"];

/** `device` may be anything that a placement of the rewritten graph may have. */
function fromJson(scenario: Scenario, json: PlanJson, where: string): RewritingPlan {
  const stranger = Object.keys(json).find((field) => !FIELDS.includes(field));
  if (stranger !== undefined)
    throw new InputError(`${where}: a rewriting has no field "${stranger}", expected ${FIELDS.join(", ")}.`);
  if (!Array.isArray(json.rewrites))
    throw new InputError(`${where}: rewrites is ${shown(json.rewrites)}, expected a list.`);
  const rewrites = json.rewrites.map((rewrite: unknown, i): Rewrite => {
    const { substitution, place } = (rewrite ?? {}) as Partial<Record<keyof Rewrite, unknown>>;
    if (typeof substitution !== "string" || typeof place !== "number")
      throw new InputError(
        `${where}: rewrite ${i} is ${shown(rewrite)}, expected an object with a substitution and a place.`,
      );
    return { substitution, place };
  });
  const rewritten = inFile(where, () => rewrittenScenario(scenario, rewrites));
  const { device } = placementKind.fromJson(rewritten, { kind: "placement", device: json.device }, where);
  return { kind: "rewriting", rewrites, device };
}

function inFile<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${where}: ${error.message}`) : error;
  }
}
