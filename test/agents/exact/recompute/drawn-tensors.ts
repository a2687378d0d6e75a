/** Drawn orders of ops on few tensors, for tests of Roc's memory program. */
import type { TensorProblem, TensorStep } from "../../../../agents/exact/recompute/host-tensors.ts";
import type { Rng } from "../../../../env/index.ts";

/** As many steps as tensors; two or three of these are on the host first. */
export function drawnTensors(
  rng: Rng,
  count: number,
): { readonly problem: Omit<TensorProblem, "capacityBytes">; readonly leastBytes: number } {
  const bytes = Array.from({ length: count }, () => 1 + rng.int(9));
  const onHost = [...Array(2 + rng.int(2)).keys()];
  let known = onHost.length;
  const steps = Array.from({ length: count }, (): TensorStep => {
    const reads = [...new Set([rng.int(known), rng.int(known)])];
    if (known < count && rng.int(4) > 0) return { reads, writes: [known++] };
    return { reads, writes: rng.int(3) === 0 ? [rng.int(known)] : [] };
  });
  const needs = steps.map(({ reads, writes }) =>
    [...new Set([...reads, ...writes])].reduce((sum, t) => sum + bytes[t], 0),
  );
  return { problem: { bytes, onHost, steps }, leastBytes: Math.max(...needs) };
}
