/**
 * The leaderboard's scenarios: a fixed choice that never changes under its name. Each has its
 * content hash. A change of a builder, a device sheet or a grouping rule that would change the
 * scores of old entries thus fails a test. Intended changes become `board-v2`.
 *
 * The choice is balanced. Nine members are small graphs of families, from their test splits, and
 * thirteen are networks. The networks are of images, sequences and recommendation. Clusters have 2
 * to 20 devices and are of most kinds. Three members do not fit one accelerator, and three more
 * nearly fill it.
 */
import type { Suite } from "./suite.ts";

/** URI and content hash of each member. */
export const boardPins: readonly (readonly [string, string])[] = [
  ["enas-cifar/test/3/2xK80", "0d59e27791f087616f2e100ad219b8a01adebfb9f42f15279363fbeb895b5498"],
  ["enas-ptb/test/5/4xK80", "725dfa485ee204d6ab878c135c26255fa1a948008d9ce4ce218923228f809abf"],
  ["nmt/test/2/4xP100", "cfc28fa2fc81357cd6ddeb8c7c524821633ca8572ac8cf7b67bbe5692f91a6ac"],
  ["inception/test/4/2xP100", "a1600e03c60ba90fa65f1e21fbd1e1c64c4cf48b48f90195cc8c275eef7b6303"],
  ["transformer/test/6/8xA100-switch", "6a263aa972a1e903fd5afb728b53e3410eb443aeaa39c23ff9a0b670905c8a52"],
  ["layered/test/11/4xT4", "c3667992d015611f241619cf93066b96e3591cd865213260b25937db7890d78f"],
  ["series-parallel/test/7/4xV100-pcie", "4f15a47eae509f04ee476ada20c0b700d6bf888bebceb296c15efb1ebd550f0e"],
  ["regal/test/42/2xP100+2xK80", "0af89bfd7a88469777db47186b36ab51d02455f2f6c593ed6c7ae847f4d8c31c"],
  ["regal/test/99/8xK80", "8e8bebbfaf7d72fdb507f1cc7e72b79c56be7e2f869bc02f0edc55acc904bb25"],
  ["inception-v3/4xP100", "94fb5628e08081c09d0081f1def6eeab5e24c5c8443186b445852d0436deb162"],
  ["resnet-101/2xP100-10gbe", "289f31f12e50a6432c14e68c96606022ee72cfc97b9de08f8f07110a0fe97ae3"],
  ["nasnet-a-large/4xV100-pcie", "ea95b522f10dbbaadc4a6caa6435a800538885c6c4a583a5d1a64d009f3b3867"],
  ["amoebanet-d/8xT4", "d49da93b8f7d6669d80b10ccd9f736f049369931b92eb5be05b2f8346c68e765"],
  ["unet-gpipe/4xT4", "7c93fba9e1b83d21f2c5b36c1c540d73c7f90566c90da97cc42a357dfb08cec2"],
  ["gnmt-4/4xP100", "733ef9adba1968d3b4779a64a13bc724245249f43f55f7b375777f49a4eaa6ea"],
  ["rnnlm/2xP100+2xK80", "ff6f65e250eefb07b78cd763880973f03d364ce50502f93b6060722826dfdab1"],
  ["wavenet/4xK80", "0bf4ce48dcd46f0897b1b60d4103e20c01a7d978cedfbe4f7a9c2715b1dfb583"],
  ["bert-large/8xV100-nvlink", "fa7d865b6d84d666a03759ce1a95cdeaa53eb0ab9bc60008170b0b4c64457a87"],
  ["gpt2-1.5b/8xA100-switch", "c72ee8f751089903b49ef2339ac3911e892e9b899ec4331c102a7c34a8cca683"],
  ["gshard-moe/8xTPUv3", "9589a43d3e5e6003f1afe260ae51a56a66a61fecc8892fb67c0cb4ebb4e6c7e9"],
  ["t5-large/2x8xV100", "a331a2642345ba958e77fcddcff81a5f37f3eafc17e2e4f0fcac3b0523bdf828"],
  ["dlrm-kaggle/16xP100-2racks", "fc2e4718514678f7c987d4621bb558c8b4d101f4cfad2851c6e7de7b9025a678"],
];

export const board: Suite = {
  name: "board-v1",
  summary: "the leaderboard: 22 scenarios over families, networks, clusters and sizes",
  members: boardPins.map(([uri]) => uri),
  why: "Small enough to run at equal budgets with several seeds, wide enough that no method wins by one trick. Pinned by hash.",
};
