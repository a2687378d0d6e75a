/**
 * Memory of every learning agent over many updates of a small network on a small scenario. Prints a
 * table in Markdown.
 *
 *     npx tsx test/bench/memory.ts [AGENT] [BACKEND] [UPDATES]
 *
 * A state is taken at each tenth of the updates, and the first is compared with the last. The
 * columns are tensors, the heap of TensorFlow.js on wasm, and the heap of JavaScript after a
 * collection. The resident set rises and falls with the collector, so its largest of all tenths is
 * told too. Each agent has a process of its own, which prints its states in JSON.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { AgentModule, BackendName } from "../../agents/contract.ts";
import { oneTask } from "../../agents/run/tasks.ts";
import { loadTf } from "../../agents/tensors/tf.ts";
import { createRng, evaluator, metered } from "../../env/index.ts";
import { resolveScenario } from "../../scenarios/index.ts";
import { smallAgents, smallScenarioOf } from "../agents/learned/small-agents.ts";

export interface MemoryState {
  readonly update: number;
  readonly tensors: number;
  /** Of the memory that TensorFlow.js and the kernel share on wasm, else 0. */
  readonly tensorHeapBytes: number;
  /** In use after a collection. */
  readonly heapBytes: number;
  readonly residentBytes: number;
}

const UPDATES = 10_000;
const TENTHS = 10;

/** An agent's memory after each tenth of the updates, in a process of its own. */
export function memoryStates(id: string, backend: BackendName, updates = UPDATES): readonly MemoryState[] {
  const args = ["--import", "tsx", "--expose-gc", fileURLToPath(import.meta.url)];
  return JSON.parse(
    execFileSync(process.execPath, [...args, id, backend, String(updates)], { encoding: "utf8" }),
  );
}

async function main([id, backend = "wasm", updates]: readonly string[]): Promise<void> {
  if (globalThis.gc !== undefined) {
    const [, module, options] = smallAgents.find(([name]) => name === id)!;
    const states = await watched(module, options, backend as BackendName, Number(updates ?? UPDATES));
    process.stdout.write(`${JSON.stringify(states)}\n`);
    return;
  }
  console.log(
    "| agent | tensors | heap of tensors, MB | heap, MB | resident, MB | its largest |\n|---|---:|---:|---:|---:|---:|",
  );
  for (const [name] of smallAgents) {
    if (id !== undefined && id !== "all" && id !== name) continue;
    const states = memoryStates(name, backend as BackendName, Number(updates ?? UPDATES));
    const pair = (of: (state: MemoryState) => string) =>
      [states[0], states[states.length - 1]].map(of).join(", ");
    const told = (bytes: number) => (bytes / 1e6).toFixed(1);
    const megabytes = (key: "tensorHeapBytes" | "heapBytes" | "residentBytes") =>
      pair((state) => told(state[key]));
    const most = told(Math.max(...states.map(({ residentBytes }) => residentBytes)));
    console.log(
      `| \`${name}\` | ${pair(({ tensors }) => String(tensors))} | ${megabytes("tensorHeapBytes")} | ${megabytes("heapBytes")} | ${megabytes("residentBytes")} | ${most} |`,
    );
  }
}

async function watched(
  module: AgentModule,
  options: object,
  backend: BackendName,
  updates: number,
): Promise<readonly MemoryState[]> {
  const scenario = await resolveScenario(smallScenarioOf(module));
  const task = { name: scenario.name, scenario, evaluator: metered(evaluator(scenario), {}) };
  const agent = await module.create({
    tasks: oneTask(task),
    rng: createRng("memory"),
    options: module.options.parse(options),
    backend,
  });
  const { tf } = await loadTf(backend);
  const states: MemoryState[] = [];
  for await (const { update } of agent.train()) {
    if (update % (updates / TENTHS) !== 0) continue;
    globalThis.gc!();
    const { rss, heapUsed } = process.memoryUsage();
    const { wasm } = tf.backend() as unknown as { wasm?: { HEAPU8: Uint8Array } };
    states.push({
      update,
      tensors: tf.memory().numTensors,
      tensorHeapBytes: wasm?.HEAPU8.buffer.byteLength ?? 0,
      heapBytes: heapUsed,
      residentBytes: rss,
    });
    if (update === updates) break;
  }
  agent.dispose();
  return states;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
