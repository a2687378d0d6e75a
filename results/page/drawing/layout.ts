/**
 * Layered layout by dagre (Gansner, Koutsofios, North, Vo, "A technique for drawing directed
 * graphs", IEEE Transactions on Software Engineering 1993): edges lead downwards and few of them
 * cross. Only this file knows the library.
 */
import { Graph, layout as layOut } from "@dagrejs/dagre";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Middle of each box. */
  readonly boxes: readonly Point[];
  /**
   * Where each edge crosses the layers between its ends, layer by layer, between the boxes there.
   */
  readonly crossings: readonly (readonly Point[])[];
}

export function layered(
  boxWidths: readonly number[],
  boxHeight: number,
  edges: readonly { readonly from: number; readonly to: number }[],
): Layout {
  const graph = new Graph({ directed: true });
  graph.setGraph({ rankdir: "TB", nodesep: 10, ranksep: 30, edgesep: 7, marginx: 12, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  boxWidths.forEach((width, i) => {
    graph.setNode(String(i), { width, height: boxHeight });
  });
  for (const { from, to } of edges) graph.setEdge(String(from), String(to));
  layOut(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const boxes = boxWidths.map((_, i) => pointOf(graph.node(String(i))));
  const layers = new Set(boxes.map(({ y }) => Math.round(y)));
  return {
    width,
    height,
    boxes,
    // The library also bends edges half way between layers, and ends them on the borders of boxes.
    crossings: edges.map(({ from, to }) =>
      (graph.edge(String(from), String(to)) as { points: Point[] }).points
        .slice(1, -1)
        .map(pointOf)
        .filter(({ y }) => layers.has(Math.round(y))),
    ),
  };
}

const pointOf = ({ x, y }: { x?: number; y?: number }): Point => ({ x: x ?? 0, y: y ?? 0 });
