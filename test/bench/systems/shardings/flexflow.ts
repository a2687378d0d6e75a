/**
 * FlexFlow's lines "works in the gym when", of both sheets. The delta simulation is that of moves
 * of placements (env/sim/engine/incremental.ts), as splits are simulated whole here.
 */
import { flexflowSoap } from "../../../../agents/planners/sharding/flexflow-soap.ts";
import { type LevelMesh, levelMesh } from "../../../../agents/problems/sharding/mesh/level-mesh.ts";
import { strategySpace } from "../../../../agents/search/sharding/strategies.ts";
import { createRng, evaluator, type Scenario } from "../../../../env/index.ts";
import { acceleratorsOf } from "../../../../env/model/cluster/cluster.ts";
import { runsOnKind } from "../../../../env/model/graph/support.ts";
import { compile } from "../../../../env/sim/engine/compile.ts";
import { createEngine } from "../../../../env/sim/engine/engine.ts";
import { createIncrementalEngine } from "../../../../env/sim/engine/incremental.ts";
import { runPlanner } from "../../../agents/planners/run-planner.ts";
import { machines, slower } from "../../../env/sim/lower/machines.ts";
import { mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { cpuSeconds } from "../../cpu-seconds.ts";
import type { SystemCheck } from "../check.ts";
import { dividedBy, plannedBy } from "../layerwise/plans.ts";
import { range } from "../pipelines/figures.ts";
import { atScale, mean, runsOn, scenarioOf, seedsAt } from "../runs.ts";
import { balance } from "./detailed-balance.ts";

const CHANGES = 10_000;
/** Changes that are tried of one random placement. */
const CHANGES_OF_ONE = 100;
const SEEDS = 20;
const BETA = 100;
const PROPOSALS = 50_000;
const FAMILIES = ["inception", "nmt", "enas-cifar"];
const MEMBERS = 16;
const LONGER = 1000;

const delta: SystemCheck = {
  system: "flexflow",
  check: `${CHANGES} random changes of the device of one op of a test graph of family inception on 16 devices, 100 of each random placement: delta against full simulation, and its CPU time`,
  target: "the same makespan to the bit; at least 2 times faster",
  seeds: 1,
  async run(scale) {
    const compiled = compile(await scenarioOf("inception/test/0/16xK80?objective=makespan"));
    const { opCount } = compiled;
    const [full, incremental] = [createEngine(compiled), createIncrementalEngine(compiled)];
    const rng = createRng("delta");
    const { graph, cluster } = compiled.scenario;
    const accelerators = acceleratorsOf(cluster);
    const anywhere = cluster.devices.map((_, d) => d);
    const draw = (v: number): number => {
      const usable = (devices: readonly number[]) =>
        devices.filter((d) => runsOnKind(graph, v, cluster.devices[d].kind));
      const own = usable(accelerators).length > 0 ? usable(accelerators) : usable(anywhere);
      return own[rng.int(own.length)];
    };
    const rounds = atScale(CHANGES, scale) / CHANGES_OF_ONE;
    let [equal, left, fullSeconds, deltaSeconds] = [0, 0, 0, 0];
    for (let round = 0; round < rounds; round++) {
      const device = Int32Array.from({ length: opCount }, (_, v) => draw(v));
      incremental.record(device);
      const ops = range(1, CHANGES_OF_ONE).map(() => rng.int(opCount));
      const changes = ops.map((v) => ({ op: Int32Array.of(v), to: draw(v) }));
      const changed = changes.map(({ op, to }) => device.with(op[0], to));
      let before = cpuSeconds();
      const expected = changed.map((each) => full.run(each));
      fullSeconds += cpuSeconds() - before;
      before = cpuSeconds();
      const moved = changes.map(({ op, to }) => incremental.move(op, to));
      const found = moved.map((value, i) => value ?? full.run(changed[i]));
      deltaSeconds += cpuSeconds() - before;
      left += moved.filter((value) => value === null).length;
      equal += found.filter((value, i) => value === expected[i] && Number.isFinite(value)).length;
    }
    const count = rounds * CHANGES_OF_ONE;
    const ratio = fullSeconds / deltaSeconds;
    return {
      measured: `equal ${equal} of ${count}; ${ratio.toFixed(1)} times faster, with ${left} left to a full run`,
      passed: equal === count && ratio >= 2,
    };
  },
};

/** An MLP of 5 forward ops on 2 devices: at most 4 configurations of an op. */
function tiny(seed: number): Scenario {
  const rng = createRng(`flexflow ${seed}`);
  const [b, k, h, n] = Array.from({ length: 4 }, () => 2 ** (1 + rng.int(5)));
  return shardedScenario(mlp({ b, k, h, n }), machines([2]));
}

const optimum: SystemCheck = {
  system: "flexflow",
  check: `${SEEDS} drawn MLPs of 5 ops with at most 4 configurations on 2 devices, ${PROPOSALS} proposals each, against all strategies`,
  target: "the optimum on >= 95%",
  seeds: SEEDS,
  async run(scale) {
    let [found, strategies] = [0, 0];
    const seeds = seedsAt(SEEDS, scale);
    for (const seed of seeds) {
      const scenario = tiny(seed);
      const { mesh } = levelMesh(scenario) as LevelMesh;
      const { legal, planOf } = strategySpace(scenario.graph, mesh);
      const score = evaluator(scenario);
      const every = legal.reduce<number[][]>(
        (some, choices) => some.flatMap((one) => Array.from(choices, (choice) => [...one, choice])),
        [[]],
      );
      strategies += every.length;
      const least = Math.min(...every.map((strategy) => score.evaluate(planOf(strategy)).cost));
      const { cost } = await plannedBy(
        flexflowSoap,
        scenario,
        {},
        {
          seed,
          evaluations: atScale(PROPOSALS, scale),
        },
      );
      if (cost === least) found++;
    }
    return {
      measured: `${found} of ${seeds.length}; ${Math.round(strategies / seeds.length)} strategies in the mean`,
      passed: found >= 0.95 * seeds.length,
    };
  },
};

const quality: SystemCheck = {
  system: "flexflow",
  check: `mcmc on test members of ${FAMILIES.join(", ")}, 3,000 evaluations, resets, beta of ${BETA} over the bound`,
  target: "mean over the bound <= 1.22 on 2 devices, <= 1.30 on 4",
  seeds: 3,
  async run(scale) {
    const parts: string[] = [];
    let isMet = true;
    for (const [devices, most] of [
      [2, 1.22],
      [4, 1.3],
    ]) {
      const means: string[] = [];
      for (const family of FAMILIES) {
        const ratios: number[] = [];
        for (let member = 0; member < atScale(MEMBERS, scale); member++) {
          const scenario = await scenarioOf(`${family}/test/${member}/${devices}xK80`);
          const runs = await runsOn(
            `mcmc?resets=true&restarts=false&beta=${BETA}`,
            scenario,
            atScale(3000, scale),
            seedsAt(3, scale),
          );
          ratios.push(...runs.map(({ best }) => best));
        }
        isMet &&= mean(ratios) <= most;
        means.push(`${family} ${mean(ratios).toFixed(3)}`);
      }
      parts.push(`${devices} devices: ${means.join(", ")}`);
    }
    return { measured: parts.join("; "), passed: isMet };
  },
};

const splits: SystemCheck = {
  system: "flexflow",
  check:
    "AlexNet, batch 256, on 8 P100 at 12 GB/s, 1,500 proposals: data parallelism over the best, and what divides its large dense layers",
  target: ">= 1.3 in every seed; channels",
  seeds: 3,
  async run(scale) {
    const scenario = await scenarioOf("alexnet-owt/8xP100?batch=256&objective=iteration");
    const seeds = seedsAt(3, scale);
    const gains: number[] = [];
    const dense = scenario.graph.names.filter((name) => /hidden_\d\/matmul$/.test(name));
    let byChannels = 0;
    for (const seed of seeds) {
      const { cost, plan, meter } = await plannedBy(flexflowSoap, scenario, {}, { seed, evaluations: 1500 });
      gains.push(meter.curve[0].cost / cost);
      for (const name of dense) if (/feature|contraction/.test(dividedBy(scenario, plan, name))) byChannels++;
    }
    return {
      measured: `${gains.map((gain) => gain.toFixed(2)).join(", ")}; channels in ${byChannels} of ${dense.length * seeds.length} layers`,
      passed: Math.min(...gains) >= 1.3 && byChannels === dense.length * seeds.length,
    };
  },
};

const scaleFree: SystemCheck = {
  system: "flexflow",
  check: `${SEEDS} chains of 300 proposals on drawn MLPs: their best against their start, and the same with all times 1,000 times as long`,
  target: "never worse than data parallelism; the same curve of evaluations",
  seeds: SEEDS,
  async run(scale) {
    const seeds = seedsAt(SEEDS, scale);
    let [worse, alike] = [0, 0];
    for (const seed of seeds) {
      const scenario = tiny(seed);
      const slow = { ...scenario, cluster: slower(scenario.cluster, LONGER) };
      const runs = await Promise.all(
        [scenario, slow].map((each) => runPlanner(flexflowSoap, each, { seed, evaluations: 300 })),
      );
      const [first, second] = runs.map(({ meter, best }) => ({
        at: meter.curve.map(({ evaluations }) => evaluations).join(),
        plan: JSON.stringify(best!.plan),
        isWorse: best!.outcome.cost > meter.curve[0].cost,
      }));
      if (first.isWorse) worse++;
      if (first.at === second.at && first.plan === second.plan) alike++;
    }
    return {
      measured: `${worse} worse; ${alike} of ${seeds.length} alike`,
      passed: worse === 0 && alike === seeds.length,
    };
  },
};

export const checks: readonly SystemCheck[] = [delta, optimum, balance, quality, splits, scaleFree];
