/** The same tape in half precision and for inference: what changes, and what stays. */
import { describe, expect, test } from "vitest";
import { Role } from "../../../../env/index.ts";
import { buildWorkload, type Workload, workloadCatalog } from "../../../../scenarios/index.ts";
import { optimizerSlots } from "../../../../scenarios/workloads/build.ts";
import {
  adafactor,
  adam,
  mixedPrecision,
  momentum,
} from "../../../../scenarios/workloads/tape/optimizers.ts";
import { forInference, inPrecision } from "../../../../scenarios/workloads/tape/retape.ts";

const defaults = ({ options }: Workload): Record<string, number> =>
  Object.fromEntries(Object.entries(options).map(([key, option]) => [key, option.default]));
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

describe("half precision", () => {
  test.each(workloadCatalog)("halves the weights of $name and leaves its work", (workload) => {
    const tape = workload.forward(defaults(workload));
    const half = inPrecision(tape, 16);
    expect(half.ops.map(({ name }) => name)).toEqual(tape.ops.map(({ name }) => name));
    const offenders = tape.ops.filter((op, i) => {
      const other = half.ops[i];
      const bytes = op.outputs.map((tensor, port) =>
        (op.spec.kinds?.[port] ?? "number") === "number" ? tensor.bytes / 2 : tensor.bytes,
      );
      const halved = bytes.every((size, port) => other.outputs[port].bytes === size);
      return !halved || other.flops !== op.flops || other.parameterBytes !== op.parameterBytes / 2;
    });
    expect(offenders.map(({ name }) => name)).toEqual([]);
  });

  test("keeps master weights and state in four bytes: 14 bytes a weight under Adam, 10 under momentum, gradients aside", () => {
    for (const [optimizer, bytes] of [
      [adam, 14],
      [momentum, 10],
    ] as const) {
      const half = mixedPrecision(optimizer);
      expect(2 * (1 + half.slots)).toBe(bytes);
      // Read: gradient 2, master and slots 4 each. Write: master and slots 4 each, weight 2.
      expect(2 * half.bytesTouchedPerByte).toBe(2 + 8 * (1 + optimizer.slots) + 2);
    }
  });

  test("reads the half gradient as often as the whole one", () => {
    expect(2 * mixedPrecision(adafactor).bytesTouchedPerByte).toBe(2 * 2 + 8 + 2);
  });

  test("is said by the graph's number type", () => {
    const workload = workloadCatalog.find(({ name }) => name === "bert-base")!;
    expect(buildWorkload(workload, { ...defaults(workload), layers: 1 }, { precision: 16 }).dtype).toBe(
      "float16",
    );
    expect(optimizerSlots(workload, { precision: 16 })).toBe(6);
  });
});

describe("inference", () => {
  test.each(workloadCatalog)("runs forward ops of $name alone, with all of its weights", (workload) => {
    const tape = workload.forward(defaults(workload));
    const asked = forInference(tape);
    const known = new Map(tape.ops.map((op) => [op.name, op]));
    expect(asked.ops.filter(({ name, flops }) => known.get(name)?.flops !== flops)).toEqual([]);
    expect(asked.ops.filter(({ type }) => /Dropout|CrossEntropy|SquaredError/.test(type))).toEqual([]);
    expect(sum(asked.ops.map((op) => op.parameterBytes))).toBe(sum(tape.ops.map((op) => op.parameterBytes)));
    expect(asked.ops.some(({ name }) => name === "labels")).toBe(false);
    expect(optimizerSlots(workload, { phase: "inference" })).toBe(0);
  });

  test("makes a graph without backward and update ops", () => {
    const workload = workloadCatalog.find(({ name }) => name === "rnnlm")!;
    const graph = buildWorkload(workload, { ...defaults(workload), steps: 3 }, { phase: "inference" });
    expect(graph.role.every((role) => role === Role.forward)).toBe(true);
    expect(graph.names).toContain("projection/step_2/bias");
  });
});
