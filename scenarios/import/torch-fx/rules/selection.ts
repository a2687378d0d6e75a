/**
 * Ops of PyTorch that read or write chosen rows: they touch those rows and the indices, not the
 * whole tensor. A functional `index_put` counts as one in place, which is what compilers make of
 * it.
 */
import { type FxRule, named } from "../fx-call.ts";
import { bytesOf, bytesOfAll, elementsOf } from "../tensor-type.ts";
import { lastOf } from "./products.ts";

/** Reads the rows that it returns. Every input but the first one is an index. */
const readRows: FxRule = ({ word, inputs, outputs }) => ({
  type: word,
  flops: 0,
  bytes: bytesOfAll(inputs.slice(1)) + 2 * bytesOfAll(outputs),
});

/** The op takes table and indices, the module has the table behind the indices. */
const embedding: FxRule = ({ word, inputs, outputs, own }) => ({
  type: word,
  flops: 0,
  bytes: bytesOfAll(own.length > 0 ? inputs.slice(0, 1) : inputs.slice(1)) + 2 * bytesOfAll(outputs),
});

/** Sums the rows of each bag. */
const embeddingBag: FxRule = (call) => {
  const table = call.own[0] ?? call.tensor(0);
  const indices = call.own.length > 0 ? call.tensor(0) : call.tensor(1);
  const rows = elementsOf(indices) * lastOf(table);
  const rowBytes = (bytesOf(table) / Math.max(1, elementsOf(table))) * rows;
  const others = call.inputs.filter((each) => each !== table);
  return {
    type: call.word,
    flops: rows,
    bytes: rowBytes + bytesOfAll(others) + bytesOfAll(call.outputs.slice(0, 1)),
  };
};

/** Writes rows: `source` is the argument that holds them, all others but the first are indices. */
const writtenRows =
  (source: number, flopsPerElement: number): FxRule =>
  (call) => {
    const rows = call.optional(source);
    const others = call.inputs.slice(1);
    return {
      type: call.word,
      flops: rows === undefined ? 0 : flopsPerElement * elementsOf(rows),
      bytes:
        bytesOfAll(others) +
        (rows === undefined ? bytesOfAll(others) : (1 + flopsPerElement) * bytesOf(rows)),
    };
  };

/** The accumulating form reads the rows too. */
const indexPut: FxRule = (call) => writtenRows(2, call.value(3) === true ? 1 : 0)(call);

export const selectionRules: readonly (readonly [string, FxRule])[] = [
  ...named(
    "index gather index_select take take_along_dim masked_select unsafe_index embedding_renorm",
    readRows,
  ),
  ...named("unsafe_masked_index", readRows),
  ...named("embedding", embedding),
  ...named("embedding_bag embedding_bag_forward_only embeddingbag", embeddingBag),
  ...named("index_put index_put_impl unsafe_index_put", indexPut),
  ...named("unsafe_masked_index_put_accumulate", writtenRows(3, 1)),
  ...named("index_copy scatter put", writtenRows(3, 0)),
  ...named("index_add scatter_add scatter_reduce index_reduce", writtenRows(3, 1)),
  ...named(
    "slice_scatter select_scatter diagonal_scatter as_strided_scatter masked_scatter",
    writtenRows(1, 0),
  ),
  ...named("index_fill", writtenRows(3, 0)),
];
