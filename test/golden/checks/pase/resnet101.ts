/** ResNet-101 as PaSE's released code has it: 227 x 227 images. */
import type { Network, Tensor } from "../../../../agents/exact/sharding/labels/pase/layer.ts";
import { type Adder, adder, square } from "./layers.ts";

const EXPANSION = 4;

export function resnet101(batch: number): Network {
  const net = adder();
  let x = net.normed(net.network.input([batch, 3, 227, 227]), 64, square(7, { stride: 2, pad: 3 }));
  x = net.pooling(x, square(3, { stride: 2, pad: 1 }));
  for (const [stage, blocks] of [3, 4, 23, 3].entries())
    for (let block = 0; block < blocks; block++)
      x = bottleneck(net, x, 64 * 2 ** stage, block === 0 && stage > 0 ? 2 : 1);
  net.classifier(x, 1000);
  return net.network;
}

/** A block whose input has other channels or another size is joined by a convolution. */
function bottleneck(net: Adder, input: Tensor, channels: number, stride: number): Tensor {
  let x = net.normed(input, channels, square(1));
  x = net.normed(x, channels, square(3, { stride, pad: 1 }));
  x = net.normed(x, channels * EXPANSION, square(1));
  const isSame = stride === 1 && input.shape[1] === channels * EXPANSION;
  const identity = isSame ? input : net.normed(input, channels * EXPANSION, square(1, { stride }));
  return net.elementwise(x, identity, 1);
}
