/** The language model of PaSE's released code: 2 layers of 2,048 cells, 256 words of 100,000. */
import type { Network } from "../../../../agents/exact/sharding/labels/pase/layer.ts";
import { stackedLstm } from "../../../../agents/exact/sharding/labels/pase/lstm.ts";
import { adder } from "./layers.ts";

const UNITS = 2048;
const WORDS = 100_000;
const LENGTH = 256;

export function rnnlm(batch: number): Network {
  const net = adder();
  const { input } = net.network;
  const embedded = net.product("bsv,vd->bsd", input([batch, LENGTH, WORDS]), input([WORDS, UNITS]));
  net.loss(net.fullyConnected(net.add(stackedLstm(embedded, 2)), WORDS));
  return net.network;
}
