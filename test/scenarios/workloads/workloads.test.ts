/**
 * The workloads against published counts, each with its source and its convention. Parameters are
 * trainable weights. Multiply-adds are those of convolutions and matrix products in the forward
 * pass. FLOP are 2 per multiply-add and include the pointwise ops.
 */
import { describe, expect, test } from "vitest";
import { groupsForPlacement, type OpGraph, Role } from "../../../env/index.ts";
import { workloadCatalog } from "../../../scenarios/index.ts";
import { elements, type ForwardOp } from "../../../scenarios/workloads/tape/tape.ts";
import { visionWorkloads } from "../../../scenarios/workloads/vision/index.ts";
import type { CountRow } from "./count-row.ts";
import { measuredCounts } from "./counts-table.ts";
import { defaultGraph } from "./default-graph.ts";

const workload = (name: string) => workloadCatalog.find((entry) => entry.name === name)!;

function valuesOf(name: string, given: Readonly<Record<string, number>> = {}): Record<string, number> {
  const defaults = Object.entries(workload(name).options).map(([key, option]) => [key, option.default]);
  return { ...Object.fromEntries(defaults), ...given };
}

const tapes = new Map<string, readonly ForwardOp[]>();
function forwardOps(name: string, given?: Readonly<Record<string, number>>): readonly ForwardOp[] {
  const key = `${name}?${JSON.stringify(given ?? {})}`;
  if (!tapes.has(key)) tapes.set(key, workload(name).forward(valuesOf(name, given)).ops);
  return tapes.get(key)!;
}
const total = (ops: readonly ForwardOp[], field: "flops" | "parameterBytes") =>
  ops.reduce((sum, op) => sum + op[field], 0);
const graphOf = (name: string): OpGraph => defaultGraph(workload(name));

/** Published figures have at most this relative error, including those of three digits. */
const TOLERANCE = 0.02;

describe("published counts", () => {
  test.each(measuredCounts)("$name $options agrees within 2% ($source)", (row) => {
    let figures = 0;
    for (const what of ["parameters", "gigaMultiplyAdds", "gigaFlop"] as const) {
      const published = row[what];
      if (published === undefined) continue;
      figures++;
      expect(Math.abs(row.ours[what] / published - 1), what).toBeLessThan(TOLERANCE);
    }
    if (row.exactParameters !== undefined) {
      figures++;
      expect(row.ours.parameters).toBe(row.exactParameters);
    }
    expect(figures).toBeGreaterThan(0);
  });

  test.each(workloadCatalog)("$name has a count of weights and a count of work", ({ name }) => {
    const rows = measuredCounts.filter((row) => row.name === name);
    const has = (holds: (row: CountRow) => boolean) => rows.some(holds);
    expect(has(({ parameters, exactParameters }) => (exactParameters ?? parameters) !== undefined)).toBe(
      true,
    );
    expect(has(({ gigaMultiplyAdds, gigaFlop }) => (gigaMultiplyAdds ?? gigaFlop) !== undefined)).toBe(true);
  });
});

describe("built graphs", () => {
  test.each(workloadCatalog)(
    "$name is a step of a size that the simulator and the agents take",
    ({ name }) => {
      const graph = graphOf(name);
      expect(graph.opCount).toBeLessThanOrEqual(10_000);
      const { groupCount } = groupsForPlacement(graph, 96);
      expect(groupCount).toBeGreaterThanOrEqual(10);
      expect(groupCount).toBeLessThanOrEqual(110);
    },
  );

  test("FLOP grow with the batch, weights do not", () => {
    for (const { name } of workloadCatalog.filter(({ options }) => "batch" in options)) {
      const [one, four] = [forwardOps(name, { batch: 1 }), forwardOps(name, { batch: 4 })];
      const growth = total(four, "flops") / total(one, "flops");
      // Transposed weights, gates and sums of losses exist once.
      expect(growth, name).toBeGreaterThan(3.5);
      expect(growth, name).toBeLessThanOrEqual(4 + 1e-9);
      expect(total(four, "parameterBytes"), name).toBe(total(one, "parameterBytes"));
    }
  });

  test("networks on images do four times as much on four images", () => {
    for (const { name } of visionWorkloads) {
      const [one, four] = [forwardOps(name, { batch: 1 }), forwardOps(name, { batch: 4 })];
      // Except for sums over the batch of tensors that all images share.
      expect(Math.abs(total(four, "flops") / total(one, "flops") / 4 - 1), name).toBeLessThan(1e-6);
    }
  });

  test("an op touches at least what it produces, but for variables, feeds and views", () => {
    const views = ["Variable", "Feed", "Reshape"];
    for (const { name } of workloadCatalog) {
      const offenders = forwardOps(name, { batch: 1 }).filter(
        ({ type, bytesTouched, outputs }) => !views.includes(type) && bytesTouched < outputs[0].bytes,
      );
      expect(
        offenders.map((op) => op.name),
        name,
      ).toEqual([]);
    }
  });

  test("feeds run on the host alone, and nothing else is bound", () => {
    for (const { name } of workloadCatalog) {
      const { names, types, supportedKinds } = graphOf(name);
      const boundTo = (v: number) => supportedKinds[v]?.join() ?? "anything";
      const offenders = names.filter((_, v) => boundTo(v) !== (types[v] === "Feed" ? "CPU" : "anything"));
      expect(offenders, name).toEqual([]);
    }
  });

  test("Inception-V3 joins its blocks at the published shapes", () => {
    const shapes = Object.fromEntries(
      forwardOps("inception-v3", { batch: 1 }).map((op) => [op.name, op.outputs[0].shape]),
    );
    // Table 1 of the paper: 35 x 35 x 288, 17 x 17 x 768, 8 x 8 x 2048.
    expect(shapes["mixed_5d/concat"]).toEqual([1, 288, 35, 35]);
    expect(shapes["mixed_6e/concat"]).toEqual([1, 768, 17, 17]);
    expect(shapes["mixed_7c/concat"]).toEqual([1, 2048, 8, 8]);
    expect(elements(shapes["head/pool"])).toBe(2048);
  });

  test("every weight is updated by exactly one op", () => {
    for (const { name } of workloadCatalog) {
      const graph = graphOf(name);
      const holders = graph.names.filter((_, v) => graph.parameterBytes[v] > 0);
      const updates = graph.names.filter((_, v) => graph.role[v] === Role.update);
      expect(updates.sort()).toEqual(holders.map((holder) => `${holder}/update`).sort());
    }
  });
});
