/** VGG-16 in the layers of PaSE's cost model, which has no such network: 1,024 classes. */
import { type Network, product } from "../../../../agents/exact/sharding/labels/pase/layer.ts";
import { ravel, unravel } from "../../../../agents/exact/sharding/labels/pase/reshaping.ts";
import { adder, square } from "./layers.ts";

export function vgg16(batch: number): Network {
  const net = adder();
  let x = net.network.input([batch, 3, 224, 224]);
  for (const [channels, count] of [
    [64, 2],
    [128, 2],
    [256, 3],
    [512, 3],
    [512, 3],
  ]) {
    for (let i = 0; i < count; i++) x = net.convolution(x, channels, square(3, { pad: 1 }), 1);
    x = net.pooling(x, { height: 2, width: 2, stride: 2 });
  }
  x = net.add(unravel(net.add(ravel(x)), [batch, product(x.shape.slice(1))]));
  for (const units of [4096, 4096]) x = net.fullyConnected(x, units, 1);
  net.loss(net.fullyConnected(x, 1024));
  return net.network;
}
