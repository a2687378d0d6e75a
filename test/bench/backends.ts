/**
 * Updates per CPU second of every learning agent with its default options, on each TensorFlow.js
 * backend, on `nmt` with 64 groups and 4 devices. Prints a table in Markdown.
 *
 *     npx tsx test/bench/backends.ts [AGENT,...]
 *
 * Each figure is of a process of its own and covers rollouts and simulations. The backends of an
 * agent follow each other, so that both meet the same load of the machine.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { AgentModule, BackendName } from "../../agents/contract.ts";
import { methods } from "../../agents/registry/registry.ts";
import { oneTask } from "../../agents/run/tasks.ts";
import { createRng, evaluator, metered } from "../../env/index.ts";
import { workload } from "../agents/learned/workloads.ts";
import { cpuSeconds } from "./cpu-seconds.ts";

const backends: readonly BackendName[] = ["wasm", "native"];
const WARM_UP = 2;
const LEAST_UPDATES = 5;
const CPU_SECONDS = 3;

const agents = methods.filter((method): method is AgentModule => method.kind === "agent");

async function main([given, backend]: readonly string[]): Promise<void> {
  if (backend !== undefined) {
    const module = agents.find(({ card }) => card.id === given)!;
    process.stdout.write(`${await rateOf(module, backend as BackendName)}\n`);
    return;
  }
  const ids = given?.split(",") ?? agents.map(({ card }) => card.id);
  console.log("| agent | updates a CPU second, wasm | native | native / wasm |\n|---|---:|---:|---:|");
  for (const id of ids) {
    const [wasm, native] = backends.map((name) => measured(id, name));
    console.log(
      `| \`${id}\` | ${wasm.toPrecision(3)} | ${native.toPrecision(3)} | ${(native / wasm).toFixed(2)} |`,
    );
  }
}

function measured(id: string, backend: BackendName): number {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), id, backend];
  return Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

async function rateOf(module: AgentModule, backend: BackendName): Promise<number> {
  const scenario = workload({ family: "nmt", gpus: 4 });
  const task = { name: scenario.name, scenario, evaluator: metered(evaluator(scenario), {}) };
  const options = module.options.parse({});
  const agent = await module.create({ tasks: oneTask(task), rng: createRng("backends"), options, backend });
  const training = agent.train();
  for (let i = 0; i < WARM_UP; i++) await training.next();
  const begun = cpuSeconds();
  let updates = 0;
  while (updates < LEAST_UPDATES || cpuSeconds() - begun < CPU_SECONDS) {
    await training.next();
    updates++;
  }
  return updates / (cpuSeconds() - begun);
}

await main(process.argv.slice(2));
