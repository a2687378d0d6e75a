/** Inception-v3 as PaSE's released code has it: no auxiliary classifier. */
import type { Network, Tensor } from "../../../../agents/exact/sharding/labels/pase/layer.ts";
import { type Adder, adder, square } from "./layers.ts";

export function inception3(batch: number): Network {
  const net = adder();
  let x = net.normed(net.network.input([batch, 3, 299, 299]), 32, square(3, { stride: 2 }));
  x = net.normed(net.normed(x, 32, square(3)), 64, square(3, { pad: 1 }));
  x = net.pooling(x, square(3, { stride: 2 }));
  x = net.normed(net.normed(x, 80, square(1)), 192, square(3));
  x = net.pooling(x, square(3, { stride: 2 }));
  for (const pooled of [32, 64, 64]) x = moduleA(net, x, pooled);
  x = moduleB(net, x);
  for (const channels of [128, 160, 160, 192]) x = moduleC(net, x, channels);
  x = moduleD(net, x);
  for (let module = 0; module < 2; module++) x = moduleE(net, x);
  net.classifier(x, 1000);
  return net.network;
}

const three = square(3, { pad: 1 });
const wide = (size: number) => ({ height: 1, width: size, pad: [0, (size - 1) / 2] as const });
const high = (size: number) => ({ height: size, width: 1, pad: [(size - 1) / 2, 0] as const });

const pooledBranch = (net: Adder, x: Tensor, channels: number): Tensor =>
  net.normed(net.pooling(x, three), channels, square(1));

function moduleA(net: Adder, x: Tensor, pooled: number): Tensor {
  const one = net.normed(x, 64, square(1));
  const five = net.normed(net.normed(x, 48, square(1)), 64, square(5, { pad: 2 }));
  const double = net.normed(net.normed(net.normed(x, 64, square(1)), 96, three), 96, three);
  return net.concatenation([one, five, double, pooledBranch(net, x, pooled)]);
}

function moduleB(net: Adder, x: Tensor): Tensor {
  const single = net.normed(x, 384, square(3, { stride: 2 }));
  const double = net.normed(
    net.normed(net.normed(x, 64, square(1)), 96, three),
    96,
    square(3, { stride: 2 }),
  );
  return net.concatenation([single, double, net.pooling(x, square(3, { stride: 2 }))]);
}

function moduleC(net: Adder, x: Tensor, channels: number): Tensor {
  const one = net.normed(x, 192, square(1));
  const single = net.normed(net.normed(net.normed(x, channels, square(1)), channels, wide(7)), 192, high(7));
  let double = net.normed(x, channels, square(1));
  for (const window of [high(7), wide(7), high(7)]) double = net.normed(double, channels, window);
  double = net.normed(double, 192, wide(7));
  return net.concatenation([one, single, double, pooledBranch(net, x, 192)]);
}

function moduleD(net: Adder, x: Tensor): Tensor {
  const single = net.normed(net.normed(x, 192, square(1)), 320, square(3, { stride: 2 }));
  let seven = net.normed(x, 192, square(1));
  for (const window of [wide(7), high(7), square(3, { stride: 2 })]) seven = net.normed(seven, 192, window);
  return net.concatenation([single, seven, net.pooling(x, square(3, { stride: 2 }))]);
}

function moduleE(net: Adder, x: Tensor): Tensor {
  const fork = (from: Tensor) =>
    net.concatenation([net.normed(from, 384, wide(3)), net.normed(from, 384, high(3))]);
  const one = net.normed(x, 320, square(1));
  const single = fork(net.normed(x, 384, square(1)));
  const double = fork(net.normed(net.normed(x, 448, square(1)), 384, three));
  return net.concatenation([one, single, double, pooledBranch(net, x, 192)]);
}
