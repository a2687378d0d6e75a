/**
 * DOPPLER's lines "works in the gym when". At scale 1 a case has 2,000 episodes, which are 4,000
 * simulations: each episode makes a private schedule. All others get as many simulations. Below
 * scale 0.5 there are 4 devices only, and below 1 fewer simulations where each step is encoded.
 */
import { resolveMethod } from "../../../../agents/registry/registry.ts";
import { runMethod } from "../../../../agents/run/run.ts";
import {
  createRng,
  evaluator,
  InputError,
  metered,
  placement,
  type Scenario,
} from "../../../../env/index.ts";
import { importFile, resolveScenario } from "../../../../scenarios/index.ts";
import {
  CHAIN_INPUTS,
  drawn,
  faultyChain,
  lastEnd,
  textOf,
} from "../../../scenarios/import/profiles/doppler-rules.ts";
import type { SystemCheck } from "../check.ts";
import { kept } from "../kept.ts";

const EPISODES = 2000;
const SIMULATIONS_PER_EPISODE = 2;
const SEEDS = 5;
const FAMILIES = ["nmt", "enas-cifar", "inception", "enas-ptb", "layered", "series-parallel"];
const DEVICES = [4, 8];
const RESAMPLES = 2000;

interface Run {
  readonly bestUs: number;
  readonly cpuSeconds: number;
}

/** A run of a method, which a stopped check does not make again. */
const runOn = (spec: string, scenario: Scenario, simulations: number, seed: number): Promise<Run> =>
  kept("doppler", `${spec} on ${scenario.name}, ${simulations}, seed ${seed}`, () =>
    ran(spec, scenario, simulations, seed),
  );

async function ran(spec: string, scenario: Scenario, simulations: number, seed: number): Promise<Run> {
  const { module, options } = await resolveMethod(spec);
  const meter = metered(evaluator(scenario), { simulations });
  const before = process.cpuUsage();
  const { best } = await runMethod({ module, options, scenario, meter, rng: createRng(seed) });
  const { user, system } = process.cpuUsage(before);
  if (best === null) throw new Error(`${spec} has no plan on "${scenario.name}".`);
  return { bestUs: best.outcome.cost, cpuSeconds: (user + system) / 1e6 };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const atScale = (whole: number, scale: number): number => Math.max(1, Math.round(whole * scale));
const seedsAt = (scale: number): number[] => Array.from({ length: atScale(SEEDS, scale) }, (_, i) => i + 1);

/** Mean, and the middle 95% of the means of resampled values. */
function interval(values: readonly number[]): {
  readonly middle: number;
  readonly low: number;
  readonly high: number;
} {
  const rng = createRng("bootstrap");
  const means = Array.from({ length: RESAMPLES }, () =>
    mean(values.map(() => values[rng.int(values.length)])),
  ).sort((a, b) => a - b);
  return {
    middle: mean(values),
    low: means[Math.floor(0.025 * RESAMPLES)],
    high: means[Math.floor(0.975 * RESAMPLES)],
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
const intervalText = (values: readonly number[]): string => {
  const { middle, low, high } = interval(values);
  return `${percent(middle)} [${percent(low)}, ${percent(high)}]`;
};

/** How much shorter DOPPLER's step is than another's, by case and seed. */
async function gains(cases: readonly string[], others: readonly string[], scale: number) {
  const by = new Map(others.map((spec) => [spec, [] as number[]]));
  for (const uri of cases) {
    const scenario = await resolveScenario(uri);
    const simulations = SIMULATIONS_PER_EPISODE * atScale(EPISODES, scale);
    const lines: string[] = [];
    for (const seed of seedsAt(scale)) {
      const own = await runOn("doppler", scenario, simulations, seed);
      lines.push(`doppler ${(own.bestUs / 1000).toFixed(2)}`);
      for (const spec of others) {
        const other = await runOn(spec, scenario, simulations, seed);
        by.get(spec)!.push(1 - own.bestUs / other.bestUs);
        lines.push(`${spec} ${(other.bestUs / 1000).toFixed(2)}`);
      }
    }
    console.error(`${uri}, best step in ms: ${lines.join(", ")}`);
  }
  return by;
}

/** What the importer makes of wrong counts, repeated edges and the known fault. */
function importerSays() {
  const read = (content: string) => importFile(content, "chain.txt", new Map([["format", "doppler"]]));
  const lines = textOf(faultyChain(), CHAIN_INPUTS).split("\n");
  const withLines = (change: (line: string, i: number) => string) => lines.map(change).join("\n");
  const wrong = [
    lines.slice(0, -1).join("\n"),
    `${lines.join("\n")}\n1,1`,
    withLines((line, i) => (i === 0 ? "111" : line)),
    withLines((line, i) => (i === 1 ? `${line}${CHAIN_INPUTS}, ` : line)),
    withLines((line, i) => (i === 2 ? `${line}0, ` : line)),
  ];
  const refused = wrong.filter((content) => {
    try {
      read(content);
      return false;
    } catch (error) {
      if (error instanceof InputError) return true;
      throw error;
    }
  }).length;
  const twice = read(withLines((line, i) => (i === 2 ? `${line}0, ` : i === 3 ? `${line}16, ` : line)));
  const repeated = twice.report.dropped.some((text) => text.includes("repeat"));
  const fault = read(lines.join("\n")).report.assumed.some((text) => text.includes("Line 4, entry 2, is 6"));
  return {
    text: `${refused} of ${wrong.length} wrong counts refused; repeated edge ${repeated ? "dropped" : "kept"}; fault ${fault ? "told" : "not told"}`,
    isRight: refused === wrong.length && repeated && fault,
  };
}

export const checks: readonly SystemCheck[] = [
  {
    system: "doppler",
    check: "importer: counts checked, repeated edges taken, known fault told; 200 random placements by hand",
    target: "all three; equal to 1e-12 of the step of a hand simulation",
    seeds: 1,
    async run() {
      const said = importerSays();
      const rng = createRng("placements");
      let largest = 0;
      for (const devices of DEVICES) {
        const graph = drawn(60, 1e12, 1, rng);
        const { scenario } = importFile(textOf(graph), "drawn.txt", new Map([["devices", String(devices)]]));
        const { evaluate } = evaluator(scenario);
        for (let i = 0; i < 100; i++) {
          const device = graph.compute.map(() => rng.int(devices));
          const us = lastEnd(graph, device) / 1e7;
          largest = Math.max(largest, Math.abs(evaluate(placement(device)).cost / us - 1));
        }
      }
      return {
        measured: `${said.text}; largest relative difference ${largest.toExponential(1)}`,
        passed: said.isRight && largest < 1e-12,
      };
    },
  },
  {
    system: "doppler",
    check: "step shorter than critical-path list scheduling's and Placeto's, 2,000 episodes, 4 and 8 devices",
    target: "interval above 0 for both at equal simulations; heft and best are told",
    seeds: SEEDS,
    async run(scale) {
      const counts = DEVICES.slice(0, scale < 0.5 ? 1 : 2);
      const cases = FAMILIES.flatMap((family) => counts.map((devices) => `${family}/test/0/${devices}xK80`));
      const beaten = ["critical-path-first", "placeto"];
      const by = await gains(cases, [...beaten, "heft", "best"], scale);
      const rows = [...by].map(([spec, values]) => `${spec} ${intervalText(values)}`);
      const passed = beaten.every((spec) => interval(by.get(spec)!).low > 0);
      return {
        measured: `${cases.length} cases, ${counts.join(" and ")} devices: ${rows.join("; ")}`,
        passed,
      };
    },
  },
  {
    system: "doppler",
    check: "without imitation, without SEL, encoder at each step: change of the best step, and CPU seconds",
    target: "a finding",
    seeds: SEEDS,
    async run(scale) {
      const scenario = await resolveScenario("nmt/test/0/4xK80");
      const simulations = SIMULATIONS_PER_EPISODE * atScale(EPISODES, scale);
      // An encoding for each step needs a smaller network; the others have the same.
      const small = "doppler?width=16&edgeWidth=2&batch=4";
      const changes = ["imitation=false", "select=false", "encode=step"];
      const rows: string[] = [];
      for (const change of changes) {
        // It takes fifty times as long, so a first look has less of it.
        const spent = change === "encode=step" && scale < 1 ? Math.ceil(simulations / 8) : simulations;
        const [runs, whole]: [Run[], Run[]] = [[], []];
        for (const seed of seedsAt(scale)) {
          runs.push(await runOn(`${small}&${change}`, scenario, spent, seed));
          whole.push(await runOn(small, scenario, spent, seed));
        }
        const longer = mean(runs.map(({ bestUs }, i) => bestUs / whole[i].bestUs - 1));
        const [own, plain] = [runs, whole].map((each) =>
          mean(each.map(({ cpuSeconds }) => cpuSeconds)).toFixed(1),
        );
        rows.push(`${change} ${percent(longer)}, ${own} for ${plain} CPU s, ${spent} simulations`);
      }
      return { measured: rows.join("; "), passed: true };
    },
  },
];
