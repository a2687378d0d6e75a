/**
 * The Transformer of PaSE's released code: 6 encoder and 6 decoder layers of width 512, 8 heads,
 * 256 words of 50,000. Each attention and each pair of feed-forward layers is joined to its input
 * and normed. Queries, keys and values are stacked where they differ.
 *
 * The sizes, the places of norms and the missing stack of self-attention are inferred. Older
 * versions of the code differ in them. These are what gives the vertices, edges, configurations
 * and costs of all four rows of the golden file.
 */
import { softmax } from "../../../../agents/exact/sharding/labels/pase/elementwise.ts";
import type { Network, Tensor } from "../../../../agents/exact/sharding/labels/pase/layer.ts";
import { stack, unstack } from "../../../../agents/exact/sharding/labels/pase/reshaping.ts";
import { type Adder, adder } from "./layers.ts";

const LAYERS = 6;
const LENGTH = 256;
const WORDS = 50_000;
const WIDTH = 512;
const HEADS = 8;
const HEAD_WIDTH = 64;
const INNER = 2048;

export function transformer(batch: number): Network {
  const net = adder();
  let x = embedded(net, batch);
  for (let layer = 0; layer < LAYERS; layer++) x = forward(net, selfAttention(net, x));
  const encoded = x;
  x = embedded(net, batch);
  for (let layer = 0; layer < LAYERS; layer++) {
    x = selfAttention(net, x);
    const stacked = net.add(stack([x, encoded, encoded]));
    x = forward(net, joined(net, x, attention(net, stacked, "sble")));
  }
  net.loss(net.product("ble,ev->blv", x, net.network.input([WIDTH, WORDS])));
  return net.network;
}

/** Words of one-hot vectors times a matrix, and positions added. */
function embedded(net: Adder, batch: number): Tensor {
  const { input } = net.network;
  const words = net.product("blv,ve->ble", input([batch, LENGTH, WORDS]), input([WORDS, WIDTH]));
  return net.elementwise(words, input([batch, LENGTH, WIDTH]));
}

const joined = (net: Adder, x: Tensor, change: Tensor): Tensor => net.norm(net.elementwise(x, change));

function selfAttention(net: Adder, x: Tensor): Tensor {
  return joined(net, x, attention(net, x, "ble"));
}

/** `names` are the dimensions of the input: s for query, key or value, b, l, e. */
function attention(net: Adder, from: Tensor, names: "ble" | "sble"): Tensor {
  const { input } = net.network;
  const projected = net.product(`${names},shek->sbhlk`, from, input([3, HEADS, WIDTH, HEAD_WIDTH]));
  const [queries, keys, values] = net.network.add(unstack(projected));
  const weights = net.add(softmax(net.product("bhlk,bhmk->bhlm", queries, keys), 3));
  const heads = net.product("bhlm,bhmk->bhlk", weights, values);
  return net.product("bhlk,hek->ble", heads, input([HEADS, WIDTH, HEAD_WIDTH]));
}

function forward(net: Adder, x: Tensor): Tensor {
  const { input } = net.network;
  const inner = net.product("ble,ef->blf", x, input([WIDTH, INNER]), 2);
  return joined(net, x, net.product("blf,fe->ble", inner, input([INNER, WIDTH])));
}
