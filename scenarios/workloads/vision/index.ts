/** The registry of networks on images. Default batches fit one GPU of the network's time. */
import { InputError } from "../../../env/model/errors.ts";
import { adam, momentum, rmsprop, sgd } from "../tape/optimizers.ts";
import { batch, type Workload, type WorkloadOption } from "../workload.ts";
import { type AlexNetVersion, alexnet } from "./alexnet.ts";
import { densenet121 } from "./densenet.ts";
import { inceptionV3 } from "./inception-v3.ts";
import { mobilenetV2 } from "./mobilenet-v2.ts";
import { isResNetDepth, type ResNetDepth, resnet } from "./resnet.ts";
import { amoebanetD } from "./searched/amoebanet-d.ts";
import { type NasnetSize, nasnetA } from "./searched/nasnet-a.ts";
import { squeezenet } from "./squeezenet.ts";
import { ddpmUnet } from "./unets/ddpm-unet.ts";
import { unet } from "./unets/unet.ts";
import { unetGpipe } from "./unets/unet-gpipe.ts";
import { type VggDepth, vgg } from "./vgg.ts";
import { type VitSize, vit } from "./vit.ts";

/** Images of `size` by default. Below `min` the last layers would have no pixels. */
const pixels = (size: number, min: number): WorkloadOption => ({
  describe: "height and width of an image",
  default: size,
  min,
  max: 2048,
});

const aux: WorkloadOption = { describe: "1 adds the auxiliary classifier", default: 0, min: 0, max: 1 };

const resnetOfDepth = (depth: ResNetDepth): Workload => ({
  name: `resnet-${depth}`,
  summary: `ResNet-${depth} on 224x224 images`,
  source: "He et al., CVPR 2016",
  optimizer: momentum,
  options: { batch: batch(32), pixels: pixels(224, 32) },
  forward: (values) => resnet(depth, { batch: values.batch, pixels: values.pixels }),
});

const wideResnet: Workload = {
  name: "wide-resnet",
  summary: "a wide ResNet on 224x224 images; by default Alpa's of 250M parameters",
  source: "Zagoruyko and Komodakis, BMVC 2016; Zheng et al., OSDI 2022",
  optimizer: adam,
  options: {
    batch: batch(32),
    pixels: pixels(224, 32),
    layers: { describe: "layers: 50, 101 or 152", default: 50, min: 50, max: 152 },
    channels: { describe: "channels of the first stage", default: 160, min: 1, max: 2048 },
    factor: { describe: "width of 3x3 convolutions, a multiple", default: 2, min: 1, max: 32 },
  },
  forward: ({ batch, pixels, layers, channels, factor }) => {
    if (!isResNetDepth(layers) || layers < 50)
      throw new InputError(`wide-resnet has ${layers} layers, expected 50, 101 or 152.`);
    return resnet(layers, { batch, pixels }, { channels, factor });
  },
};

const vggOfDepth = (depth: VggDepth): Workload => ({
  name: `vgg-${depth}`,
  summary: `VGG-${depth} on 224x224 images`,
  source: "Simonyan and Zisserman, ICLR 2015",
  optimizer: momentum,
  options: { batch: batch(32) },
  forward: (values) => vgg(depth, { batch: values.batch }),
});

const alexnetVersion = (version: AlexNetVersion, form: string, source: string): Workload => ({
  name: version,
  summary: `AlexNet ${form}`,
  source,
  optimizer: momentum,
  options: { batch: batch(128) },
  forward: (values) => alexnet(version, { batch: values.batch }),
});

const nasnetOfSize = (size: NasnetSize, form: string, image: number, examples: number): Workload => ({
  name: `nasnet-a-${size}`,
  summary: `NASNet-A (${form}) on ${image}x${image} images`,
  source: "Zoph et al., CVPR 2018",
  optimizer: rmsprop,
  options: { batch: batch(examples), pixels: pixels(image, 32), aux },
  forward: ({ batch, pixels, aux }) => nasnetA(size, { batch, pixels, aux: aux === 1 }),
});

const vitOfSize = (size: VitSize, letter: string): Workload => ({
  name: `vit-${letter}-16`,
  summary: `Vision Transformer ${letter.toUpperCase()}/16 on 224x224 images`,
  source: "Dosovitskiy et al., ICLR 2021",
  optimizer: adam,
  options: { batch: batch(32), pixels: pixels(224, 16) },
  forward: (values) => vit(size, { batch: values.batch, pixels: values.pixels }),
});

export const visionWorkloads: readonly Workload[] = [
  alexnetVersion("alexnet", "of 2012, in two groups", "Krizhevsky, Sutskever, Hinton, NIPS 2012"),
  alexnetVersion("alexnet-owt", "of 2014, in one tower", "Krizhevsky, arXiv 1404.5997, 2014"),
  vggOfDepth(16),
  vggOfDepth(19),
  {
    name: "inception-v3",
    summary: "Inception-V3 on 299x299 images",
    source: "Szegedy et al., CVPR 2016",
    optimizer: momentum,
    options: {
      batch: batch(32),
      pixels: pixels(299, 75),
      aux,
    },
    forward: (values) => inceptionV3({ batch: values.batch, pixels: values.pixels, aux: values.aux === 1 }),
  },
  resnetOfDepth(18),
  resnetOfDepth(34),
  resnetOfDepth(50),
  resnetOfDepth(101),
  resnetOfDepth(152),
  wideResnet,
  {
    name: "squeezenet",
    summary: "SqueezeNet 1.0 on 224x224 images",
    source: "Iandola et al., arXiv 1602.07360, 2016",
    optimizer: momentum,
    options: { batch: batch(32), pixels: pixels(224, 21) },
    forward: (values) => squeezenet({ batch: values.batch, pixels: values.pixels }),
  },
  {
    name: "densenet-121",
    summary: "DenseNet-121 on 224x224 images",
    source: "Huang et al., CVPR 2017",
    optimizer: momentum,
    options: { batch: batch(32), pixels: pixels(224, 29) },
    forward: (values) => densenet121({ batch: values.batch, pixels: values.pixels }),
  },
  {
    name: "mobilenet-v2",
    summary: "MobileNet-V2 on 224x224 images",
    source: "Sandler et al., CVPR 2018",
    optimizer: rmsprop,
    options: { batch: batch(96), pixels: pixels(224, 32) },
    forward: (values) => mobilenetV2({ batch: values.batch, pixels: values.pixels }),
  },
  nasnetOfSize("mobile", "4 @ 1056", 224, 32),
  nasnetOfSize("large", "6 @ 4032", 331, 16),
  {
    name: "amoebanet-d",
    summary: "AmoebaNet-D (18, 256) on 224x224 images",
    source: "Real et al., AAAI 2019; (L, D) of GPipe (Huang et al., NeurIPS 2019)",
    optimizer: rmsprop,
    options: {
      batch: batch(32),
      pixels: pixels(224, 64),
      layers: { describe: "normal cells, a multiple of 3", default: 18, min: 3, max: 144 },
      filters: { describe: "filters, a multiple of 8", default: 256, min: 8, max: 2048 },
    },
    forward: ({ batch, pixels, layers, filters }) => amoebanetD({ batch, pixels, layers, filters }),
  },
  vitOfSize("base", "b"),
  vitOfSize("large", "l"),
  {
    name: "unet",
    summary: "U-Net on one 572x572 image",
    source: "Ronneberger, Fischer, Brox, MICCAI 2015",
    optimizer: momentum,
    options: { batch: batch(1), pixels: pixels(572, 188) },
    forward: (values) => unet({ batch: values.batch, pixels: values.pixels }),
  },
  {
    name: "unet-gpipe",
    summary: "torchgpipe's U-Net (5, 64) on 192x192 images",
    source: "Kim et al., arXiv 2004.09910, 2020; U-Net of Ronneberger et al., MICCAI 2015",
    optimizer: sgd,
    options: {
      batch: batch(32),
      pixels: pixels(192, 32),
      convs: { describe: "convolutions of a level on each side", default: 5, min: 1, max: 64 },
      channels: { describe: "channels of the finest level, an even number", default: 64, min: 2, max: 512 },
    },
    forward: ({ batch, pixels, convs, channels }) => unetGpipe({ batch, pixels, convs, channels }),
  },
  {
    name: "ddpm-unet",
    summary: "U-Net of a diffusion on 32x32 images",
    source: "Ho, Jain, Abbeel, NeurIPS 2020",
    optimizer: adam,
    options: {
      batch: batch(128),
      pixels: pixels(32, 8),
      channels: {
        describe: "channels of the finest level, a multiple of 32",
        default: 128,
        min: 32,
        max: 1024,
      },
    },
    forward: ({ batch, pixels, channels }) => ddpmUnet({ batch, pixels, channels }),
  },
];
