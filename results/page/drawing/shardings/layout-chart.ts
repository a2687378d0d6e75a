/**
 * The picture of how a layer is divided: a row for each op with its weights and its output as they
 * lie on the mesh, and a band for each step where it occurs. What the backward pass sends is told
 * under the rows.
 */
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import { localShare } from "../../../../env/model/layout/layout.ts";
import { type MeshAxis, sizesOf } from "../../../../env/model/layout/mesh.ts";
import { formatBytes, formatCount } from "../../../text/format.ts";
import { shortName } from "../../../text/pipelines/short-name.ts";
import { axesText, tensorName } from "../../../text/shardings/names.ts";
import { visibleName } from "../../../text/visible.ts";
import { rectangle, textAt } from "../../charts/shapes.ts";
import { element, html, lines, type Markup } from "../../markup.ts";
import { axisClass } from "./axis-style.ts";
import type { CountedSteps, LayoutRows, OpRow, StepRow } from "./layout-rows.ts";
import type { Picture } from "./picture.ts";
import { BOX_HEIGHT, tensorBoxes } from "./tensor-boxes.ts";

const NAME_X = 16;
const WEIGHTS_X = 268;
const OUTPUT_X = 556;
const LEAST_WIDTH = 1000;
const ROW = 25;
const KEYS = 30;
const HEADINGS = 22;
const FOOT_LINE = 18;
const LONGEST_NAME = 36;
const LONGEST_TENSOR = 40;

/** `title`: scenario and plan. */
export function layoutChart(graph: OpGraph, shown: LayoutRows, title: string): Picture {
  const { layer, mesh, rows, later } = shown;
  const top = KEYS + HEADINGS;
  const drawn = rows.map((row, i) => {
    const y = top + i * ROW;
    return row.kind === "op" ? opMarkup(graph, shown, row, y) : stepMarkup(graph, shown, row, y);
  });
  const width = Math.ceil(Math.max(LEAST_WIDTH, ...drawn.map(({ right }) => right + 16)));
  const bottom = top + rows.length * ROW;
  const feet = footLines(mesh.axes, later);
  const bands = rows.map((row, i) =>
    row.kind === "op" ? null : bandMarkup(row, { y: top + i * ROW, width }),
  );
  return {
    width,
    height: bottom + 14 + feet.length * FOOT_LINE,
    title: `${layer === null ? "Layouts" : `Layouts of ${visibleName(layer)}`} in ${title}`,
    subtitle: `on a mesh of ${mesh.axes.map(({ name, size }) => `${visibleName(name)} ${size}`).join(" by ")}; bands are steps between ops`,
    content: html`${keys(mesh.axes)}
${textAt("column", "op", { x: NAME_X, y: top - 8 })}${textAt("column", "its weights", { x: WEIGHTS_X, y: top - 8 })}${textAt("column", "its output", { x: OUTPUT_X, y: top - 8 })}
${element("line", { class: "row", x1: NAME_X, x2: width - 16, y1: top - 2, y2: top - 2 })}
${bands}
${lines(drawn.map(({ markup }) => markup))}${lines(
  feet.map((text, i) => textAt("column", text, { x: NAME_X, y: bottom + 18 + i * FOOT_LINE })),
)}`,
  };
}

interface DrawnRow {
  readonly markup: Markup;
  readonly right: number;
}

function opMarkup(graph: OpGraph, { layer, mesh }: LayoutRows, row: OpRow, y: number): DrawnRow {
  const name = graph.names[row.op];
  const own = layer === null ? name : name.slice(layer.length + 1) || name;
  const boxY = y + (ROW - BOX_HEIGHT) / 2;
  const weights = row.weights[0] && tensorBoxes(row.weights[0], mesh.axes, { x: WEIGHTS_X, y: boxY });
  const outputX = Math.max(OUTPUT_X, (weights?.right ?? 0) + 24);
  const output = row.outputs[0] && tensorBoxes(row.outputs[0], mesh.axes, { x: outputX, y: boxY });
  const more = [
    moreText(row.weights.length, (weights?.right ?? WEIGHTS_X) + 6, y),
    moreText(row.outputs.length, (output?.right ?? OUTPUT_X) + 6, y),
  ];
  const label = textAt("lanelabel", shortName(visibleName(own), LONGEST_NAME), { x: NAME_X, y: y + 16 });
  const title = html`<title>${name}, ${graph.types[row.op]}</title>`;
  return {
    markup: element("g", {}, title, label, weights?.markup ?? null, output?.markup ?? null, more),
    right: (output?.right ?? OUTPUT_X) + (row.outputs.length > 1 ? 60 : 0),
  };
}

/** Of several weights or outputs the first one is drawn. */
const moreText = (count: number, x: number, y: number): Markup | null =>
  count > 1 ? textAt(null, `and ${count - 1} more`, { x, y: y + 16 }) : null;

function stepMarkup(graph: OpGraph, { mesh }: LayoutRows, row: StepRow, y: number): DrawnRow {
  const { step, value, result, purpose } = row;
  const boxY = y + (ROW - BOX_HEIGHT) / 2;
  const boxes = tensorBoxes(row.tensor, mesh.axes, { x: OUTPUT_X, y: boxY });
  const sizes = sizesOf(mesh);
  const held = Math.max(
    ...[value, result].map(({ bytes, shape, layout }) => bytes * localShare(shape, layout, sizes)),
  );
  const what = shortName(visibleName(tensorName(graph, value)), LONGEST_TENSOR);
  const size = step.kind === "slice" ? "nothing is sent" : `${formatBytes(held)} on a rank`;
  return {
    markup: html`${textAt("strong", `${step.kind} along ${visibleName(axesText(mesh.axes, step.group))}`, {
      x: NAME_X + 8,
      y: y + 16,
    })}${textAt("in", size, { x: WEIGHTS_X, y: y + 16 })}${boxes.markup}${element("title", {}, `${purpose}: ${what}`)}`,
    right: boxes.right,
  };
}

function bandMarkup({ step }: StepRow, { y, width }: { readonly y: number; readonly width: number }): Markup {
  const inside = { x: NAME_X - 8, y: y + 1, width: width - 2 * (NAME_X - 8), height: ROW - 2 };
  if (step.kind === "slice") return html``;
  return element(
    "g",
    { class: axisClass(step.group[0]) },
    rectangle("band", inside),
    rectangle("bandmark", { ...inside, width: 5 }),
  );
}

/** One line: each mesh axis, what is whole and what is a partial sum. */
function keys(axes: readonly MeshAxis[]): Markup {
  let x = NAME_X;
  const marks: Markup[] = [];
  const add = (box: Markup, text: string): void => {
    marks.push(html`${box}${textAt("lanelabel", text, { x: x + 34, y: 15 })}`);
    x += 34 + text.length * 6.6 + 26;
  };
  axes.forEach(({ name, size }, axis) => {
    const box = { x, y: 3, width: 28, height: 15 };
    const marked = html`${rectangle("part", box)}${rectangle("pattern", box)}${rectangle("edge", box)}`;
    add(element("g", { class: axisClass(axis) }, marked), `divided by ${visibleName(name)}, ${size} ranks`);
  });
  add(rectangle("whole", { x, y: 3, width: 28, height: 15 }), "whole on each of these ranks");
  const sum = element("g", { class: "anyaxis" }, rectangle("sum", { x, y: 3, width: 28, height: 15 }));
  add(sum, "partial sum");
  return html`${marks}`;
}

const passWords = { backward: "in its backward pass", update: "for its updates" } as const;

function footLines(axes: readonly MeshAxis[], later: readonly CountedSteps[]): string[] {
  return (["backward", "update"] as const).flatMap((pass) => {
    const steps = later.filter((each) => each.pass === pass);
    if (steps.length === 0) return [];
    const texts = steps.map(
      ({ kind, group, count }) =>
        `${formatCount(count)} ${kind}${count === 1 ? "" : "s"} along ${visibleName(axesText(axes, group))}`,
    );
    return [`Later, ${passWords[pass]}: ${texts.join(", ")}.`];
  });
}
