/** The registry of networks on images. */
import { momentum } from "../optimizers.ts";
import { batch, type Workload, type WorkloadOption } from "../workload.ts";
import { inceptionV3 } from "./inception-v3.ts";
import { type ResNetDepth, resnet } from "./resnet.ts";

/** Images of `size` unless the URI says otherwise; below `min` nothing is left of them at the last layers. */
const pixels = (size: number, min: number): WorkloadOption => ({
  describe: "height and width of an image",
  default: size,
  min,
  max: 2048,
});

const resnetOfDepth = (depth: ResNetDepth): Workload => ({
  name: `resnet-${depth}`,
  summary: `ResNet-${depth} on 224x224 images`,
  source: "He et al., CVPR 2016",
  optimizer: momentum,
  options: { batch: batch(32), pixels: pixels(224, 32) },
  forward: (values) => resnet(depth, { batch: values.batch, pixels: values.pixels }),
});

export const visionWorkloads: readonly Workload[] = [
  {
    name: "inception-v3",
    summary: "Inception-V3 on 299x299 images",
    source: "Szegedy et al., CVPR 2016",
    optimizer: momentum,
    options: {
      batch: batch(32),
      pixels: pixels(299, 75),
      aux: { describe: "1 adds the auxiliary classifier", default: 0, min: 0, max: 1 },
    },
    forward: (values) => inceptionV3({ batch: values.batch, pixels: values.pixels, aux: values.aux === 1 }),
  },
  resnetOfDepth(18),
  resnetOfDepth(34),
  resnetOfDepth(50),
  resnetOfDepth(101),
  resnetOfDepth(152),
];
