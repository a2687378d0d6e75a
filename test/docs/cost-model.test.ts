/**
 * docs/cost-model.md names every switch with its values, and the simulator works its examples out
 * to the numbers of the page.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  defaultFidelity,
  evaluator,
  fidelities,
  gapOf,
  memorySteps,
  networkModels,
  placement,
  simulate,
  tasksOf,
  testScenario,
} from "../../env/index.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/cost-model.md", import.meta.url)), "utf8");
/** The page with its lines joined, to look for sentences that may be wrapped. */
const prose = page.replaceAll("\n", " ");

describe("docs/cost-model.md", () => {
  test("tells the values of every switch of the named fidelities", () => {
    const [header] = page.split("\n").filter((line) => line.startsWith("| switch"));
    const columns = cells(header).map((name) => name.replaceAll("`", ""));
    for (const fidelity of fidelities) {
      const column = columns.indexOf(fidelity.name);
      for (const [name, value] of Object.entries(fidelity)) {
        if (name === "name") continue;
        const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));
        expect(row, `a row for the switch ${name}`).toBeDefined();
        expect(cells(row!)[column], `${fidelity.name}.${name}`).toBe(String(value));
      }
    }
  });

  test("tells of every named network model", () => {
    for (const { name } of networkModels) expect(page).toContain(`\n| \`${name}\` |`);
  });

  test("works its example out as the simulator does", () => {
    const graph = /```graph\n([\s\S]*?)```/.exec(page)![1];
    const fidelity = { ...defaultFidelity, optimizerSlots: 1 };
    const scenario = testScenario({ graph, bytesPerUs: 10, latencyUs: 3, fidelity });
    const plan = placement([0, 0, 1, 0]);
    const { makespanUs, startUs, endUs, transfers, peakBytes } = simulate(scenario, plan);
    const spans = [...page.matchAll(/\| ([\d.]+) to ([\d.]+) \|/g)].map(([, from, to]) => [
      Number(from),
      Number(to),
    ]);
    const [a, b, c, d] = [0, 1, 2, 3].map((v) => [startUs[v], endUs[v]]);
    const [there, back] = transfers.map((transfer) => [transfer.startUs, transfer.endUs]);
    [a, there, b, c, back, d].forEach((span, i) => {
      expect(span[0]).toBeCloseTo(spans[i][0], 9);
      expect(span[1]).toBeCloseTo(spans[i][1], 9);
    });
    const bound = evaluator(scenario).bound();
    expect(prose).toContain(`Makespan ${makespanUs} us`);
    expect(prose).toContain(
      `on one device it is ${simulate(scenario, placement([0, 0, 0, 0])).makespanUs} us`,
    );
    const boundUs = Number(bound.value.toFixed(6));
    expect(prose).toContain(`The bound is the ${bound.argument}: ${boundUs} us`);
    expect(prose).toContain(`a gap of ${(100 * gapOf(makespanUs, bound.value)!).toFixed(1)}%`);
    expect(prose).toContain(`: ${peakBytes[0]} bytes. Peak of device 1`);
    expect(prose).toContain(`the output of \`c\` 8: ${peakBytes[1]} bytes`);
  });

  test("works its example of memory out as the simulator does, part by part", () => {
    const graph = /```graph memory\n([\s\S]*?)```/.exec(page)![1];
    const fidelity = { optimizerSlots: 1 };
    const scenario = testScenario({ graph, devices: 1, fidelity });
    const timeline = simulate(scenario, placement([0, 0, 0, 0]));
    const steps = memorySteps(tasksOf(scenario, timeline));
    scenario.graph.names.forEach((name, v) => {
      const { parts, bytes } = steps.find(({ timeUs }) => timeUs === timeline.startUs[v])!;
      const { weights, optimizer, gradients, activations, workspace } = parts;
      const row = [weights, optimizer, gradients, activations, workspace, bytes].join(" | ");
      expect(page).toContain(`| \`${name}\` | ${row} |`);
    });
    const tight = testScenario({ graph, devices: 1, fidelity, memoryBytes: 250 });
    const { op, excessBytes, peakBytes } = simulate(tight, placement([0, 0, 0, 0])).violation!;
    expect(prose).toContain(
      `The peak is ${peakBytes} bytes, at \`${scenario.graph.names[op]}\`. With 250 bytes of memory the plan is infeasible, by ${excessBytes}.`,
    );
  });
});

const cells = (row: string): string[] => row.split("|").map((cell) => cell.trim());
