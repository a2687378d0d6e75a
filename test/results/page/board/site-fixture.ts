/**
 * A small board of scored plans: two tracks, two budgets, a policy that was trained on the test.
 * One scenario is too tight for some plans, and names hold anything.
 */
import { placement } from "../../../../env/model/plan/placement.ts";
import type { Objective, Scenario } from "../../../../env/model/scenario.ts";
import { testScenario } from "../../../../env/model/test-scenario.ts";
import { evaluator } from "../../../../env/sim/objectives/evaluator.ts";
import type { CellResult } from "../../../../results/cells/cell.ts";
import type { SiteParts } from "../../../../results/page/board/site.ts";
import { cell } from "../../cells.ts";
import { evilNames, evilScenario } from "../../evil-names.ts";
import { boardOf, type TrackCells } from "./boards.ts";

export const EVIL_METHOD = `heft?x='"><img src=x onerror=alert(1)></script>`;
export const EVIL_SCENARIO = `../<b>evil</b>/"'&\u202e`;

const graph = `
  input 1 40B
  conv 10 40B params=40 <- input
  dense 20 40B params=40 <- conv
  loss 5 8B <- dense
  dense/grad 40 40B role=backward twin=dense <- loss dense
  conv/grad 20 40B role=backward twin=conv <- dense/grad
  dense/update 2 role=update <- dense/grad
  conv/update 2 role=update <- conv/grad`;

const scenarioNames = ["roomy", "tight", "net/test/3/2xK80", EVIL_SCENARIO];

const built = new Map<string, Scenario>();

export function fixtureScenario(uri: string, objective: Objective): Scenario {
  const key = `${objective} ${uri}`;
  const scenario = built.get(key) ?? scenarioOf(uri, objective);
  built.set(key, scenario);
  return scenario;
}

function scenarioOf(uri: string, objective: Objective): Scenario {
  if (uri === EVIL_SCENARIO) return { ...evilScenario(), objective };
  const memoryBytes = uri === "tight" ? 190 : 1e9;
  return testScenario({ name: uri, graph, devices: 2, memoryBytes, objective });
}

/** Plans by method: they get better, and the last of them fits the tight memory. */
const plans: Readonly<Record<string, (op: number) => number>> = {
  best: (op) => [0, 0, 1, 1, 1, 0, 1, 0][op % 8],
  heft: (op) => (op < 4 ? 0 : 1),
  "placeto?batch=4": (op) => op % 2,
  [EVIL_METHOD]: () => 0,
};

interface CellPlace {
  readonly uri: string;
  readonly objective: Objective;
  readonly method: string;
  readonly seedIndex: number;
  readonly simulations: number;
}

function scoredCell({ uri, objective, method, seedIndex, simulations }: CellPlace): CellResult {
  const scenario = fixtureScenario(uri, objective);
  const score = evaluator(scenario);
  const device = Array.from(scenario.graph.names, (_, op) => plans[method](op));
  const { value, feasible, cost, peakBytes } = score.evaluate(placement(device));
  const [bound] = [...score.bounds()].sort((a, b) => b.value - a.value);
  return cell({
    scenario: uri,
    scenarioHash: `${scenarioNames.indexOf(uri)}`.repeat(64),
    method,
    kind: method.startsWith("placeto") ? "agent" : "planner",
    seedIndex,
    objective,
    unit: score.unit,
    value,
    feasible,
    bound: bound.value,
    boundArgument: bound.argument,
    simulatorBounds: [bound],
    simulations,
    plan: { kind: "placement", device },
    peakBytes: Array.from(peakBytes),
    largestPeakBytes: Math.max(...peakBytes),
    curve: [
      { simulations: 1 + seedIndex, evaluations: 1, cost: cost * 2, feasible },
      { simulations: 0.7 * simulations, evaluations: 2, cost, feasible },
    ],
  });
}

function trackOf(
  id: string,
  objective: Objective,
  uris: readonly string[],
  budgets: readonly number[],
): TrackCells {
  const groups = budgets.map((simulations) => ({
    budget: { simulations },
    cells: new Map(
      Object.keys(plans).map((method) => [
        method,
        uris.flatMap((uri) =>
          [0, 1].map((seedIndex) => scoredCell({ uri, objective, method, seedIndex, simulations })),
        ),
      ]),
    ),
  }));
  return { id, groups, trainedOn: new Map([["placeto?batch=4", ["net/train", evilNames[0]]]]) };
}

/** Made once. */
export function fixtureSite(): Omit<SiteParts, "path"> {
  made ??= madeSite();
  return made;
}

let made: Omit<SiteParts, "path"> | undefined;

function madeSite(): Omit<SiteParts, "path"> {
  const tracks = [
    trackOf("makespan", "makespan", scenarioNames, [100, 1000]),
    trackOf("max-load", "max-load", ["roomy", "net/test/3/2xK80"], [100]),
  ];
  return {
    ...boardOf(tracks),
    scenarioOf: ({ scenarios, objective }, s) => fixtureScenario(scenarios[s][0], objective),
  };
}
