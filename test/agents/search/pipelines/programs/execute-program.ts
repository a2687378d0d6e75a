/** The slow twin of DistIR's programs: executes one on whole numbers, value by value. */
import type { Degrees } from "../../../../../agents/search/pipelines/programs/degrees.ts";
import type { DistProgram } from "../../../../../agents/search/pipelines/programs/program.ts";
import { Role } from "../../../../../env/model/graph/graph.ts";
import {
  coordinatesOfIndex,
  elementsOf,
  modulo,
  numbersOf,
} from "../../../../env/sim/lower/sharding/element-values.ts";
import type { NumberedGraph } from "../../../../env/sim/lower/sharding/numbered-graph.ts";

type Content = ReadonlyMap<number, number>;

/**
 * All outputs at the end of the program, whole, by name. `divided`: the dimension of each forward
 * op that tensor ranks divide, -1 for none. A value is of one output, so values carry its port.
 */
export function numbersIn(
  { graph, ops }: NumberedGraph,
  program: DistProgram,
  { data, tensor, microBatches }: Degrees,
  divided: ArrayLike<number>,
): Map<string, readonly number[]> {
  const contents: Content[] = [];
  const told = new Map<string, Map<number, number>>();
  const whole = (v: number, parameter: number, shape: readonly number[], output: number): Content =>
    new Map(numbersOf(`${graph.names[v]}:${output}:${parameter}`, shape).entries());
  /** What a value has replaces what was told of its output before. */
  const tell = (v: number, content: Content): void => {
    const name = `${graph.names[v]}:0:0`;
    const known = told.get(name) ?? new Map<number, number>();
    for (const [index, number] of content) known.set(index, number);
    told.set(name, known);
  };
  for (const { kind, op: v, microBatch, inputs, outputs } of program.ops) {
    if (kind === "send") contents[outputs[0]] = contents[inputs[0]];
    else if (kind === "accumulate" || kind === "all-reduce") {
      const sum = new Map<number, number>();
      for (const value of inputs)
        for (const [index, number] of contents[value]) sum.set(index, modulo((sum.get(index) ?? 0) + number));
      for (const value of outputs) contents[value] = sum;
      tell(v, sum);
    } else {
      const iteration = graph.iterations![v]!;
      const [output] = iteration.outputs;
      if (output === undefined) continue;
      const { device } = program.values[outputs[0]];
      const replica = Math.floor(device / tensor) % data;
      const leader = graph.role[v] === Role.forward ? v : graph.twin[v];
      const along = divided[leader] < 0 ? null : graph.iterations![leader]!.dimensions[divided[leader]].name;
      const ranges = iteration.dimensions.map(({ name, kind: dimension, size }) => {
        if (dimension === "batch") return part(size, microBatch * data + replica, microBatches * data);
        return name === along ? part(size, device % tensor, tensor) : { from: 0, to: size };
      });
      const start = coordinatesOfIndex(output, iteration.dimensions.length);
      const elements = output.shape.reduce((count, length) => count * length, 1);
      const indices = Array.from({ length: elements }, (_, index) => index).filter((index) => {
        const at = start(index);
        return output.along.every((d) => at[d] >= ranges[d].from && at[d] < ranges[d].to);
      });
      const all = whole(v, 0, output.shape, 0);
      const weights = iteration.parameters.map(({ shape }, i) =>
        whole(graph.parameterBytes[v] > 0 ? v : graph.twin[v], i, shape, -1),
      );
      const made =
        ops[v].rule === "input"
          ? new Map(indices.map((index) => [index, all.get(index)!]))
          : elementsOf(
              { op: ops[v], iteration, rank: device, output, port: 0 },
              { held: [...inputs.map((value) => contents[value]), ...weights], ranges, indices },
            );
      contents[outputs[0]] = made;
      tell(v, made);
    }
  }
  return new Map(
    [...told].map(([name, content]) => [
      name,
      [...content.entries()].sort(([a], [b]) => a - b).map(([, number]) => modulo(number)),
    ]),
  );
}

const part = (size: number, number: number, parts: number) => ({
  from: (size * number) / parts,
  to: (size * (number + 1)) / parts,
});
