/**
 * A scenario's graph as an SVG file. Boxes are in layers, data flows downwards, and edges with more
 * bytes are thicker. With a plan, boxes have the colour of their device and edges between devices
 * stand out. Without a plan, ops that run longer are darker.
 */
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { displayed } from "../../text/displayed.ts";
import { formatBytes, formatCount, formatUs } from "../../text/format.ts";
import { type Box, fileChart, textAt } from "../charts/shapes.ts";
import { element, html, lines, type Markup, px } from "../markup.ts";
import { COLOUR_COUNT, chartStyle } from "../palette.ts";
import { type DrawnEdge, type DrawnGraph, type DrawnNode, drawnGraph } from "./drawn-graph.ts";
import { type Layout, layered, type Point } from "./layout.ts";

const HEAD = 62;
const LEAST_WIDTH = 640;
const BOX_HEIGHT = 34;
const CHARACTER_WIDTH = 6;
const LONGEST_TITLE = 28;
const KEY_WIDTH = 150;
const DEVICE_OPACITY = ".3";

/** Of boxes and edges. */
export const graphStyle = `
.node rect { stroke: var(--c); stroke-width: 1.2; fill: var(--c); fill-opacity: var(--o); }
.node rect.under { fill: var(--bg); fill-opacity: 1; stroke: none; }
.chart .node text { fill: var(--text); text-anchor: middle; }
.chart .node .small { fill: var(--soft); font-size: 10px; }
.chart .title { fill: var(--text); font-size: 14px; font-weight: 600; }
.edge { fill: none; stroke: var(--soft); stroke-opacity: .5; }
.edge.cut { stroke: var(--warn); stroke-opacity: .9; }
.edge:hover { stroke: var(--accent); stroke-opacity: 1; }
`;

export function graphSvg(given: Scenario, plan: Placement | null): string {
  const scenario = displayed(given);
  const drawn = drawnGraph(scenario, plan);
  const layout = layoutOf(drawn);
  const keys = plan === null ? [] : deviceKeys(scenario, plan);
  const width = Math.max(layout.width, LEAST_WIDTH, keys.length * KEY_WIDTH + 20);
  const height = layout.height + HEAD;
  const what = subtitle(scenario, drawn);
  const left = px((width - layout.width) / 2);
  const content = html`${textAt("title", scenario.name, { x: 12, y: 20 })}
${textAt(null, what, { x: 12, y: 37 })}
${lines(keys)}<g transform="translate(${left} ${HEAD})">
${lines(edges(drawn, layout))}${lines(boxes(drawn, layout, plan !== null))}</g>
`;
  const look = { label: what, style: chartStyle + aloneStyle + graphStyle };
  return `${fileChart(px(width), px(height), look, content).markup}\n`;
}

const aloneStyle = "svg.chart { background: var(--bg); width: auto; max-width: none; }";

/**
 * The graph as the `svg` element of a page, without title and colours. Boxes and edges are in the
 * order of the drawn graph, so that a script can colour them by a plan.
 */
export function graphChart(given: Scenario): { readonly markup: Markup; readonly drawn: DrawnGraph } {
  const scenario = displayed(given);
  const drawn = drawnGraph(scenario, null);
  const layout = layoutOf(drawn);
  const { width, height } = layout;
  const content = html`${lines(edges(drawn, layout))}${lines(
    drawn.nodes.map((node, i) => nodeMark("var(--soft)", DEVICE_OPACITY, boxMark(node, layout.boxes[i]))),
  )}`;
  const attributes = {
    class: "chart graph",
    viewBox: `0 0 ${px(width)} ${px(height)}`,
    width,
    height,
    role: "img",
    "aria-label": subtitle(scenario, drawn),
    "data-ends": JSON.stringify(drawn.edges.map(({ from, to }) => [from, to])),
  };
  return { markup: element("svg", attributes, content), drawn };
}

const layoutOf = ({ nodes, edges }: DrawnGraph): Layout => layered(nodes.map(widthOf), BOX_HEIGHT, edges);

const edges = (drawn: DrawnGraph, layout: Layout): Markup[] =>
  drawn.edges.map((edge, e) => edgeMark(drawn, edge, throughLayers(layout, edge, e)));

function subtitle({ graph, cluster }: Scenario, { level, nodes, edges, edgesLeftOut }: DrawnGraph): string {
  const whole = `${formatCount(graph.opCount)} ops, ${formatCount(graph.edgeCount)} edges on ${cluster.name}`;
  const heaviest = edgesLeftOut > 0 ? `, the heaviest of ${formatCount(edges.length + edgesLeftOut)}` : "";
  if (level === "ops") return heaviest === "" ? whole : `${whole}, ${edges.length} edges drawn${heaviest}`;
  return `${whole}, drawn as ${formatCount(nodes.length)} ${level} and ${formatCount(edges.length)} edges${heaviest}`;
}

function deviceKeys({ cluster }: Scenario, { device }: Placement): readonly Markup[] {
  return cluster.devices.map(({ name }, d) => {
    const ops = device.reduce((count, of) => count + (of === d ? 1 : 0), 0);
    const x = 12 + d * KEY_WIDTH;
    const square = element("rect", { x, y: 46, width: 11, height: 11, rx: 2 });
    const text = textAt(null, `${name}: ${formatCount(ops)} ops`, { x: x + 16, y: 55 });
    return html`${nodeMark(colourOf(d), DEVICE_OPACITY, square)}${text}`;
  });
}

/** A group whose rectangles have one colour: the variables of `drawingStyle`. */
const nodeMark = (colour: string, opacity: string, ...content: readonly Markup[]): Markup =>
  element("g", { class: "node", style: `--c: ${colour}; --o: ${opacity}` }, content);

export const colourOf = (device: number): string =>
  device < 0 ? "var(--soft)" : `var(--m${device % COLOUR_COUNT})`;

function boxes({ nodes }: DrawnGraph, layout: Layout, hasPlan: boolean): readonly Markup[] {
  const longestUs = nodes.reduce((most, { us }) => Math.max(most, us), 0);
  return nodes.map((node, i) => {
    const heat = longestUs > 0 ? 0.04 + (0.46 * node.us) / longestUs : 0.06;
    const mark = boxMark(node, layout.boxes[i]);
    return hasPlan
      ? nodeMark(colourOf(node.device), DEVICE_OPACITY, mark)
      : nodeMark("var(--accent)", heat.toFixed(2), mark);
  });
}

/** The box under the coloured one hides the edges that pass behind it. */
function boxMark(node: DrawnNode, { x, y }: Point): Markup {
  const width = widthOf(node);
  const box = { x: x - width / 2, y: y - BOX_HEIGHT / 2, width, height: BOX_HEIGHT };
  return html`
<title>${node.title} (${node.holds}), ${details(node)}</title>
${roundedBox("under", box)}
${roundedBox("box", box)}
${textAt(null, shortTitle(node.title), { x, y: y - 2 })}
${textAt("small", details(node), { x, y: y + 11 })}
`;
}

const roundedBox = (kind: string, { x, y, width, height }: Box): Markup =>
  element("rect", { class: kind, x, y, width, height, rx: 5 });

const details = ({ ops, us }: DrawnNode): string =>
  ops === 1 ? formatUs(us) : `${formatCount(ops)} ops, ${formatUs(us)}`;

/** The end of a path says most, so parts are left out from the front, then letters. */
function shortTitle(title: string): string {
  if (title.length <= LONGEST_TITLE) return title;
  const parts = title.split("/");
  for (let i = 1; i < parts.length; i++) {
    const end = `…/${parts.slice(i).join("/")}`;
    if (end.length <= LONGEST_TITLE) return end;
  }
  return `…${title.slice(title.length - LONGEST_TITLE + 1)}`;
}

function widthOf(node: DrawnNode): number {
  const characters = Math.max(shortTitle(node.title).length, details(node).length * 0.9);
  return Math.max(60, characters * CHARACTER_WIDTH + 16);
}

function edgeMark({ nodes }: DrawnGraph, { from, to, bytes }: DrawnEdge, path: string): Markup {
  const isCut = nodes[from].device !== nodes[to].device;
  const thickness = 0.8 + 0.35 * Math.max(0, Math.log10(Math.max(1, bytes)) - 3);
  const attributes = { class: isCut ? "edge cut" : "edge", d: path, "stroke-width": thickness };
  const title = `${nodes[from].title} to ${nodes[to].title}: ${formatBytes(bytes)}`;
  return element("path", attributes, html`<title>${title}</title>`);
}

/**
 * From the bottom of one box to the top of the other: straight through layers, curved between them.
 */
function throughLayers({ boxes, crossings }: Layout, { from, to }: DrawnEdge, e: number): string {
  const half = BOX_HEIGHT / 2;
  const start = boxes[from];
  let path = `M${px(start.x)} ${px(start.y + half)}`;
  let at = { x: start.x, y: start.y + half };
  for (const next of [...crossings[e], boxes[to]]) {
    const top = next.y - half;
    const turn = (at.y + top) / 2;
    path += `C${px(at.x)} ${px(turn)} ${px(next.x)} ${px(turn)} ${px(next.x)} ${px(top)}`;
    if (next !== boxes[to]) path += `V${px(next.y + half)}`;
    at = { x: next.x, y: next.y + half };
  }
  return path;
}
