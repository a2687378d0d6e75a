/**
 * Well-formed protocol buffers with wrong content: numbers, names, sizes and attributes. Damage to
 * single bytes seldom reaches these, because it breaks the lengths first.
 */
import type protobuf from "protobufjs";
import { expect, test } from "vitest";
import { createSimulator, InputError, placement } from "../../../../env/index.ts";
import { importFile } from "../../../../scenarios/index.ts";
import { drawn } from "../../../law-runs.ts";
import { mutated } from "../../../laws/mutate.ts";
import { countYardsticks } from "../../../yardstick.ts";
import { mobilenetV2, selfAttention } from "../onnx/networks.ts";
import { modelMessage, onnxFile } from "../onnx/write-model.ts";
import { onnxSamples } from "../samples/onnx.ts";
import { resnet50, trainingStep } from "../tensorflow/networks.ts";
import { tfFile, tfMessage } from "../tensorflow/write-graph.ts";

const FILES = drawn(480);
const LEAST_WRITTEN = drawn(200);

/** Plain JSON with bytes in Base64, which protobufjs reads. */
const plain = (type: protobuf.Type, file: Uint8Array): object =>
  type.toObject(type.decode(file), { longs: Number, bytes: String });

const onnxModels = [
  plain(modelMessage, onnxSamples[0].content as Uint8Array),
  { ir_version: 8, graph: selfAttention(8, 2) },
  plain(modelMessage, onnxFile(first(mobilenetV2(), 12))),
];
const graphDef = tfMessage("GraphDef");
const tfGraphs = [trainingStep(), first(resnet50(), 40)].map((graph) =>
  plain(graphDef, tfFile("GraphDef", graph)),
);

/** The first nodes are enough, and faults in a small file are more likely to meet. */
function first<T extends { readonly node: readonly object[] }>(graph: T, count: number): T {
  return { ...graph, node: graph.node.slice(0, count) };
}

test.each([
  ["onnx", modelMessage, onnxModels],
  ["tensorflow", graphDef, tfGraphs],
] as const)("%s: a sentence or a scenario that simulates", (format, type, contents) => {
  let [written, accepted, most] = [0, 0, 0];
  for (let seed = 0; seed < FILES; seed++) {
    const file = writtenOrNull(type, mutated(contents[seed % contents.length], seed) as object);
    if (file === null) continue;
    written++;
    const spent = countYardsticks();
    try {
      const { scenario } = importFile(file, "damaged", new Map([["format", format]]));
      const { makespanUs } = createSimulator(scenario)(placement(new Int32Array(scenario.graph.opCount)));
      expect(Number.isFinite(makespanUs)).toBe(true);
      accepted++;
    } catch (error) {
      expect(error, `seed ${seed}: ${(error as Error).stack}`).toBeInstanceOf(InputError);
      expect((error as Error).message).toMatch(/^[^\n]{10,800}[.?]$/);
    }
    most = Math.max(most, spent());
  }
  console.log(`${format}: ${accepted} of ${written} accepted, at most ${most.toFixed(1)} yardsticks`);
  expect(written).toBeGreaterThan(LEAST_WRITTEN);
  expect(accepted).toBeGreaterThan(0);
  expect(accepted).toBeLessThan(written);
});

/** Null where protobufjs cannot write it. */
function writtenOrNull(type: protobuf.Type, content: object): Uint8Array | null {
  try {
    return new Uint8Array(type.encode(type.fromObject(content as Record<string, unknown>)).finish());
  } catch {
    return null;
  }
}
