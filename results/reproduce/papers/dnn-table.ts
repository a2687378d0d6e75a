/**
 * Results of the public programs of dnn-partitioning (Tarnawski et al., NeurIPS 2020) on its
 * authors' sixteen throughput inputs. They are those of its C++ program (-O3), of gpart 7.0.3 as
 * Scotch, and the loads of the experts' splits, all in ms.
 *
 * The optimum of `inceptionv3_training` is from an independent exact search, since the C++ run was
 * not completed. That search gave all fifteen others too.
 */

export interface DnnRow {
  /** Below `throughput-inputs`, without its ending. */
  readonly workload: string;
  readonly ideals: number;
  readonly optimum: number;
  /** All on one accelerator, memory ignored. */
  readonly oneDevice: number;
  /** Of the split of experts, null where there is none. */
  readonly expert: number | null;
  readonly scotch: number;
}

const row = (
  workload: string,
  ideals: number,
  optimum: number,
  oneDevice: number,
  expert: number | null,
  scotch: number,
): DnnRow => ({ workload, ideals, optimum, oneDevice, expert, scotch });

export const dnnTable: readonly DnnRow[] = [
  row("LayerGraphs/bert24_inference", 30, 17.78990625, 92.406, 20.083953125, 18.0259),
  row("LayerGraphs/bert24_training", 30, 41.7458125, 217.813, 49.40490625, 42.0078),
  row("LayerGraphs/gnmt_inference", 17914, 32.910658203, 182.563, 46.208451172, 34.9241),
  row("LayerGraphs/gnmt_training", 17914, 107.004414063, 520.453, 137.153902344, 93.8855),
  row("LayerGraphs/inceptionv3_inference", 36596, 51.551863586, 310.969, 102.48207605, 52.2937),
  row("LayerGraphs/inceptionv3_training", 36596, 122.761616, 710.738, 213.6541521, 119.181),
  row("LayerGraphs/resnet50_inference", 242, 33.774666016, 201.45, 43.918257813, 34.3088),
  row("LayerGraphs/resnet50_training", 242, 78.6318125, 462.381, 112.107515625, 79.9175),
  row("OperatorGraphs/bert_l-3_inference", 1428, 27.91856768, 49.352568946, null, 35.9352),
  row("OperatorGraphs/bert_l-3_training", 2774, 65.303149122, 122.987223846, null, 403.773),
  row("OperatorGraphs/bert_l-6_inference", 1923, 29.579505806, 77.461508957, null, 58.0815),
  row("OperatorGraphs/bert_l-6_training", 3776, 72.864966322, 192.916780622, null, 98.9579),
  row("OperatorGraphs/bert_l-12_inference", 2906, 147.477984449, 642.779961959, null, 230.337),
  row("OperatorGraphs/bert_L-12_training", 2938, 437.997637858, 1891.742321753, null, 539.443),
  row("OperatorGraphs/resnet50_inference", 241, 124.348849774, 325.131989461, null, 197.848),
  row("OperatorGraphs/resnet50_training", 258, 255.194416452, 684.890555765, null, 416.252),
];

/** The file of the experts' split; training of two networks uses the split of inference. */
export function expertFile({ workload }: DnnRow): string {
  const name = workload.replace("LayerGraphs/", "");
  const shared = /^(inceptionv3|resnet50)_/.exec(name);
  return `${shared === null ? name : `${shared[1]}_inference`}_expert.json`;
}
