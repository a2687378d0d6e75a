/**
 * Checks rows of collective-bytes.json: elements that members of collectives send, counted from the
 * messages of the tasks that the algorithms add.
 */
import { railsAllReduce } from "../../../env/sim/lower/collectives/rails.ts";
import { ringAllGather, ringAllReduce, ringReduceScatter } from "../../../env/sim/lower/collectives/ring.ts";
import { wholeChunks } from "../../../env/sim/lower/collectives/steps.ts";
import { type Collective, counted } from "../../env/sim/lower/collectives/counted.ts";
import type { Compared, GoldenCheck } from "./contract.ts";

interface RingRow {
  readonly collective: string;
  readonly algorithm: "ring";
  readonly n: number;
  readonly elements: number;
  readonly steps: number;
  readonly sentMax: number;
  readonly sentMin: number;
  readonly sentTotal: number;
}

interface RailsRow {
  readonly collective: "all-reduce";
  readonly algorithm: "reduce-scatter, all-reduce, all-gather";
  readonly nodes: number;
  readonly gpusPerNode: number;
  readonly elements: number;
  readonly intraPerGpu: number;
  readonly interPerGpu: number;
  readonly interPerNode: number;
}

const rings: Readonly<Record<string, Collective>> = {
  "all-reduce": ringAllReduce,
  "reduce-scatter": ringReduceScatter,
  "all-gather": ringAllGather,
};

export const collectiveBytes: GoldenCheck = {
  name: "collective-bytes",
  tolerance: 1e-12,
  *compare(content) {
    const { rows } = content as { readonly rows: readonly (RingRow | RailsRow)[] };
    for (const row of rows) yield* row.algorithm === "ring" ? ring(row) : rails(row);
  },
};

function* ring({
  collective,
  n,
  elements,
  steps,
  sentMax,
  sentMin,
  sentTotal,
}: RingRow): Generator<Compared> {
  const row = `${collective}, ring of ${n}, ${elements} elements`;
  const found = counted(rings[collective], { elements, sizes: [n], chunks: wholeChunks(elements, n) });
  const total = found.inside.reduce((sum, sent) => sum + sent, 0);
  yield { row: `${row}: steps`, expected: steps, found: found.steps };
  yield { row: `${row}: most`, expected: sentMax, found: Math.max(...found.inside) };
  yield { row: `${row}: least`, expected: sentMin, found: Math.min(...found.inside) };
  yield { row: `${row}: total`, expected: sentTotal, found: total };
}

function* rails(given: RailsRow): Generator<Compared> {
  const { nodes, gpusPerNode, elements, intraPerGpu, interPerGpu, interPerNode } = given;
  const row = `all-reduce, ${nodes} machines of ${gpusPerNode}, ${elements} elements`;
  const sizes = new Array<number>(nodes).fill(gpusPerNode);
  const machineOf = Int32Array.from({ length: nodes * gpusPerNode }, (_, d) => Math.floor(d / gpusPerNode));
  const found = counted((steps) => railsAllReduce(steps, machineOf), { elements, sizes });
  yield { row: `${row}: inside`, expected: intraPerGpu, found: Math.max(...found.inside) };
  yield { row: `${row}: between`, expected: interPerGpu, found: Math.max(...found.outside) };
  const ofFirst = found.outside.slice(0, gpusPerNode).reduce((sum, sent) => sum + sent, 0);
  yield { row: `${row}: of a machine`, expected: interPerNode, found: ofFirst };
}
