/**
 * vPipe's greedy choice for a stage: one unit after another is swapped or recomputed, the one that
 * adds the fewest seconds for each byte saved. A swap that compute hides adds nothing, so it goes
 * first. Choices that turn out not to be needed are taken back, the dearest first.
 */
import { exposedSwapUs, type MemoryChain, type MemorySetting, type Treatment } from "./memory-chain.ts";
import type { StageTreatment } from "./stage-treatment.ts";

/** Null where not even keeping nothing saves enough. */
export function greedyTreatment(
  chain: MemoryChain,
  setting: MemorySetting,
  range: { readonly start: number; readonly end: number },
  bytes: number,
  computeUs: number,
): StageTreatment | null {
  const of = new Array<Treatment>(range.end - range.start).fill("keep");
  const size = (i: number) => chain.activationBytes[range.start + i];
  const recomputeUs = (i: number) => chain.forwardUs[range.start + i];
  const swapUs = (swapped: number) => exposedSwapUs(setting, computeUs, swapped);
  let saved = 0;
  let swapped = 0;
  while (saved < bytes) {
    let best = { us: Number.POSITIVE_INFINITY, i: -1, treatment: "keep" as Treatment };
    for (const [i, treatment] of of.entries()) {
      if (treatment !== "keep" || size(i) === 0) continue;
      const again = { us: recomputeUs(i) / size(i), i, treatment: "recompute" as Treatment };
      if (again.us < best.us) best = again;
      if (setting.hostBytesPerUs === 0) continue;
      const us = (swapUs(swapped + size(i)) - swapUs(swapped)) / size(i);
      if (us < best.us || (us === best.us && best.treatment === "recompute"))
        best = { us, i, treatment: "swap" };
    }
    if (best.i === -1) return null;
    of[best.i] = best.treatment;
    saved += size(best.i);
    if (best.treatment === "swap") swapped += size(best.i);
  }
  const chosen = Array.from(of.keys()).filter((i) => of[i] !== "keep");
  chosen.sort(
    (a, b) => Number(of[a] === "swap") - Number(of[b] === "swap") || recomputeUs(b) - recomputeUs(a),
  );
  for (const i of chosen) {
    if (saved - size(i) < bytes) continue;
    if (of[i] === "swap") swapped -= size(i);
    saved -= size(i);
    of[i] = "keep";
  }
  const again = of.reduce((sum, treatment, i) => sum + (treatment === "recompute" ? recomputeUs(i) : 0), 0);
  return { addedUs: again + swapUs(swapped), of };
}
