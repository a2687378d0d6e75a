/**
 * Incremental against full evaluation of single-op moves from a hill-climbed placement, on the
 * cases next to the checkout.
 *
 *     npx tsx test/bench/moves.ts [FILTER]
 *
 * There are rounds of 200 moves, each evaluated once in full and once incrementally. Each side runs
 * its moves one after the other, as a search would. A search that evaluates in full also runs
 * near-equal placements in a row, which helps branch prediction. The sides alternate in going
 * first. It prints
 *
 * - the median time of both and their ratio;
 * - the quartiles of the ratio move by move;
 * - the ratio of the sums, which is what a search gains in total;
 * - the share of moves that needed a full run.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { createRng, type Rng } from "../../env/index.ts";
import { type Compiled, compile } from "../../env/sim/engine/compile.ts";
import { createEngine } from "../../env/sim/engine/engine.ts";
import { createIncrementalEngine } from "../../env/sim/engine/incremental.ts";
import { importFile } from "../../scenarios/index.ts";

const folder = fileURLToPath(new URL("../../../shared/bench/cases", import.meta.url));
const ROUNDS = 10;
const MOVES = 200;

interface Move {
  readonly op: Int32Array;
  readonly to: number;
  readonly placement: Int32Array;
}

function benchmark(path: string): string {
  const text = readFileSync(path, "utf8");
  const { scenario } = importFile(text, path);
  const compiled = compile(scenario);
  const [full, incremental] = [createEngine(compiled), createIncrementalEngine(compiled)];
  const rng = createRng(0);
  const device = climb(compiled, rng);
  incremental.record(device);
  const fullUs: number[] = [];
  const moveUs: number[] = [];
  let leftToFull = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const moves = Array.from({ length: MOVES }, () => randomMove(compiled, device, rng));
    const runInFull = () => {
      fullUs.push(...moves.map(({ placement }) => timeUs(() => full.run(placement))));
    };
    const runIncrementally = () => {
      const evaluate = ({ op, to, placement }: Move) => {
        const makespanUs = incremental.move(op, to);
        if (makespanUs !== null) return makespanUs;
        leftToFull++;
        return full.run(placement);
      };
      moveUs.push(...moves.map((move) => timeUs(() => evaluate(move))));
    };
    const sides = [runInFull, runIncrementally];
    for (const run of round % 2 === 0 ? sides : sides.reverse()) run();
  }
  const ratios = fullUs.map((us, i) => us / moveUs[i]);
  const cells = [
    quantile(fullUs, 0.5).toFixed(0),
    quantile(moveUs, 0.5).toFixed(0),
    (quantile(fullUs, 0.5) / quantile(moveUs, 0.5)).toFixed(1),
    ...[0.25, 0.5, 0.75].map((q) => quantile(ratios, q).toFixed(1)),
    (sum(fullUs) / sum(moveUs)).toFixed(1),
    `${((100 * leftToFull) / moveUs.length).toFixed(1)}%`,
  ];
  return JSON.parse(text).name.padEnd(26) + cells.map((cell) => cell.padStart(10)).join("");
}

/** First improvement over random single moves, ten tries for each op. */
function climb(compiled: Compiled, rng: Rng): Int32Array {
  const engine = createIncrementalEngine(compiled);
  const device = Int32Array.from({ length: compiled.opCount }, () => rng.int(compiled.deviceCount));
  let best = engine.record(device);
  for (let i = 0; i < 10 * compiled.opCount; i++) {
    const { op, to } = randomMove(compiled, device, rng);
    const makespanUs = engine.move(op, to);
    if (makespanUs === null || makespanUs > best) continue;
    best = makespanUs;
    device[op[0]] = to;
    engine.record(device);
  }
  return device;
}

function randomMove({ opCount, deviceCount }: Compiled, device: Int32Array, rng: Rng): Move {
  const v = rng.int(opCount);
  const to = (device[v] + 1 + rng.int(deviceCount - 1)) % deviceCount;
  const placement = device.slice();
  placement[v] = to;
  return { op: Int32Array.of(v), to, placement };
}

function timeUs(run: () => number): number {
  const started = performance.now();
  run();
  return (performance.now() - started) * 1000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)];
}

if (!existsSync(folder))
  console.log("moves: not measured, ../shared/bench/cases is not beside this checkout.");
else {
  const heads = ["full us", "move us", "ratio", "quartile", "median", "quartile", "of sums", "in full"];
  console.log("case".padEnd(26) + heads.map((head) => head.padStart(10)).join(""));
  const filter = process.argv[2] ?? "n1000-k|n3000-k";
  for (const name of readdirSync(folder).filter((file) => new RegExp(filter).test(file)))
    console.log(benchmark(join(folder, name)));
}
