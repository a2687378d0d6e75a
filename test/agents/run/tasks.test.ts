import { describe, expect, test } from "vitest";
import { oneTask, reservedTasks, taskSource } from "../../../agents/run/tasks.ts";
import {
  BudgetExhausted,
  createLedger,
  createRng,
  evaluator,
  placement,
  testScenario,
} from "../../../env/index.ts";

const scenario = testScenario({ graph: "a 10 8B\nb 20 <- a" });
const plan = placement([0, 1]);

function tasksOf(evaluations: number, names = ["x", "y", "z"]) {
  const ledger = createLedger({ evaluations });
  const opened: string[] = [];
  const source = taskSource(names, async (name) => {
    opened.push(name);
    return { name, scenario, evaluator: ledger.meter(evaluator(scenario)) };
  });
  return { source, opened, ledger };
}

describe("a source of tasks", () => {
  test("opens a task once, when it is first asked for", async () => {
    const { source, opened } = tasksOf(9);
    expect(await source.task("y")).toBe(await source.task("y"));
    expect(opened).toEqual(["y"]);
    await expect(source.task("w")).rejects.toThrow('no task "w" among the 3');
  });

  test("draws every task, the same ones under the same seed", async () => {
    const drawn = async (seed: number) => {
      const { source } = tasksOf(9);
      const rng = createRng(seed);
      const names: string[] = [];
      for (let i = 0; i < 30; i++) names.push((await source.draw(rng)).name);
      return names;
    };
    expect(new Set(await drawn(1))).toEqual(new Set(["x", "y", "z"]));
    expect(await drawn(1)).toEqual(await drawn(1));
    expect(await drawn(1)).not.toEqual(await drawn(2));
  });

  test("of one draws no random number", async () => {
    const { source } = tasksOf(9, ["x"]);
    const task = await source.task("x");
    const rng = createRng(1);
    expect((await oneTask(task).draw(rng)).scenario).toBe(scenario);
    expect(rng.next()).toBe(createRng(1).next());
  });
});

describe("tasks with a reserve", () => {
  test("keep back what the greedy plans of all opened tasks need, until it is released", async () => {
    const { source } = tasksOf(5);
    const tasks = reservedTasks(source, () => 2);
    const y = await tasks.task("y");
    expect(y.evaluator.remaining).toBe(3);
    const x = await tasks.task("x");
    expect([x.evaluator.remaining, y.evaluator.remaining]).toEqual([1, 1]);
    x.evaluator.evaluate(plan);
    expect(() => y.evaluator.evaluate(plan)).toThrow(BudgetExhausted);
    tasks.release();
    expect(y.evaluator.remaining).toBe(4);
    expect(tasks.opened.map(({ name }) => name)).toEqual(["x", "y"]);
  });
});
