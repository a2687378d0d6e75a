/** The registry of networks on images. */
import { momentum } from "../optimizers.ts";
import { batch, type Workload } from "../workload.ts";
import { inceptionV3 } from "./inception-v3.ts";
import { resnet50 } from "./resnet-50.ts";

export const visionWorkloads: readonly Workload[] = [
  {
    name: "inception-v3",
    summary: "Inception-V3 on 299x299 images",
    source: "Szegedy et al., CVPR 2016",
    optimizer: momentum,
    options: {
      batch: batch(32),
      aux: { describe: "1 adds the auxiliary classifier", default: 0, min: 0, max: 1 },
    },
    forward: (values) => inceptionV3({ batch: values.batch, aux: values.aux === 1 }),
  },
  {
    name: "resnet-50",
    summary: "ResNet-50 on 224x224 images",
    source: "He et al., CVPR 2016",
    optimizer: momentum,
    options: { batch: batch(32) },
    forward: (values) => resnet50({ batch: values.batch }),
  },
];
