/**
 * The workloads that published systems were judged on, on the clusters of this package that are
 * most like theirs. The graphs are ours, rebuilt from published shapes, and not dumps of their
 * frameworks. So step times compare between methods here, not with the papers' tables.
 *
 * Networks, layers, groups and numbers of GPUs are those of our notes on the papers. HDP's networks
 * and machine were checked against a text of the paper. Its networks are those of ColocRL, a
 * 152-layer ResNet, and NMT of 4 and 8 layers; its machine has Haswell CPUs and K40s. The others,
 * and all batch sizes, are from memory of the papers.
 */
import { familyMembers } from "../address.ts";
import type { Suite } from "./suite.ts";

const colocrl: Suite = {
  name: "papers/colocrl",
  summary: "ColocRL (ICML 2017): RNNLM, NMT and Inception-V3 on 2 and 4 K80",
  members: [
    "rnnlm/2xK80?groups=188",
    "rnnlm/4xK80?groups=188",
    "nmt-2/2xK80?groups=280",
    "nmt-2/4xK80?groups=280",
    "inception-v3/2xK80?groups=83",
    "inception-v3/4xK80?groups=83",
  ],
  why: "The paper's three networks with its numbers of groups; its rule of grouping by hand is not public, so that ours is the default one. A small NMT fits one GPU here, which it did not there.",
};

const hdp: Suite = {
  name: "papers/hdp",
  summary: "HDP (ICLR 2018): Inception-V3, ResNet-152, RNNLM and NMT of 2, 4 and 8 layers on 2 to 8 GPUs",
  members: [
    "inception-v3/2xK80?coarsen=fixed-size&groups=256",
    "resnet-152/2xK80?coarsen=fixed-size&groups=256",
    "rnnlm/2xK80?coarsen=fixed-size&groups=256",
    "nmt-2/2xK80?coarsen=fixed-size&groups=256",
    "nmt-4/4xK80?coarsen=fixed-size&groups=256",
    "gnmt-8/8xK80?batch=64&coarsen=fixed-size&groups=256",
  ],
  why: "The paper's six rows with its 256 groups, as blocks of equal size where its grouper learns them. K80 dies stand for its K40 boards, GNMT for its NMT of 8 layers.",
};

const placeto: Suite = {
  name: "papers/placeto",
  summary: "Placeto (NeurIPS 2019): three networks on 2 and 4 K80, and the held-out halves of three families",
  members: [
    "inception-v3/2xK80",
    "inception-v3/4xK80",
    "nmt-2/2xK80",
    "nmt-2/4xK80",
    "nasnet-a-large/2xK80",
    "nasnet-a-large/4xK80",
    ...familyMembers("enas-cifar/test"),
    ...familyMembers("enas-ptb/test"),
    ...familyMembers("nmt/test"),
  ],
  why: "Families of 32 graphs, half of them held out, as in the paper; the held-out halves are here, the others are `train`. Its graphs come from architecture search and are not public, so that ours are drawn from the same search spaces.",
};

const gdp: Suite = {
  name: "papers/gdp",
  summary: "GDP (2019): thirteen rows of seven network families on 2, 4 and 8 P100",
  members: [
    "rnnlm/2xP100?layers=2",
    "rnnlm/4xP100?layers=4",
    "gnmt-2/2xP100",
    "gnmt-4/4xP100",
    "gnmt-8/8xP100",
    "transformer-xl/2xP100?layers=2",
    "transformer-xl/4xP100?layers=4",
    "transformer-xl/8xP100?layers=8",
    "inception-v3/2xP100?batch=32",
    "inception-v3/2xP100?batch=64",
    "amoebanet-d/4xP100",
    "wavenet/2xP100?stacks=2&layers=9",
    "wavenet/4xP100?stacks=4&layers=9",
  ],
  why: "The paper's networks and numbers of GPUs. It places op by op; add granularity=op to a URI for that.",
};

const FILES =
  "the profiles of https://github.com/msr-fiddle/dnn-partitioning (MIT licence), in the folders that they have there";

const dnnPartitioning: Suite = {
  name: "papers/dnn-partitioning",
  summary: "dnn-partitioning (NeurIPS 2020): 16 profiles, largest load of a full pipeline",
  members: [
    ...["bert24", "gnmt", "inceptionv3", "resnet50"].flatMap((network) => [
      `throughput-inputs/LayerGraphs/${network}_inference.json`,
      `throughput-inputs/LayerGraphs/${network}_training.json`,
    ]),
    ...["bert_l-3", "bert_l-6", "resnet50"].flatMap((network) => [
      `throughput-inputs/OperatorGraphs/${network}_inference.json`,
      `throughput-inputs/OperatorGraphs/${network}_training.json`,
    ]),
    "throughput-inputs/OperatorGraphs/bert_l-12_inference.json",
    "throughput-inputs/OperatorGraphs/bert_L-12_training.json",
  ],
  why: "Its sixteen throughput inputs, accelerators, memory and all, as measured by its authors.",
  files: FILES,
};

const dnnPartitioningLatency: Suite = {
  name: "papers/dnn-partitioning-latency",
  summary: "dnn-partitioning (NeurIPS 2020): 8 profiles, latency of one sample",
  members: [
    ...["bert24", "gnmt", "inceptionv3", "resnet50"].map(
      (network) => `latency-inputs/LayerGraphs/${network}_inference.json`,
    ),
    ...["bert_l-3", "bert_l-6", "bert_l-12", "resnet50"].map(
      (network) => `latency-inputs/OperatorGraphs/${network}_inference.json`,
    ),
  ],
  why: "Its eight latency inputs, with many small accelerators.",
  files: FILES,
  objective: "latency",
};

const rentedCtr = (layers: number, samplesPerSecond: number) =>
  `ctr-dnn/4xV100-rented?granularity=layer&layers=${layers - 3}&objective=cost&samples=1e9&samplesPerSecond=${samplesPerSecond}`;

const heterps: Suite = {
  name: "papers/heterps",
  summary: "HeterPS (2021): CTRDNN of 7, 12, 16 and 20 layers on rented CPUs and V100, at least cost",
  members: [rentedCtr(7, 8e6), rentedCtr(12, 3.8e6), rentedCtr(16, 2.6e6), rentedCtr(20, 1.95e6)],
  why: "The paper's network in its four depths, embedding, head and loss counted as layers. Depths and prices are from memory of the paper; samples and throughputs are ours, at which the four V100 alone do not suffice. MATCHNET, 2EMB and NCE are left out: only their names and depths are known to us.",
};

const neo: Suite = {
  name: "papers/neo",
  summary: "Neo (ISCA 2022): DLRM with the tables of Criteo on 8 and 16 GPUs",
  members: [
    "dlrm-kaggle/8xP100?batch=2048",
    "dlrm-kaggle/8xV100-nvlink?batch=8192",
    "dlrm-terabyte/8xA100-switch?batch=2048",
    "dlrm-terabyte/8xA100-switch?batch=16384",
    "dlrm-terabyte/2x8xA100?batch=8192",
  ],
  why: "The paper's models are not public; Criteo's 26 tables stand for them, and do not fit one of these GPUs copied whole in the larger set. Its machines have 8 A100 each, as the last three here; batches are ours.",
  objective: "iteration",
};

const roc: Suite = {
  name: "papers/roc",
  summary: "Roc (MLSys 2020): graph convolutions over drawn data graphs on 4, 8 and 16 GPUs",
  members: [
    "gcn-graphs/test/0/4xP100?degree=128&communities=8",
    "gcn-graphs/test/1/8xV100-nvlink?degree=256&communities=8&blocks=128",
    "gcn-graphs/test/2/8xV100-nvlink?degree=256&communities=8&blocks=128&shuffled=1",
    "gcn-graphs/test/3/8xV100-nvlink?degree=32&exponent=1000&features=50&classes=121&blocks=128",
    "gcn-graphs/test/4/16xP100-2racks?degree=128&communities=8&layers=3",
  ],
  why: "The paper's graphs cannot be had here, so that graphs are drawn: with a heavy tail as Reddit's, with ids by community and at random, and near-regular with the features and classes of PPI. Its machines have 4 P100 each, as the last here; GPUs with NVLink stand for its links.",
};

export const paperSuites: readonly Suite[] = [
  colocrl,
  hdp,
  placeto,
  gdp,
  dnnPartitioning,
  dnnPartitioningLatency,
  heterps,
  neo,
  roc,
];
