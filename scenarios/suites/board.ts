/**
 * The leaderboard's scenarios: a fixed choice that never changes under its name. Each has its content hash beside it, so that a
 * change of a builder, a device sheet or a grouping rule that would make old entries score differently fails a test instead of
 * passing unseen; what changes on purpose becomes `board-v2`.
 *
 * The choice is balanced: nine small graphs of families (from their test splits) and thirteen networks; image, sequence and
 * recommendation; 2 to 16 devices; all kinds of cluster; two that do not fit one device, two where one device is nearly best.
 */
import type { Suite } from "./suite.ts";

/** URI and content hash of each member. */
export const boardPins: readonly (readonly [string, string])[] = [
  ["enas-cifar/test/3/2xK80", ""],
  ["enas-ptb/test/5/4xK80", ""],
  ["nmt/test/2/4xP100", ""],
  ["inception/test/4/2xP100", ""],
  ["transformer/test/6/8xA100-switch", ""],
  ["layered/test/11/4xT4", ""],
  ["series-parallel/test/7/4xV100-pcie", ""],
  ["regal/test/42/2xP100+2xK80", ""],
  ["regal/test/99/8xK80", ""],
  ["inception-v3/4xP100", ""],
  ["resnet-101/2xP100-10gbe", ""],
  ["nasnet-a-large/4xV100-pcie", ""],
  ["amoebanet-d/8xT4", ""],
  ["unet-gpipe/4xT4", ""],
  ["gnmt-4/4xP100", ""],
  ["rnnlm/2xP100+2xK80", ""],
  ["wavenet/4xK80", ""],
  ["bert-large/8xV100-nvlink", ""],
  ["gpt2-1.5b/8xA100-switch", ""],
  ["gshard-moe/8xTPUv3", ""],
  ["t5-large/2x8xV100", ""],
  ["dlrm-kaggle/16xP100-2racks", ""],
];

export const board: Suite = {
  name: "board-v1",
  summary: "the leaderboard: 22 scenarios over families, networks, clusters and sizes",
  members: boardPins.map(([uri]) => uri),
  why: "Small enough to run at equal budgets with several seeds, wide enough that no method wins by one trick. Pinned by hash.",
};
