/**
 * The mesh drawn on the machines: a panel for each mesh axis, with the devices in their machines. A
 * group of ranks along the axis has one colour and letter, and lines between neighbours. They are
 * dashed where they leave a machine.
 */
import type { Cluster } from "../../../../env/model/cluster/cluster.ts";
import { levelsOf } from "../../../../env/model/cluster/levels.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { formatBytes, formatCount } from "../../../text/format.ts";
import { visibleName } from "../../../text/visible.ts";
import { type Box, rectangle, shortened, textAt } from "../../charts/shapes.ts";
import { element, html, lines, type Markup, px } from "../../markup.ts";
import { COLOUR_COUNT } from "../../palette.ts";
import { type MeshGroups, meshGroups, type Neighbours, neighboursOf } from "./mesh-groups.ts";
import type { Picture } from "./picture.ts";

const WIDTH = 1000;
const CELL = { width: 78, height: 40, gapX: 22, gapY: 26 } as const;
const COLUMNS = 4;
const MACHINE = { pad: 16, head: 26, foot: 26, gap: 18 } as const;
const TITLE = 44;
const PANEL_GAP = 20;
const MOST_MACHINES = 8;
const LONGEST_LABEL = 11;

export function meshChart(cluster: Cluster, plan: ShardingPlan | PipelinePlan, title: string): Picture {
  const used = plan.kind === "sharding" ? plan.mesh.devices : plan.stages.flatMap(({ devices }) => devices);
  const machines = machinesOf(cluster, used);
  // Each stage of a hybrid numbers its own ranks.
  const ranks = plan.kind === "sharding" ? plan.mesh.devices : null;
  const shown = machines.slice(0, MOST_MACHINES);
  const { cells, boxes, height } = places(shown);
  const right = Math.max(...boxes.map(({ x, width }) => x + width));
  const columns = right <= WIDTH / 2 - 12 ? 2 : 1;
  const pitch = height + TITLE + PANEL_GAP;
  const panels = meshGroups(plan).map((ways, i) => {
    const [top, left] = [Math.floor(i / columns) * pitch, (i % columns) * (WIDTH / 2)];
    return panelMarkup(cluster, ways, { cells, boxes, ranks, top, left });
  });
  const left = machines.length - shown.length;
  const all = Math.ceil(panels.length / columns) * pitch;
  return {
    width: WIDTH,
    height: Math.max(40, all) + (left > 0 ? 16 : 0),
    title: `The mesh of ${title}`,
    subtitle: `on ${formatCount(machines.length)} ${machines.length === 1 ? "machine" : "machines"} of ${visibleName(cluster.name)}; a cell has a device and its group${ranks === null ? "" : ", then its rank"}`,
    content: html`${panels}${left > 0 ? textAt("column", `and ${formatCount(left)} more machines`, { x: 12, y: all }) : null}${
      panels.length === 0 ? textAt("column", "No group has several devices.", { x: 12, y: 20 }) : null
    }`,
  };
}

/** Devices of each machine that has some of the plan's. */
function machinesOf(cluster: Cluster, devicesOfPlan: readonly number[]): number[][] {
  const [machineOf] = levelsOf(cluster);
  const machines = new Map<number, number[]>();
  cluster.devices.forEach((_, device) => {
    machines.set(machineOf[device], [...(machines.get(machineOf[device]) ?? []), device]);
  });
  const used = new Set(devicesOfPlan);
  return [...machines.values()].filter((devices) => devices.some((device) => used.has(device)));
}

interface Places {
  readonly cells: ReadonlyMap<number, Box>;
  readonly boxes: readonly Box[];
  readonly height: number;
}

/** Machines beside each other while they fit, their devices in rows of four. */
function places(machines: readonly (readonly number[])[]): Places {
  const cells = new Map<number, Box>();
  const boxes: Box[] = [];
  let [x, y, high] = [12, 0, 0];
  for (const devices of machines) {
    const columns = Math.min(COLUMNS, devices.length);
    const rows = Math.ceil(devices.length / COLUMNS);
    const width = columns * CELL.width + (columns - 1) * CELL.gapX + 2 * MACHINE.pad;
    const height = rows * CELL.height + (rows - 1) * CELL.gapY + MACHINE.head + MACHINE.foot;
    if (x > 12 && x + width > WIDTH - 12) [x, y, high] = [12, y + high + MACHINE.gap, 0];
    boxes.push({ x, y, width, height });
    devices.forEach((device, i) => {
      cells.set(device, {
        x: x + MACHINE.pad + (i % COLUMNS) * (CELL.width + CELL.gapX),
        y: y + MACHINE.head + Math.floor(i / COLUMNS) * (CELL.height + CELL.gapY),
        width: CELL.width,
        height: CELL.height,
      });
    });
    x += width + MACHINE.gap;
    high = Math.max(high, height);
  }
  return { cells, boxes, height: y + high };
}

interface Panel extends Omit<Places, "height"> {
  readonly ranks: readonly number[] | null;
  readonly top: number;
  readonly left: number;
}

function panelMarkup(cluster: Cluster, ways: MeshGroups, { cells, boxes, ranks, top, left }: Panel): Markup {
  const groupOf = new Map<number, number>();
  ways.groups.forEach((group, number) => {
    for (const device of group) groupOf.set(device, number);
  });
  const rings = ways.isRing
    ? ways.groups.map((group, number) => ringMarkup(neighboursOf(cluster, group), cells, number))
    : [];
  const machines = boxes.map(
    (box, i) =>
      html`${rectangle("machine", box)}${textAt("column", `machine ${i}`, { x: box.x + MACHINE.pad, y: box.y + box.height - 8 })}`,
  );
  const devices = [...cells].map(([device, box]) => {
    const name = visibleName(cluster.devices[device].name);
    const group = groupOf.get(device);
    if (group === undefined) return cellMarkup(box, name);
    const rank = ranks === null ? "" : ` · ${ranks.indexOf(device)}`;
    return cellMarkup(box, name, { group, text: `${letterOf(ways, group)}${rank}` });
  });
  return element(
    "g",
    { transform: `translate(${px(left)} ${px(top)})` },
    html`
${textAt("strong", visibleName(ways.name), { x: 12, y: 16 })}
${textAt("column", linkText(cluster, ways), { x: 12, y: 33 })}
<g transform="translate(0 ${TITLE})">
${lines(machines)}${rings}
${lines(devices)}</g>
`,
  );
}

/** `A`, or the number of a stage. */
const letterOf = ({ of }: MeshGroups, group: number): string =>
  of === "stage" ? `stage ${group}` : groupLetter(group);

const groupLetter = (group: number): string =>
  group < 26
    ? String.fromCharCode(65 + group)
    : `${groupLetter(Math.floor(group / 26) - 1)}${groupLetter(group % 26)}`;

const colourOf = (group: number): string => `--c: var(--m${group % COLOUR_COUNT})`;

function cellMarkup(
  box: Box,
  name: string,
  member?: { readonly group: number; readonly text: string },
): Markup {
  const middle = box.x + box.width / 2;
  const label = textAt("lanelabel", shortened(name, LONGEST_LABEL), {
    x: middle,
    y: box.y + 17,
    anchor: "middle",
  });
  if (member === undefined) return html`${rectangle("unused", box)}${label}`;
  const ground = element("rect", { class: "under", ...box, rx: 5, style: "fill:var(--bg)" });
  const marked = element("rect", { class: "member", ...box, rx: 5 });
  return element(
    "g",
    { style: colourOf(member.group) },
    html`${ground}${marked}${label}${textAt("in", member.text, { x: middle, y: box.y + 32, anchor: "middle" })}`,
  );
}

/** A line between cells beside or above each other, else a bow around what is between them. */
function ringMarkup(neighbours: readonly Neighbours[], cells: Places["cells"], group: number): Markup {
  const ways = neighbours.flatMap(({ from, to, isNear }) => {
    const [a, b] = [cells.get(from), cells.get(to)];
    if (a === undefined || b === undefined) return [];
    const [ax, ay] = [a.x + a.width / 2, a.y + a.height / 2];
    const [bx, by] = [b.x + b.width / 2, b.y + b.height / 2];
    const isBeside = ay === by && Math.abs(ax - bx) <= CELL.width + CELL.gapX;
    const isAbove = ax === bx && Math.abs(ay - by) <= CELL.height + CELL.gapY;
    const bow = isBeside || isAbove ? 0 : ay === by ? CELL.height / 2 + 11 : 0;
    const [mx, my] = [(ax + bx) / 2, (ay + by) / 2 - 2 * bow];
    const d = `M${px(ax)} ${px(ay)}Q${px(mx)} ${px(my)} ${px(bx)} ${px(by)}`;
    return [element("path", { class: isNear ? "ring" : "ring far", d })];
  });
  return element("g", { style: colourOf(group) }, ways);
}

/** `2 groups; neighbours over 25.0 GB/s in a machine and 3.12 GB/s between machines`. */
function linkText(cluster: Cluster, { groups, of, isRing }: MeshGroups): string {
  const count = `${formatCount(groups.length)} ${of}${groups.length === 1 ? "" : "s"}`;
  if (!isRing) return count;
  const all = groups.flatMap((group) => neighboursOf(cluster, group));
  const speeds = (isNear: boolean): string => {
    const own = all.filter((each) => each.isNear === isNear).map(({ bytesPerUs }) => bytesPerUs);
    if (own.length === 0) return "";
    const [least, most] = [Math.min(...own), Math.max(...own)].map(
      (speed) => `${formatBytes(speed * 1e6)}/s`,
    );
    return `${least === most ? least : `${least} to ${most}`} ${isNear ? "in a machine" : "between machines (dashed)"}`;
  };
  const over = [speeds(true), speeds(false)].filter((text) => text !== "").join(" and ");
  return `${count}; neighbours send over ${over}`;
}
