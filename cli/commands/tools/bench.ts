/**
 * `bench`: the speed of the simulator and of the exact program (bench-exact.ts) on this machine.
 * Rates are per second of CPU time. Each case of the simulator runs 64 random placements in
 * rotation. A single repeated placement would train the processor's branch predictors on a small
 * graph.
 */
import { InputError } from "../../../env/model/errors.ts";
import { createRng } from "../../../env/model/rng.ts";
import { compile } from "../../../env/sim/engine/compile.ts";
import { createEngine } from "../../../env/sim/engine/engine.ts";
import { importFile } from "../../../scenarios/import/index.ts";
import { defineCommand, jsonFlag, seedFlag } from "../../command.ts";
import { readText } from "../../files.ts";
import { jsonText } from "../../json.ts";
import { EXIT, type Terminal } from "../../terminal/terminal.ts";
import { type CaseFormat, caseFiles } from "./bench/case-files.ts";

const ROTATED = 64;
const WARM_UP = 2;

const SIMULATOR_CASES: CaseFormat = {
  marker: '"placeto-sim/1"',
  what: "placeto-sim/1 case file",
  folders: "this one",
};

export interface SimulatorRate {
  readonly case: string;
  readonly ops: number;
  readonly devices: number;
  readonly simulationsPerCpuSecond: number;
}

export const bench = defineCommand({
  name: "bench",
  summary:
    "Measures simulations per CPU second on placeto-sim/1 case files, or the exact program on " +
    "dnn-partitioning workloads.",
  positionals: [{ name: "WHAT", describe: "simulator or exact", arity: "one" }],
  flags: {
    cases: { type: "text", placeholder: "DIR", describe: "folder of case files" },
    seconds: {
      type: "number",
      min: 0.01,
      default: 0.5,
      placeholder: "S",
      describe: "simulator: CPU seconds measured for each case",
    },
    "certificate-steps": {
      type: "integer",
      min: 0,
      default: 30_000_000,
      placeholder: "N",
      describe: "exact: steps after which the plain search that certifies an answer gives up; 0 skips it",
    },
    enumerate: { type: "switch", describe: "exact: also count all ideals" },
    golden: {
      type: "text",
      placeholder: "FILE",
      describe: "exact: published results to compare with",
      defaultText: "golden/dnn-partitioning.json in the folder of cases or in a folder above it",
    },
    case: {
      type: "text",
      placeholder: "FILE",
      describe: "exact: run one workload in this process and print JSON",
    },
    seed: seedFlag,
    json: jsonFlag,
  },
  examples: ["bench simulator --cases DIR --json", "bench exact --cases DIR --certificate-steps 0"],
  async run({ values, positionals: [what] }, terminal) {
    if (what === "exact") return runExact(values, terminal);
    if (what !== "simulator")
      throw new InputError(`bench knows "simulator" and "exact" only, not "${what}".`);
    if (values.cases === undefined)
      throw new InputError("bench simulator needs --cases DIR, a folder of case files.");
    const rates: SimulatorRate[] = [];
    for (const path of caseFiles(values.cases, SIMULATOR_CASES)) {
      const rate = simulatorRate(path, values.seconds, values.seed);
      rates.push(rate);
      if (!values.json) terminal.write(lineOf(rate));
      if (terminal.signal.aborted) break;
    }
    if (values.json) terminal.write(jsonText(rates));
    return EXIT.done;
  },
});

interface ExactValues {
  readonly cases: string | undefined;
  readonly case: string | undefined;
  readonly golden: string | undefined;
  readonly "certificate-steps": number;
  readonly enumerate: boolean;
  readonly json: boolean;
}

async function runExact(values: ExactValues, terminal: Terminal): Promise<number> {
  const options = {
    certificateSteps: values["certificate-steps"],
    enumerate: values.enumerate ? ("all" as const) : ("needed" as const),
  };
  if (values.case !== undefined) {
    const { exactCase } = await import("./bench/exact-case.ts");
    terminal.write(jsonText(exactCase(values.case, { ...options, clock: terminal.seconds })));
    return EXIT.done;
  }
  if (values.cases === undefined)
    throw new InputError("bench exact needs --cases DIR, a folder of workloads, or --case FILE.");
  const { benchExact, exactExit, exactText } = await import("./bench/bench-exact.ts");
  const rows = await benchExact({ ...options, cases: values.cases, golden: values.golden }, terminal);
  terminal.write(values.json ? jsonText(rows) : exactText(rows));
  return exactExit(rows);
}

/** Median over five rounds that share the given CPU time. */
export function simulatorRate(path: string, seconds: number, seed: number): SimulatorRate {
  const text = readText(path, "Case file");
  const { scenario } = importFile(text, path);
  const { opCount } = scenario.graph;
  const deviceCount = scenario.cluster.devices.length;
  const engine = createEngine(compile(scenario));
  const rng = createRng(seed).child("bench");
  const draw = () => Int32Array.from({ length: opCount }, () => rng.int(deviceCount));
  const placements = Array.from({ length: ROTATED }, draw);
  for (let i = 0; i < WARM_UP; i++) engine.runBatch(placements);

  const rounds: number[] = [];
  for (let round = 0; round < 5; round++) {
    const started = process.cpuUsage();
    let simulations = 0;
    let spentUs = 0;
    while (spentUs < (seconds / 5) * 1e6) {
      engine.runBatch(placements);
      simulations += ROTATED;
      const { user, system } = process.cpuUsage(started);
      spentUs = user + system;
    }
    rounds.push((simulations / spentUs) * 1e6);
  }
  rounds.sort((a, b) => a - b);
  const { name = path } = JSON.parse(text) as { name?: string };
  return { case: name, ops: opCount, devices: deviceCount, simulationsPerCpuSecond: rounds[2] };
}

function lineOf({ case: name, ops, devices, simulationsPerCpuSecond: rate }: SimulatorRate): string {
  const perOp = 1e9 / (rate * ops);
  const speed = `${Math.round(rate).toLocaleString("en")} simulations per CPU second`;
  return `${name}: ${ops} ops, ${devices} devices, ${speed}, ${perOp.toFixed(0)} ns per op\n`;
}
