/** Test graphs through the importer, and what the tests ask of the result. */
import type { OpGraph } from "../../../../env/index.ts";
import { Query } from "../../../../env/model/user/query.ts";
import type { Imported } from "../../../../scenarios/import/contract.ts";
import { onnx } from "../../../../scenarios/import/onnx/importer.ts";
import { fileOf } from "../../../../scenarios/import/source-file.ts";
import { onnxFile, type TestGraph } from "./write-model.ts";

export const readModel = (
  graph: TestGraph,
  more: object = {},
  options: Readonly<Record<string, string>> = {},
): Imported =>
  onnx.read(
    fileOf(onnxFile(graph, more), "m.onnx"),
    new Query('Scenario file "m.onnx"', new Map(Object.entries(options))),
  );

/** FLOP and bytes of each output of the op with a name. */
export function opOf(
  graph: OpGraph,
  name: string,
): { readonly flops: number; readonly outputs: readonly number[] } {
  const v = graph.names.indexOf(name);
  const outputs = [...graph.outputBytes.slice(graph.outputStart[v], graph.outputStart[v + 1])];
  return { flops: graph.flops[v], outputs };
}
