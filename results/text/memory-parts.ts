/** Parts of a device's memory as people read them. */
import type { MemoryPart } from "../../env/sim/timeline/explain/memory-steps.ts";

export const memoryPartWords: Readonly<Record<MemoryPart, string>> = {
  weights: "weights",
  versions: "weight versions",
  optimizer: "optimizer",
  gradients: "gradients",
  activations: "activations",
  copies: "received copies",
  workspace: "workspace",
};
