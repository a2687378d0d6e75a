/**
 * JAX: a Python module with the mesh and a `PartitionSpec` for each weight, each number of the
 * optimizer that is divided otherwise, and each output. A hybrid has these for every stage. Names
 * are those of ops; weights of an op are in the order in which it lists them.
 *
 * JAX divides evenly, so uneven weights are refused. It has no partial sums: a tensor that is one
 * is written as it is once it has been summed.
 */
import { frameworkDevices } from "../../../env/model/cluster/framework-devices.ts";
import { InputError } from "../../../env/model/errors.ts";
import { Role } from "../../../env/model/graph/graph.ts";
import { type Layout, layoutKey } from "../../../env/model/layout/layout.ts";
import { countAlong, type MeshAxis, type MeshSizes } from "../../../env/model/layout/mesh.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { type Value, WEIGHTS } from "../../../env/sim/lower/sharding/instructions.ts";
import { count } from "../../../scenarios/import/sentences.ts";
import { tensorName } from "../../text/shardings/names.ts";
import { visible, visibleName } from "../../text/visible.ts";
import type { DividedExporter } from "../contract.ts";
import { type DividedPart, dividedParts } from "./divided-plan.ts";
import { algorithmLoss, offloadLoss, recomputeLoss, refuseRatios, syncLoss } from "./losses.ts";

const NAME = "jax";

export const partitionSpecs: DividedExporter = {
  name: NAME,
  summary: "Python, the mesh and a PartitionSpec of JAX for each weight, optimizer state and output",
  subject: "sharding",
  write(scenario, plan) {
    refuseRatios(NAME, plan);
    const parts = dividedParts(scenario, plan).map((part) => partText(scenario, part));
    const sum = (of: (part: PartText) => number) => parts.reduce((total, part) => total + of(part), 0);
    const [uneven, summed] = [sum((part) => part.uneven), sum((part) => part.summed)];
    return {
      text: `${HEAD}\n${parts.map(({ text }) => text).join("\n")}`,
      notes: [
        ...(summed === 0
          ? []
          : [
              `The format ${NAME} has no partial sums: ${count(summed, "output")} that the plan leaves as such are written as they are once summed.`,
            ]),
        ...(uneven === 0
          ? []
          : [
              `The format ${NAME} divides evenly: ${count(uneven, "output")} with uneven parts have no PartitionSpec.`,
            ]),
        ...(plan.kind === "pipeline"
          ? [
              `The format ${NAME} says how stages are divided, not its micro-batches (${plan.microBatches}), the schedule ${plan.schedule.name} or what is computed again.`,
            ]
          : []),
        ...algorithmLoss(NAME, plan, "XLA"),
        ...syncLoss(NAME, plan),
        ...recomputeLoss(NAME, plan),
        ...offloadLoss(NAME, plan),
      ],
    };
  },
};

const HEAD = `import jax
import numpy as np
from jax.sharding import Mesh, PartitionSpec as P
`;

interface PartText {
  readonly text: string;
  /** Outputs that are left out, and those that are written as their sums. */
  readonly uneven: number;
  readonly summed: number;
}

function partText(scenario: Scenario, part: DividedPart): PartText {
  const { graph } = scenario;
  const { program, sharding, stage, holds } = part;
  const { axes } = sharding.mesh;
  const { sizes, values, weights } = program;
  const suffix = stage === null ? "" : `_${stage}`;
  const own = weights.filter(({ value }) => holds(values[value].op));
  for (const { value, optimizer } of own)
    for (const layout of [values[value].layout, optimizer])
      refuseUneven(scenario, values[value], layout, sizes);
  const parameters = named(
    own.map(({ value }) => [graph.names[values[value].op], spec(values[value].layout, axes)]),
  );
  const state = named(
    own
      .filter(({ value, optimizer }) => layoutKey(values[value].layout) !== layoutKey(optimizer))
      .map(({ value, optimizer }) => [graph.names[values[value].op], spec(optimizer, axes)]),
  );
  const settled = settledOutputs(values).filter(
    ({ value }) => holds(value.op) && graph.role[value.op] === Role.forward && value.onHost !== true,
  );
  const even = settled.filter(({ value }) => unevenAxis(value, value.layout, sizes) === -1);
  const outputs = named(even.map(({ value }) => [graph.names[value.op], spec(value.layout, axes)]));
  return {
    text: [
      meshText(scenario, part, suffix),
      dictionary(`parameters${suffix}`, parameters),
      ...(state.size === 0 ? [] : [dictionary(`optimizer_state${suffix}`, state)]),
      dictionary(`outputs${suffix}`, outputs),
    ].join("\n"),
    uneven: settled.length - even.length,
    summed: even.filter(({ wasPartial }) => wasPartial).length,
  };
}

/** Replicas of a stage are an axis in front of those of its mesh. */
function meshText({ cluster }: Scenario, { sharding, replicas, stage }: DividedPart, suffix: string): string {
  const frameworks = frameworkDevices(cluster);
  const { axes } = sharding.mesh;
  const devices = replicas.flat().map((device) => frameworks[device].index);
  const hasReplicas = replicas.length > 1 || axes.length === 0;
  const sizes = [...(hasReplicas ? [replicas.length] : []), ...axes.map(({ size }) => size)];
  const names = [...(hasReplicas ? ["replica"] : []), ...axes.map(({ name }) => name)];
  const title = stage === null ? "" : `# Stage ${stage}.\n`;
  return `${title}mesh${suffix} = Mesh(
    np.array(jax.devices())[[${devices.join(", ")}]].reshape(${sizes.join(", ")}${sizes.length === 1 ? "," : ""}),
    (${names.map(quoted).join(", ")},),
)
`;
}

/** The first value of each output that is no partial sum. */
function settledOutputs(values: readonly Value[]): { readonly value: Value; readonly wasPartial: boolean }[] {
  const found = new Map<string, { readonly value: Value; readonly wasPartial: boolean }>();
  const partial = new Set<string>();
  for (const value of values) {
    const key = `${value.op}:${value.output}`;
    if (value.output === WEIGHTS || found.has(key)) continue;
    if (value.layout.partial.length > 0) partial.add(key);
    else found.set(key, { value, wasPartial: partial.has(key) });
  }
  return [...found.values()];
}

const unevenAxis = ({ shape }: Value, { axes }: Layout, sizes: MeshSizes): number =>
  shape.findIndex((length, t) => length % countAlong(axes[t], sizes) !== 0);

function refuseUneven({ graph }: Scenario, value: Value, layout: Layout, sizes: MeshSizes): void {
  const t = unevenAxis(value, layout, sizes);
  if (t === -1) return;
  throw new InputError(
    `The format ${NAME} divides evenly, and the plan divides the ${value.shape[t]} of axis ${t} of the ${visibleName(tensorName(graph, value))} into ${countAlong(layout.axes[t], sizes)} parts.`,
  );
}

/** `P(None, "tensor")`. */
function spec({ axes: own }: Layout, axes: readonly MeshAxis[]): string {
  const entries = own.map((dividing) => {
    const names = dividing.map((axis) => quoted(axes[axis].name));
    return names.length === 0 ? "None" : names.length === 1 ? names[0] : `(${names.join(", ")})`;
  });
  return `P(${entries.join(", ")})`;
}

function named(entries: readonly (readonly [string, string])[]): Map<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const [name, text] of entries) {
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [text]);
    else known.push(text);
  }
  return byName;
}

const dictionary = (name: string, entries: ReadonlyMap<string, readonly string[]>): string =>
  `${name} = {\n${[...entries].map(([key, specs]) => `    ${quoted(key)}: [${specs.join(", ")}],\n`).join("")}}\n`;

/** A string of Python: JSON's escapes are among its own. */
const quoted = (text: string): string => visible(JSON.stringify(text));
