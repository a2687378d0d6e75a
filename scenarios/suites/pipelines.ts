/**
 * Scenarios for pipelines: the workloads of papers layer by layer, and their authors' profiles
 * where the user has them.
 *
 * Networks, clusters and batches are those of our notes on the papers; batches and depths are from
 * memory of them. The graphs are ours, so times compare between methods here, not with the papers'
 * tables. Batches hold as many minibatches as the papers had in flight, so most placements of a
 * whole batch do not fit.
 */
import type { Suite } from "./suite.ts";

/** Layer by layer, as planners of pipelines cut. */
const layered = (member: string, options: string): string => `${member}?granularity=layer&${options}`;

const pipedream: Suite = {
  name: "papers/pipedream",
  summary: "PipeDream (SOSP 2019): image networks, translation and a language model on 4 and 16 V100",
  members: [
    layered("vgg-16/4x4xV100-10gbe", "batch=2048"),
    layered("vgg-16/2x8xV100-25gbe", "batch=2048"),
    layered("resnet-50/4x4xV100-10gbe", "batch=2048"),
    layered("resnet-50/2x8xV100-25gbe", "batch=2048"),
    layered("alexnet/4x4xV100-10gbe", "batch=4096"),
    layered("alexnet/2x8xV100-25gbe", "batch=4096"),
    layered("gnmt-8/4xV100-pcie", "batch=512"),
    layered("gnmt-8/4x4xV100-10gbe", "batch=2048"),
    layered("gnmt-8/2x8xV100-25gbe", "batch=2048"),
    layered("rnnlm/4xV100-pcie", "batch=1024&layers=3&width=1152"),
  ],
  why: "Its Cluster-A and Cluster-B. A batch is 4 or 16 of its minibatches, since an asynchronous pipeline is scored by its steady state. Its networks for video and the 16-layer GNMT are not built in; RNNLM stands for its AWD-LM.",
  objective: "throughput",
};

const dapple: Suite = {
  name: "papers/dapple",
  summary: "DAPPLE (PPoPP 2021): five networks on 2 machines of 8 V100, and on 16 of one",
  members: ["2x8xV100-25gbe", "16x1xV100-25gbe", "16x1xV100-10gbe"].flatMap((cluster) => [
    layered(`resnet-50/${cluster}`, "batch=2048"),
    layered(`vgg-19/${cluster}`, "batch=2048"),
    layered(`gnmt-8/${cluster}`, "batch=1024"),
    layered(`bert-large/${cluster}`, "layers=48&tokens=384&batch=64"),
    layered(`amoebanet-d/${cluster}`, "layers=36&batch=128"),
  ]),
  why: "Its three configurations and global batches. GNMT has 8 layers here and 16 there, BERT-48 is BERT-Large with twice the layers, and XLNet is left to the profiles.",
  objective: "iteration",
};

const pipeline: Suite = {
  name: "papers/pipeline",
  summary: "GPT, BERT, T5, AmoebaNet and GNMT at several depths on 4 to 64 devices, memory tight or not",
  members: [
    layered("gpt2-355m/4xV100-pcie", "batch=32"),
    layered("gpt2-774m/2x8xV100-25gbe", "batch=64"),
    layered("gpt2-1.5b/8xA100-switch", "batch=64"),
    layered("gpt2-1.5b/8xA100-switch", "batch=64&memory=0.25x"),
    layered("gpt3-1.3b/8x8xV100-25gbe", "batch=128"),
    layered("gpt3-6.7b/32xA100", "batch=64"),
    layered("bert-base/4xP100", "batch=128"),
    layered("bert-large/8xV100-nvlink", "layers=24&batch=128"),
    layered("bert-large/4x4xV100-10gbe", "layers=48&batch=128"),
    layered("t5-base/4xP100", "batch=32"),
    layered("t5-large/8xV100-nvlink", "batch=64"),
    layered("t5-3b/16xA100", "batch=64"),
    layered("amoebanet-d/4xV100-pcie", "layers=18&batch=128"),
    layered("amoebanet-d/8xA100-switch", "layers=72&batch=128"),
    layered("gnmt-4/4xP100", "batch=512"),
    layered("gnmt-8/8xV100-nvlink", "batch=1024"),
    layered("gnmt-8/8xV100-nvlink", "batch=1024&memory=0.1x"),
  ],
  why: "Chains of equal blocks, an encoder with a decoder, cells that skip, and unequal recurrent layers. On most of them one device cannot hold a batch. On the two of small memory none can hold all weights, their gradients and the optimizer.",
  objective: "iteration",
};

const PIPEDREAM_FILES =
  "the profiles of https://github.com/msr-fiddle/pipedream (MIT licence, branch pipedream), in the folders that they have there";

const profile = (path: string, options: string): string => `${path}?backward=training&inputs=drop&${options}`;

const pipedreamProfiles: Suite = {
  name: "papers/pipedream-profiles",
  summary: "PipeDream (SOSP 2019): 8 of its own profiles on its Cluster-A, and 3 on Cluster-B",
  members: [
    ...(
      [
        ["image_classification", "alexnet", 4096],
        ["image_classification", "vgg16", 2048],
        ["image_classification", "resnet18", 4096],
        ["image_classification", "resnet50", 2048],
        ["image_classification", "resnet101", 1024],
        ["image_classification", "inception_v3", 2048],
        ["translation", "gnmt", 512],
        ["translation", "gnmt_large", 2048],
      ] as const
    ).map(([task, network, gbs]) =>
      profile(`profiler/${task}/profiles/${network}/graph.txt`, `cluster=4x4xV100-10gbe&gbs=${gbs}`),
    ),
    ...(["image_classification/profiles/vgg16", "image_classification/profiles/resnet50"] as const).map(
      (path) => profile(`profiler/${path}/graph.txt`, "cluster=2x8xV100-25gbe&gbs=2048"),
    ),
    profile("profiler/translation/profiles/gnmt_large/graph.txt", "cluster=2x8xV100-25gbe&gbs=2048"),
  ],
  why: "Measured by its authors. A batch is 16 minibatches of the profile, scaled in proportion, and each micro-batch can be one of them again.",
  files: PIPEDREAM_FILES,
  objective: "throughput",
};

const dappleProfiles: Suite = {
  name: "papers/dapple-profiles",
  summary: "DAPPLE (PPoPP 2021): its own profiles on 2 machines of 8 V100, and on 16 of one",
  members: ["2x8xV100-25gbe", "16x1xV100-10gbe"].flatMap((cluster) =>
    (
      [
        ["vgg-19-pbs-32", 2048],
        ["gnmt-16-pbs-64", 1024],
        ["bert-24-pbs-6", 192],
        ["bert-48-pbs-2", 64],
        ["xlnet-36-pbs-1", 128],
        ["amoeba-36-pbs-1", 128],
      ] as const
    ).map(([network, gbs]) => profile(`profiling_results/${network}.txt`, `cluster=${cluster}&gbs=${gbs}`)),
  ),
  why: "Measured by its authors at the micro-batch that names each file (pbs), and scaled in proportion to its global batches; that of BERT-24 is ours.",
  files: "the folder profiling_results of https://github.com/AlibabaPAI/DAPPLE",
  objective: "iteration",
};

const piperInputs: Suite = {
  name: "papers/piper",
  summary: "Piper (NeurIPS 2021): its own inputs, layers of BERT-32, GNMT and ResNet-50 on 10 devices",
  members: ["bert32a100", "gnmt", "resnet"].map((input) => `inputs/${input}.json?backward=training&gbs=64`),
  why: "Its three inputs with their devices, memory and bandwidth, at tensor-parallel degree 1. A batch is 64 micro-batches, where the files have 256 to 7,680.",
  files:
    "the inputs of https://github.com/msr-fiddle/piper (MIT licence), in the folder that they have there",
  objective: "iteration",
};

export const pipelineSuites: readonly Suite[] = [
  pipedream,
  dapple,
  pipeline,
  pipedreamProfiles,
  dappleProfiles,
  piperInputs,
];
