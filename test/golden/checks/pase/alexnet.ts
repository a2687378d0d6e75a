/** AlexNet as PaSE's released code has it: 227 x 227 images, 1,024 classes. */
import { type Network, product } from "../../../../agents/exact/sharding/labels/pase/layer.ts";
import { ravel, unravel } from "../../../../agents/exact/sharding/labels/pase/reshaping.ts";
import { adder, square } from "./layers.ts";

export function alexnet(batch: number): Network {
  const net = adder();
  const pooled = { height: 3, width: 3, stride: 2 };
  let x = net.network.input([batch, 3, 227, 227]);
  x = net.pooling(net.convolution(x, 96, square(11, { stride: 4 }), 1), pooled);
  x = net.pooling(net.convolution(x, 256, square(5, { pad: 2 }), 1), pooled);
  for (const channels of [384, 384, 256]) x = net.convolution(x, channels, square(3, { pad: 1 }), 1);
  x = net.pooling(x, pooled);
  x = net.add(unravel(net.add(ravel(x)), [batch, product(x.shape.slice(1))]));
  for (const units of [4096, 4096]) x = net.fullyConnected(x, units, 1);
  net.loss(net.fullyConnected(x, 1024));
  return net.network;
}
