import { expect, test } from "vitest";
import { layerRows } from "../../../../agents/nets/placers/chain-features.ts";
import { layerPartition } from "../../../../agents/nets/placers/layer-partition.ts";
import { createWeights } from "../../../../agents/nets/weights.ts";
import { layerFlows } from "../../../../agents/problems/pipeline/layer-flows.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import { createRng } from "../../../../env/index.ts";
import { testBackend } from "../../tensors/test-backend.ts";
import { chainOf } from "../../training/lessons/layer-chains.ts";

const { tf } = await loadTf(testBackend);

test("The partition network gives each layer its own row, whichever layers are asked for", () => {
  const chain = chainOf(5);
  const rows = layerRows(chain, layerFlows(chain), [0, 1], "paper");
  const weights = createWeights(tf);
  const partition = layerPartition(
    tf,
    weights,
    { columns: rows.columns, hidden: 3, groups: 4 },
    createRng(1),
  );
  const own = partition(rows);
  const all = own.logits(0, 5).arraySync();
  expect(own.logits(2, 4).arraySync()).toEqual(all.slice(2, 4));
  expect(all[0]).not.toEqual(all[1]);
  own.dispose();
  const started = partition(rows, { group: Int32Array.of(0, 0, 3, 3, 3), logits: 2 });
  expect(started.logits(2, 3).arraySync()[0][3]).toBeCloseTo(all[2][3] + 2, 5);
  started.dispose();
  weights.dispose();
});
