/** A learner of action values on a lock whose digits are found one after another. */
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Agent, Task, Update } from "../../../../../agents/contract.ts";
import { taskSource } from "../../../../../agents/run/tasks.ts";
import { loadTf } from "../../../../../agents/tensors/tf.ts";
import type { Tf } from "../../../../../agents/tensors/types.ts";
import { rainbowFields, rainbowSpec } from "../../../../../agents/training/algorithms/rainbow/options.ts";
import type { DecisionProcess, StepEnd } from "../../../../../agents/training/algorithms/rainbow/process.ts";
import { createRainbow } from "../../../../../agents/training/algorithms/rainbow/rainbow-learner.ts";
import { createLedger, createRng, evaluator, placement, testScenario } from "../../../../../env/index.ts";
import { testBackend } from "../../../tensors/test-backend.ts";

const OPS = 4;
/** Ops of unequal length on two devices. Both long ones on device 0 is a failure. */
const scenario = testScenario({
  name: "lock",
  graph: "a 100\nb 90\nc 30\nd 20",
  devices: 2,
});

/** A device for each op; device 1 is illegal for the last op where it has three already. */
class LockProcess implements DecisionProcess {
  readonly actions = 2;
  readonly stateBytes = OPS;
  readonly columns = 2 * OPS;
  readonly state = new Uint8Array(OPS);
  readonly mask = Uint8Array.of(1, 1);
  illegal = 0;
  private place = 0;

  reset(): StepEnd {
    this.state.fill(0);
    this.place = 0;
    return this.open();
  }

  step(action: number): StepEnd {
    if (this.mask[action] === 0) this.illegal++;
    if (this.fails(action)) return "failed";
    this.state[this.place++] = 1 + action;
    return this.place === OPS ? "done" : this.open();
  }

  fails(action: number): boolean {
    return this.place === 1 && this.state[0] === 1 && action === 0;
  }

  see(state: Uint8Array, row: Float32Array): void {
    for (const [i, code] of state.entries()) if (code > 0) row[2 * i + code - 1] = 1;
  }

  plan() {
    return placement(Int32Array.from(this.state, (code) => code - 1));
  }

  key(): string {
    return this.state.join();
  }

  private open(): StepEnd {
    const ones = this.state.filter((code) => code === 2).length;
    this.mask[1] = Number(ones < 3);
    return "open";
  }
}

const small = {
  hidden: 8,
  atoms: 16,
  lowest: -1,
  highest: 1,
  capacity: 64,
  warmUp: 8,
  learnEvery: 2,
  minibatch: 8,
  targetEvery: 5,
  learningRate: 0.01,
  epsilonUpdates: 10,
  plans: 2,
  episodes: 6,
};

let tf: Tf;
beforeAll(async () => {
  ({ tf } = await loadTf(testBackend));
});

async function started({ seed = 1, evaluations = 1000, names = ["lock"], given = {} } = {}) {
  const ledger = createLedger({ evaluations });
  const tasks = taskSource(names, async (name) => ({
    name,
    scenario,
    evaluator: ledger.meter(evaluator(scenario)),
  }));
  const opened: LockProcess[] = [];
  const open = (task: Task) => {
    const process = new LockProcess();
    opened.push(process);
    return { task, process, reference: () => placement(Int32Array.of(0, 1, 0, 1)) };
  };
  const options = z.object(rainbowFields).parse({ ...small, ...given });
  const agent = await createRainbow(
    await loadTf(testBackend),
    { tasks, rng: createRng(seed) },
    open,
    rainbowSpec(options),
  );
  return { agent, opened, task: await tasks.task(names[0]) };
}

async function pull(agent: Agent, updates: number): Promise<Update[]> {
  const steps: Update[] = [];
  for await (const step of agent.train()) if (steps.push(step) === updates) break;
  return steps;
}

describe("a learner of action values", () => {
  test("finds the best plan and answers with it; no illegal action is ever taken", async () => {
    const { agent, task, opened } = await started();
    await pull(agent, 30);
    const { cost } = task.evaluator.evaluate(await agent.act(task));
    const all = Array.from({ length: 2 ** OPS }, (_, code) =>
      evaluator(scenario).evaluate(placement(Int32Array.from([0, 1, 2, 3], (i) => (code >> i) & 1))),
    );
    expect(cost).toBe(Math.min(...all.map((outcome) => outcome.cost)));
    expect(opened.map(({ illegal }) => illegal).every((count) => count === 0)).toBe(true);
    agent.dispose();
  });

  test.each([{}, { double: false, dueling: false, noise: 0, alpha: 0, steps: 1 }])(
    "goes on from a saved state with the same bytes, in the middle of its memory, %o",
    async (given) => {
      const [whole, first, second] = [
        await started({ given }),
        await started({ given }),
        await started({ given, seed: 9 }),
      ];
      const curve = await pull(whole.agent, 14);
      const before = await pull(first.agent, 7);
      await second.agent.loadRun(JSON.parse(JSON.stringify(await first.agent.saveRun())));
      expect([...before, ...(await pull(second.agent, 7))]).toEqual(curve);
      expect(await second.agent.saveRun()).toEqual(await whole.agent.saveRun());
      for (const { agent } of [whole, first, second]) agent.dispose();
    },
  );

  test("keeps a memory for each task and draws both", async () => {
    const whole = await started({ names: ["one", "two"] });
    const curve = await pull(whole.agent, 8);
    expect(new Set(curve.map(({ task }) => task))).toEqual(new Set(["one", "two"]));
    const saved = (await whole.agent.saveRun()) as { readonly tasks: object };
    expect(Object.keys(saved.tasks).sort()).toEqual(["one", "two"]);
    whole.agent.dispose();
  });

  test("charges in every update, also where all plans are known, and ends with its budget", async () => {
    const { agent, task } = await started({ evaluations: 40 });
    const { evaluator: meter } = task;
    let before = 0;
    let updates = 0;
    for await (const { metrics } of agent.train()) {
      expect(meter.evaluations).toBeGreaterThan(before);
      before = meter.evaluations;
      updates++;
      for (const value of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
    }
    expect(updates).toBeGreaterThan(12);
    expect(meter.evaluations).toBe(40);
    agent.dispose();
  });

  test("keeps the number of tensors flat and frees all", async () => {
    const before = tf.memory().numTensors;
    const { agent, task } = await started();
    await pull(agent, 4);
    const early = tf.memory().numTensors;
    await pull(agent, 3);
    await agent.act(task);
    expect(tf.memory().numTensors).toBe(early);
    agent.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("refuses values of returns that are none with a sentence", () => {
    const options = z.object(rainbowFields).parse({ lowest: 1, highest: 1 });
    expect(() => rainbowSpec(options)).toThrow(
      'Option "highest" is 1, expected more than the 1 of "lowest".',
    );
  });
});
