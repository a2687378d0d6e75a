/** The small ONNX files of the shared folder, with the numbers that its README gives. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type OpGraph, Role } from "../../../../env/index.ts";
import { importFile } from "../../../../scenarios/index.ts";
import { ABSENT, sharedPath } from "../../../shared-folder.ts";
import { opOf } from "./read-model.ts";

const folder = sharedPath("cases", "onnx");

function graphOf(name: string, options: Readonly<Record<string, string>> = {}): OpGraph {
  const content = new Uint8Array(readFileSync(`${folder}/${name}.onnx`));
  const { scenario } = importFile(content, `${name}.onnx`, new Map(Object.entries(options)));
  expect(scenario.meta.unknownWork).toBeUndefined();
  return scenario.graph;
}

describe.skipIf(folder === null)(`shared cases (${ABSENT} where skipped)`, () => {
  test("attention and the products behind it", () => {
    const graph = graphOf("attention_then_mlp");
    expect(opOf(graph, "y")).toEqual({ flops: 33_554_432, outputs: [262_144] });
    expect(opOf(graph, "z")).toEqual({ flops: 268_435_456, outputs: [1_048_576] });
    expect(opOf(graph, "o")).toEqual({ flops: 268_435_456, outputs: [262_144] });
  });

  test("attention of ONNX Runtime", () => {
    expect(opOf(graphOf("mha"), "y")).toEqual({ flops: 33_554_432, outputs: [262_144] });
  });

  test("loops run as often as the file says", () => {
    expect(opOf(graphOf("loop_const_trips"), "hT")).toEqual({ flops: 10_485_760, outputs: [4_096] });
    expect(opOf(graphOf("loop_scan_outputs"), "hT").outputs).toEqual([4_096, 81_920]);
  });

  test("einsum with an ellipsis, a loss, slopes of old files, a type attribute", () => {
    expect(opOf(graphOf("einsum_ell"), "y")).toEqual({ flops: 6_144, outputs: [768] });
    expect(opOf(graphOf("sce_loss"), "l").outputs).toEqual([4, 128_000]);
    expect(opOf(graphOf("prelu_opset6_channels"), "y")).toEqual({ flops: 240, outputs: [480] });
    expect(opOf(graphOf("eyelike_dtype"), "y").outputs).toEqual([96]);
  });

  test("sizes of 0 and sizes that follow from others", () => {
    expect(opOf(graphOf("zero_dim_past"), "y").outputs).toEqual([10_240]);
    const graph = graphOf("dim_expr_pair", { "dim.batch": "4", "dim.seq": "6" });
    expect(opOf(graph, "b").outputs).toEqual([8 * 7 * 4]);
  });

  test("element types of one byte and less", () => {
    expect(opOf(graphOf("dq_e8m0"), "y").flops).toBe(2 * 8 * 64 * 32);
  });

  test("roles of a training graph", () => {
    const graph = graphOf("ort_grads");
    const roles = Object.fromEntries(graph.names.map((name, v) => [name, graph.role[v]]));
    expect(roles).toMatchObject({
      y: Role.forward,
      l: Role.forward,
      dy: Role.backward,
      dw: Role.backward,
      wn: Role.update,
    });
  });
});
