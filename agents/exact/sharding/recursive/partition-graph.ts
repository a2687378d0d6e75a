/**
 * A training graph as Tofu coarsens it (Wang et al., EuroSys 2019): a forward op and its gradient
 * ops are one group with one strategy. A tensor and its gradients are one tensor, divided alike.
 * Updates work on what is stored, and sums of gradients too, so both send nothing.
 *
 * Element-wise ops are not merged: the program of a step is exact on any graph. The time steps of
 * recurrent cells are merged in equal-cells.ts.
 */
import { type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import { type OpIteration, type TensorAxes, WHOLE } from "../../../../env/model/graph/iteration.ts";
import { elementsIn } from "../../../../env/model/layout/layout.ts";
import { dataEdges, iterationOf } from "../../../../env/model/plan/sharding.ts";
import { pairsOf } from "../../../problems/sharding/completed-splits.ts";
import { FOREIGN_AXIS, type PartitionGraph, type TensorUse, WHOLE_LABEL } from "./partition-step.ts";

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Of an op's parameters, and their gradient. */
  readonly isWeights: boolean;
}

export interface TensorGroups extends PartitionGraph {
  readonly tensors: readonly StoredTensor[];
  /** Forward op of each group. */
  readonly leaders: readonly number[];
  /** Tensor of each output of each op; none for an op without dimensions. */
  readonly madeBy: readonly (readonly number[])[];
}

export function tensorGroups(graph: OpGraph): TensorGroups {
  return new Grouping(graph).made();
}

class Grouping {
  private readonly graph: OpGraph;
  private readonly tensors: StoredTensor[] = [];
  private readonly madeBy: number[][];
  private readonly weightsOf: number[][];
  private readonly groupOf: Int32Array;
  private readonly leaders: number[] = [];
  private readonly groups: TensorUse[][] = [];

  constructor(graph: OpGraph) {
    this.graph = graph;
    this.madeBy = Array.from({ length: graph.opCount }, () => []);
    this.weightsOf = Array.from({ length: graph.opCount }, () => []);
    this.groupOf = new Int32Array(graph.opCount).fill(-1);
  }

  made(): TensorGroups {
    for (const v of this.graph.topologicalOrder) {
      const iteration = iterationOf(this.graph, v);
      if (iteration === null || this.graph.role[v] === Role.update) continue;
      const twin = this.graph.role[v] === Role.forward ? -1 : this.graph.twin[v];
      if (this.graph.role[v] === Role.forward) this.addForward(v, iteration);
      else this.madeBy[v] = iteration.outputs.map((output, port) => this.gradientOf(v, output, port, twin));
      const leader = twin === -1 ? v : twin;
      if (this.groupOf[leader] !== -1) this.addUses(v, iteration, leader);
    }
    const { tensors, groups, leaders, madeBy } = this;
    return { tensorCount: tensors.length, tensors, groups, leaders, madeBy };
  }

  private addForward(v: number, { outputs, parameters }: OpIteration): void {
    const { graph } = this;
    this.groupOf[v] = this.groups.length;
    this.groups.push([]);
    this.leaders.push(v);
    this.madeBy[v] = outputs.map(({ shape }, port) =>
      this.add(shape, graph.outputBytes[graph.outputStart[v] + port]),
    );
    const all = parameters.reduce((sum, { shape }) => sum + elementsIn(shape), 0);
    this.weightsOf[v] = parameters.map(({ shape }) =>
      this.add(shape, (graph.parameterBytes[v] * elementsIn(shape)) / all, true),
    );
  }

  private add(shape: readonly number[], bytes: number, isWeights = false): number {
    return this.tensors.push({ shape, bytes, isWeights }) - 1;
  }

  /** The tensor that an output is the gradient of; one of its own where nothing lies as it does. */
  private gradientOf(v: number, output: TensorAxes, port: number, twin: number): number {
    const { graph } = this;
    const forward = twin === -1 ? null : iterationOf(graph, twin);
    const own = iterationOf(graph, v)!;
    if (twin !== -1 && forward !== null) {
      const weights = forward.parameters.findIndex((each) => liesAs(each, forward, output, own));
      if (weights !== -1) return this.weightsOf[twin][weights];
      const input = forward.inputs.findIndex((each) => liesAs(each, forward, output, own));
      if (input !== -1) return this.readBy(twin, input) ?? this.addOutput(v, port, output);
    }
    const first = this.readBy(v, 0);
    const isSum =
      twin === -1 && first !== undefined && this.tensors[first].shape.join() === output.shape.join();
    return isSum ? first : this.addOutput(v, port, output);
  }

  private addOutput(v: number, port: number, { shape }: TensorAxes): number {
    return this.add(shape, this.graph.outputBytes[this.graph.outputStart[v] + port]);
  }

  private readBy(v: number, input: number): number | undefined {
    const e = dataEdges(this.graph, v)[input];
    return e === undefined ? undefined : this.madeBy[this.graph.edgeSource[e]][this.graph.edgeOutput[e]];
  }

  private addUses(v: number, iteration: OpIteration, leader: number): void {
    const uses = this.groups[this.groupOf[leader]];
    const lead = iterationOf(this.graph, leader)!;
    const own = lead.dimensions.map(({ name }) =>
      iteration.dimensions.findIndex((each) => each.name === name),
    );
    iteration.inputs.forEach((input, i) => {
      const tensor = this.readBy(v, i);
      if (tensor !== undefined) uses.push({ tensor, axisOf: this.axesOf(tensor, input, own) });
    });
    for (const parameter of iteration.parameters) {
      const weights = lead.parameters.findIndex((each) => liesAs(each, lead, parameter, iteration));
      if (weights === -1) continue;
      const tensor = this.weightsOf[leader][weights];
      uses.push({ tensor, axisOf: this.axesOf(tensor, parameter, own) });
    }
    iteration.outputs.forEach((output, port) => {
      const tensor = this.madeBy[v][port];
      const axisOf = this.axesOf(tensor, output, own);
      const sums = own.map((d) => iteration.sums.includes(d) && !output.along.includes(d));
      uses.push({ tensor, axisOf, sums });
    });
  }

  /** For each dimension of the group the axis of the stored tensor that a use has along it. */
  private axesOf(tensor: number, view: TensorAxes, own: readonly number[]): number[] {
    const pairs = pairsOf({ shape: this.tensors[tensor].shape, along: [] }, view);
    return own.map((d) => {
      const at = d === -1 ? -1 : view.along.indexOf(d);
      if (at === -1) return WHOLE_LABEL;
      return pairs.find(([, to]) => to === at)?.[0] ?? FOREIGN_AXIS;
    });
  }
}

/** Whether two tensors have one shape, along dimensions of the same names. */
function liesAs(one: TensorAxes, of: OpIteration, other: TensorAxes, otherOf: OpIteration): boolean {
  const namesOf = ({ along }: TensorAxes, { dimensions }: OpIteration) =>
    along.map((d) => (d === WHOLE ? "" : dimensions[d].name)).join();
  return one.shape.join() === other.shape.join() && namesOf(one, of) === namesOf(other, otherOf);
}
