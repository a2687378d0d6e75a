/** Graphs in the formats of drawing programs and graph libraries. */
import type { Sample } from "./sample.ts";

const networkx = `<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
  <key id="d0" for="node" attr.name="cost" attr.type="double" />
  <key id="d1" for="node" attr.name="kind" attr.type="string"><default>op</default></key>
  <key id="d2" for="edge" attr.name="weight" attr.type="long" />
  <graph edgedefault="directed">
    <node id="a"><data key="d0">0.5</data><data key="d1">Conv</data></node>
    <node id="b"><data key="d0">2</data></node>
    <node id="c"><data key="d0">1.25</data></node>
    <edge source="a" target="b"><data key="d2">4096</data></edge>
    <edge source="a" target="c"><data key="d2">4096</data></edge>
    <edge source="b" target="c"><data key="d2">16</data></edge>
  </graph>
</graphml>`;

const own = `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="type" for="node" attr.name="type" attr.type="string"/><key id="flops" for="node" attr.name="flops" attr.type="double"/>
<key id="outputs" for="node" attr.name="outputs" attr.type="string"/><key id="measuredUs" for="node" attr.name="measuredUs" attr.type="string"/>
<key id="supportedKinds" for="node" attr.name="supportedKinds" attr.type="string"/><key id="colocation" for="node" attr.name="colocation" attr.type="string"/>
<key id="output" for="edge" attr.name="output" attr.type="int"/><key id="bytes" for="edge" attr.name="bytes" attr.type="double"/>
<key id="input" for="edge" attr.name="input" attr.type="int"/><key id="port" for="port" yfiles.type="x"/><key id="any" for="all" attr.name="note"/>
<graph id="G" edgedefault="directed">
<node id="x"><data key="type">MatMul</data><data key="flops">2000000</data><data key="outputs">[80,16]</data><data key="colocation">w</data></node>
<node id="y"><data key="measuredUs">{"P100":50,"CPU":900}</data><data key="colocation">w</data><data key="any">hello</data></node>
<node id="z"><data key="measuredUs">{"*":5}</data><data key="supportedKinds">["P100"]</data></node>
<edge source="x" target="z"><data key="output">1</data><data key="input">1</data></edge>
<edge source="x" target="y"><data key="output">0</data><data key="bytes">80</data></edge>
<edge source="y" target="z"><data key="output">-1</data><data key="bytes">0</data><data key="input">0</data></edge>
</graph></graphml>`;

export const graphmlSamples: readonly Sample[] = [
  { content: networkx, ops: 3, edges: 3, options: { time: "cost", unit: "ms", type: "kind" } },
  { content: own, ops: 3, edges: 3 },
  {
    content: networkx.replace('edgedefault="directed"', 'edgedefault="undirected"'),
    ops: 3,
    edges: 3,
    options: { edges: "directed", cluster: "8xV100-nvlink", "allow-unknown": "true" },
  },
];

const gexf = `<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" version="1.3"><meta lastmodifieddate="2024-01-01"><creator>Gephi</creator></meta>
<graph defaultedgetype="directed" mode="static">
<attributes class="node"><attribute id="0" title="time" type="float"/><attribute id="1" title="parameterBytes" type="long"><default>8</default></attribute></attributes>
<nodes>
<node id="0" label="conv"><attvalues><attvalue for="0" value="12.5"/></attvalues></node>
<node id="1" label="relu"><attvalues><attvalue for="0" value="3"/><attvalue for="1" value="64"/></attvalues></node>
<node id="2" label="loss"/>
</nodes>
<edges>
<edge id="0" source="0" target="1" weight="128.0"/>
<edge id="1" source="1" target="2" weight="64.0"/>
</edges></graph></gexf>`;

export const gexfSamples: readonly Sample[] = [
  { content: gexf, ops: 3, edges: 2 },
  {
    content: gexf.replace('defaultedgetype="directed"', ""),
    ops: 3,
    edges: 2,
    options: { edges: "directed", unit: "s", time: "time" },
  },
];

const dot = `// operators of a small network
digraph "net" {
  graph [rankdir=LR]; node [shape=box, time=2]; edge [bytes=64];
  dtype = float16
  in [label=<<b>in</b>>, time=0.5];
  "conv 1" [label="a \\"quoted\\" label" type=Conv2D time=40]
  subgraph cluster_tail { relu; loss [time=1.5]; relu -> loss [bytes=8] }
  in -> "conv 1" -> { relu loss } [output=0]; /* two edges from
  one chain */ in:s -> loss:n;
}`;

export const dotSamples: readonly Sample[] = [
  { content: dot, ops: 4, edges: 5 },
  { content: "digraph{a->b->c;a->c}", ops: 3, edges: 3, options: { "allow-unknown": "true" } },
];
