import { expect, test } from "vitest";
import { Labels, labelBudget, labelledTasks } from "../../../../agents/training/sweeps/labels.ts";
import { createRng, evaluator, metered, testScenario } from "../../../../env/index.ts";

const scenario = testScenario({
  graph: "a 10 1B\nb 20 1B <- a\nc 30 1B <- a\nd 30 1B <- a\ne 10 1B <- b c d",
  devices: 2,
});
const rules = { labels: 2, simulations: () => 50 };
const labelsOn = (simulations = 10_000) => {
  const meter = metered(evaluator(scenario), { simulations });
  return { labels: new Labels({ name: "t", scenario, evaluator: meter }, rules), meter };
};
const same = (a: Int32Array, b: Int32Array) => a.filter((d, g) => d === b[g]).length;

test("labels are made once, then a state costs one simulation", () => {
  const { labels, meter } = labelsOn();
  const rng = createRng(1);
  labels.draw(rng);
  expect(meter.simulations).toBe(2 * 50 + 1);
  labels.draw(rng);
  expect(meter.simulations).toBe(2 * 50 + 2);
});

test("a label goes by the name that agrees with most groups of its state", () => {
  const { labels } = labelsOn();
  const rng = createRng(2);
  for (let i = 0; i < 50; i++) {
    const { device, label } = labels.draw(rng);
    const renamed = label.map((d) => 1 - d);
    expect(same(label, device)).toBeGreaterThanOrEqual(same(renamed, device));
  }
});

test("states are scored as they are, from hardly moved to all at random", () => {
  const { labels } = labelsOn();
  const rng = createRng(3);
  const states = Array.from({ length: 60 }, () => labels.draw(rng));
  const agreements = new Set(states.map(({ device, label }) => same(device, label)));
  expect(agreements).toContain(5);
  expect(agreements).toContain(3);
  for (const { device, outcome } of states)
    expect(evaluator(scenario).evaluate({ kind: "placement", device }).cost).toBe(outcome.cost);
});

test("saved labels are the same labels", () => {
  const first = labelsOn();
  first.labels.draw(createRng(4));
  const second = labelsOn();
  second.labels.load(JSON.parse(JSON.stringify(first.labels.save())));
  expect(second.labels.draw(createRng(5))).toMatchObject({
    label: first.labels.draw(createRng(5)).label,
  });
  expect(second.meter.simulations).toBe(1);
});

test("labels take half of a small budget, and all but 16,000 simulations of a large one", () => {
  expect([60, 32_000, 200_000].map((simulations) => labelBudget({ simulations }))).toEqual([
    30, 16_000, 184_000,
  ]);
  expect(labelBudget({ seconds: 1 })).toBe(Number.POSITIVE_INFINITY);
});

test("their budget makes labels for so many tasks, one at least", () => {
  const of = labelledTasks({ labels: 2, simulations: () => 50 });
  expect([1_000, 60].map((simulations) => of({ simulations }))).toEqual([5, 1]);
});
