/**
 * Policy updates beside their twins in PyTorch, one thread each, with the same arithmetic at
 * the same sizes.
 *
 *     npx tsx test/bench/policy-twins.ts [--python PATH] [--rounds 3] [--only NAME] [--warm-up 200]
 *
 * - `gnn-*`: 200 ops, about 410 edges, 32 states, 8 rounds of messages in 2 directions, 16 or 64
 *   wide;
 * - `gnn-*-read`: the same loss and gradient, but one direction is computed on our side for the
 *   rows alone that the policy reads;
 * - `seq2seq-*`: 40 groups, batch 10, LSTM encoder, LSTM decoder with additive attention, 64 or 512
 *   wide.
 *
 * `--warm-up` tells how many updates of ours are not counted, for all of them. By default V8 has
 * compiled by then.
 *
 * An update is forward, backward and Adam. The other side is `../shared/bench/policy_updates.py`,
 * run by the Python that has `torch`; without either, ours alone is printed. Each side is a process
 * of its own. They take turns, because the host has slow phases. Times are medians of CPU ms for an
 * update; the ratio is the median over the rounds. PyTorch's graph update is the one with sparse
 * sums, the faster of its two.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadTf } from "../../agents/tensors/tf.ts";
import { graphUpdate } from "./twins/graph-update.ts";
import { sequenceUpdate } from "./twins/sequence-update.ts";

/** Updates until V8 has compiled, of short and of long updates; a training has thousands. */
const [SHORT, LONG] = [200, 30];

const twins = [
  { name: "gnn-H16", theirs: "gnn-sparse-H16", target: 0.5, warmUp: SHORT },
  { name: "gnn-H64", theirs: "gnn-sparse-H64", target: 1, warmUp: LONG },
  { name: "gnn-H16-read", theirs: "gnn-sparse-H16", target: 0.5, warmUp: SHORT },
  { name: "gnn-H64-read", theirs: "gnn-sparse-H64", target: 1, warmUp: LONG },
  { name: "seq2seq-H64", theirs: "seq2seq-H64", target: 0.5, warmUp: SHORT },
  { name: "seq2seq-H512", theirs: "seq2seq-H512", target: 1, warmUp: LONG },
] as const;
const program = fileURLToPath(new URL("../../../shared/bench/policy_updates.py", import.meta.url));

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
    "warm-up": { type: "string" },
    measure: { type: "string" },
  },
});

async function main(): Promise<void> {
  if (values.measure !== undefined) {
    console.log(await measure(values.measure));
    return;
  }
  const other = otherSide(values.python);
  if (other !== null) console.log(`PyTorch's side is left out: ${other}.`);
  for (const twin of twins.filter(({ name }) => name.includes(values.only ?? "")))
    compare(twin, other === null);
}

function compare({ name, theirs, target, warmUp }: (typeof twins)[number], hasOther: boolean): void {
  // Without another side to take turns with, one round says as much as three.
  const rounds = Array.from({ length: hasOther ? Number(values.rounds) : 1 }, () => ({
    ours: ourMs(name, values["warm-up"] ?? String(warmUp)),
    torch: hasOther ? torchMs(theirs) : Number.NaN,
  }));
  const ours = median(rounds.map((round) => round.ours)).toFixed(1);
  if (!hasOther) {
    console.log(`${name.padEnd(13)} ours ${ours} CPU ms`);
    return;
  }
  const torch = median(rounds.map((round) => round.torch)).toFixed(1);
  const ratio = median(rounds.map((round) => round.ours / round.torch)).toFixed(2);
  console.log(`${name.padEnd(13)} ours ${ours} CPU ms, PyTorch ${torch}, ratio ${ratio} (target ${target})`);
}

/** Null where it can run, else why it cannot. */
function otherSide(python: string): string | null {
  if (!existsSync(program)) return "shared/bench/policy_updates.py is not here";
  try {
    execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
    return null;
  } catch {
    return `${python} has no torch`;
  }
}

function ourMs(name: string, warmUp: string): number {
  const self = fileURLToPath(import.meta.url);
  return Number(
    execFileSync(process.execPath, [...process.execArgv, self, "--measure", name, "--warm-up", warmUp], {
      encoding: "utf8",
    }),
  );
}

function torchMs(label: string): number {
  const output = execFileSync(values.python, [program, "1", label], { encoding: "utf8" });
  const found = /cpu_ms med=([\d.]+)/.exec(output);
  if (found === null) throw new Error(`No time in: ${output}`);
  return Number(found[1]);
}

/** Median CPU ms of an update of ours. */
async function measure(name: string): Promise<number> {
  const { tf } = await loadTf("wasm");
  const [kind, size] = name.split("-H");
  const [width, read] = size.split("-");
  const update =
    kind === "gnn"
      ? graphUpdate(tf, Number(width), { read: read !== undefined })
      : sequenceUpdate(tf, Number(width));
  for (let i = 0; i < Number(values["warm-up"]); i++) update();
  const times: number[] = [];
  for (let i = 0; i < 15; i++) {
    const before = process.cpuUsage();
    update();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return median(times);
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[list.length >> 1];
}

await main();
