/**
 * Scenarios for shardings and hybrids: the workloads of papers that split operators, op by op, on
 * the named machines most like theirs.
 *
 * Networks, clusters and batches are those of our notes on the papers; some are from memory of
 * them. The graphs are ours, so times compare between methods here, not with the papers' tables.
 */
import type { Suite } from "./suite.ts";

const flexflow: Suite = {
  name: "papers/flexflow",
  summary: "FlexFlow (MLSys 2019): image networks, a language model and translation on P100 and K80",
  members: [
    "alexnet/4x4xP100?batch=256",
    "inception-v3/4x4xP100?batch=64",
    "resnet-101/4x4xP100?batch=64",
    "rnnlm/4x4xP100?batch=64&layers=2&steps=10",
    "nmt-2/4x4xP100?batch=64&steps=10",
    "alexnet/16x4xK80?batch=256",
    "inception-v3/4xP100?batch=64",
  ],
  why: "Its networks on 4 machines of 4 P100, and AlexNet on 16 of 4 K80. Its RNN for text classification is not built in. Batches of 64, and 256 for AlexNet, are from memory; recurrent networks have fewer steps.",
  objective: "iteration",
};

const pase: Suite = {
  name: "papers/pase",
  summary: "PaSE (IPDPS 2021): AlexNet, Inception, RNNLM and a Transformer on 8 to 64 GPUs",
  members: [
    "alexnet/8xV100-nvlink?batch=128",
    "alexnet/8x8xV100-25gbe?batch=128",
    "alexnet/8xGTX1080Ti?batch=128",
    "alexnet/8x8xGTX1080Ti?batch=128",
    "inception-v3/8xGTX1080Ti?batch=128",
    "rnnlm/2x8xGTX1080Ti?batch=64&layers=2&steps=10",
    "transformer-big/8xGTX1080Ti?batch=64",
    "vgg-16/8xV100-nvlink?batch=128",
    "inception-v3/8xV100-nvlink?batch=128",
    "rnnlm/8xV100-nvlink?batch=64&layers=2&steps=10",
    "rnnlm/2x8xV100-25gbe?batch=64&layers=2&steps=10",
    "transformer-big/8xV100-nvlink?batch=64",
  ],
  why: "Its four networks and batches. Its nodes have 8 GPUs of 1080 Ti or 2080 Ti on PCIe, joined by InfiniBand. V100 stand for 2080 Ti, which no sheet here describes. VGG-16 is ours.",
  objective: "iteration",
};

const alpa: Suite = {
  name: "papers/alpa",
  summary: "Alpa (OSDI 2022): GPT, mixtures of experts and wide ResNets on 1 to 64 V100, and on A100",
  members: [
    "gpt3-1.3b/8xV100-nvlink?batch=32&precision=16",
    "gpt3-2.7b/8xV100-nvlink?batch=32&precision=16",
    "gpt3-2.7b/8xA100-switch?batch=32&precision=16",
    "gpt3-6.7b/2x8xV100-25gbe?batch=64&precision=16",
    "gpt3-13b/8x8xV100-25gbe?batch=256&precision=16",
    "gshard-moe/8xV100-nvlink?layers=8&batch=32",
    "gshard-moe/2x8xV100-25gbe?layers=16&batch=64",
    "wide-resnet/1xV100?batch=32",
    "wide-resnet/4xV100?batch=64&channels=320",
    "wide-resnet/8xV100-nvlink?batch=64&channels=448",
    "wide-resnet/2x8xV100-25gbe?batch=64&channels=640",
  ],
  why: "Machines of 8 V100 on 25 Gbit/s Ethernet, and the GPT models nearest to its sizes. Batches are ours, of the sizes of its solution files. Its wide residual networks of 250M, 1B, 2B and 4B parameters have shapes from memory, which come to these sizes.",
  objective: "iteration",
};

const automap: Suite = {
  name: "papers/automap",
  summary: "AutoMap (2021): GPT of 2 to 24 layers on slices of TPU v3",
  members: [2, 4, 8, 24]
    .map((layers) => `gpt2-355m/8xTPUv3?layers=${layers}&batch=8`)
    .concat("gpt2-355m/16xTPUv3?layers=24&batch=16", "unet/8xTPUv3?batch=8"),
  why: "Training steps of GPT with the state of Adam, as its paper searches, and a U-Net. Widths and batches are ours.",
  objective: "iteration",
};

export const shardingSuites: readonly Suite[] = [flexflow, pase, alpa, automap];
