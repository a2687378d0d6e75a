/**
 * The page is whole: docs/cost-model.md as a program gives the simulator's numbers on random
 * scenarios of every named network. So it does on two ties that the page once left open.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Link, placement, type Scenario, simulate, testScenario } from "../../../env/index.ts";
import { scenarioWithPlan } from "../../env/sim/drawn-scenario.ts";
import { drawn } from "../../law-runs.ts";
import { namedNetworks, otherSwitches } from "../../laws/networks.ts";
import { runByThePage } from "./page-model.ts";

const RUNS = Number(process.env.PLACEMENT_GYM_PAGE_RUNS ?? drawn(200));

describe("docs/cost-model.md as a program", () => {
  test.each([...namedNetworks, ...otherSwitches])(
    "gives the simulator's numbers, network $name",
    ({ set }) => {
      fc.assert(
        fc.property(scenarioWithPlan({ maxOps: 10, maxDevices: 4 }), (draw) => {
          const scenario = set(draw.scenario);
          const said = runByThePage(scenario, draw.plan.device as Int32Array);
          const done = simulate(scenario, draw.plan);
          expect(done.makespanUs).toBeCloseTo(said.makespanUs, 9);
          said.startUs.forEach((us, v) => {
            expect(done.startUs[v]).toBeCloseTo(us, 9);
          });
          if (scenario.fidelity.memory === "training") expect([...done.peakBytes]).toEqual(said.peakBytes);
        }),
        { numRuns: RUNS },
      );
    },
  );

  test("holds outputs until their transfer has arrived behind the first link", () => {
    // a's and b's outputs cross one bus in turn: b's copy takes room from when a's output has left.
    const graph = "a 10 100B\nb 10 60B\nc 1000 <- a\ne 1 <- b";
    const bus = { name: "bus", bytesPerUs: 1, latencyUs: 0 };
    const scenario = wired(
      graph,
      [bus],
      [
        [[], [0]],
        [[0], []],
      ],
    );
    const plan = placement([0, 1, 1, 0]);
    expect([...simulate(scenario, plan).peakBytes]).toEqual([100, 160]);
    expect(runByThePage(scenario, plan.device).peakBytes).toEqual([100, 160]);
  });

  test("lets transfers that arrive together go on by the link that they leave", () => {
    // p's tensor reaches the shared link at 6 us twice: behind link 1 for x, behind link 0 for y.
    const first = { bytesPerUs: 4, latencyUs: 2 };
    const links = [
      { name: "B", ...first },
      { name: "A", ...first },
      { name: "S", bytesPerUs: 2, latencyUs: 0 },
    ];
    const routes = [
      [[], [0, 2], [1, 2]],
      [[0], [], [0]],
      [[0], [0], []],
    ];
    const scenario = wired("p 1 12B\nx 1 <- p\ny 1 <- p", links, routes);
    const plan = placement([0, 2, 1]);
    expect([...simulate(scenario, plan).startUs]).toEqual([0, 18, 12]);
    expect(runByThePage(scenario, plan.device).startUs).toEqual([0, 18, 12]);
  });
});

/** A scenario with links and routes of its own. */
function wired(graph: string, links: readonly Link[], routes: readonly (readonly number[])[][]): Scenario {
  const scenario = testScenario({ graph, devices: routes.length });
  return { ...scenario, cluster: { ...scenario.cluster, links, routes } };
}
