/** Registry entries of networks on tables of features, and on graphs. */
import { adam, sgd } from "../tape/optimizers.ts";
import { batch, type Workload } from "../workload.ts";
import { ctrDnn } from "./ctr-dnn.ts";
import { criteoKaggle, criteoTerabyte, type DlrmSizes, dlrm } from "./dlrm.ts";
import { gcn } from "./gcn.ts";

const dlrmOn = (data: string, sizes: DlrmSizes): Workload => ({
  name: `dlrm-${data}`,
  summary: `DLRM with the tables of Criteo ${data}`,
  source: "Naumov et al., 2019",
  optimizer: sgd,
  options: { batch: { ...batch(2048), max: 65_536 } },
  forward: (values) => dlrm({ batch: values.batch }, sizes),
});

export const recommenders: readonly Workload[] = [
  dlrmOn("kaggle", criteoKaggle),
  dlrmOn("terabyte", criteoTerabyte),
  {
    name: "ctr-dnn",
    summary: "CTRDNN, clicks on Criteo's advertisements",
    source: "Liu et al. (HeterPS), 2021; sizes of Paddle's example",
    optimizer: adam,
    options: {
      batch: batch(1000),
      layers: { describe: "fully connected layers before the last", default: 3, min: 1, max: 64 },
      width: { describe: "width of a layer", default: 400, min: 1, max: 65_536 },
      rows: { describe: "rows of the embedding table", default: 1_000_001, min: 1, max: 1_000_000_000 },
    },
    forward: (values) =>
      ctrDnn({ batch: values.batch, layers: values.layers, width: values.width, rows: values.rows }),
  },
  {
    name: "gcn-reddit",
    summary: "graph convolutions over all of the Reddit graph, in parts",
    source: "Kipf and Welling, ICLR 2017; parts as Roc (Jia et al., MLSys 2020)",
    optimizer: adam,
    options: {
      layers: { describe: "graph convolutions", default: 2, min: 1, max: 64 },
      width: { describe: "hidden width", default: 256, min: 1, max: 8192 },
      parts: { describe: "parts of the vertices", default: 4, min: 1, max: 64 },
    },
    forward: (values) => gcn({ layers: values.layers, width: values.width, parts: values.parts }),
  },
];
