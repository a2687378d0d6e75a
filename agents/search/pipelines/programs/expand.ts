/**
 * A hybrid configuration as a program of DistIR: D replicas of P stages of H ranks, and K
 * micro-batches (Santhanam et al., EuroMLSys 2021: data-parallel, horizontal and pipeline
 * transforms).
 *
 * - All ranks of a stage do the same at once. So the program may have the first rank of each stage
 *   alone, with the costs of collectives of all.
 * - A partial sum is reduced where an op needs it whole. Sums that meet first are reduced once.
 * - Sends follow the units of a step. Gradients of micro-batches are added up in place.
 */
import { type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import { opClasses } from "../../../../env/model/graph/op-classes.ts";
import { dataEdges, iterationOf } from "../../../../env/model/plan/sharding.ts";
import type { RankCosts } from "./costs.ts";
import type { Degrees } from "./degrees.ts";
import type { DistKind, DistOp, DistProgram, DistValue } from "./program.ts";
import { type PipelineUnit, type UnitOrder, unitSteps } from "./unit-order.ts";

export interface Expansion {
  readonly graph: OpGraph;
  /** Stage of each op; negative for inputs of the host. */
  readonly stageOf: Int32Array;
  readonly degrees: Degrees;
  readonly order: UnitOrder;
  readonly costs: RankCosts;
  /** Numbers that the optimizer has for each weight. */
  readonly optimizerSlots: number;
  /** All ranks, or the first of each stage. */
  readonly ranks: "all" | "first";
}

/** Devices are stage by stage, replica by replica, rank by rank. */
export function expandedProgram(expansion: Expansion): DistProgram {
  const writer = new Writer(expansion);
  const { graph, degrees, order } = expansion;
  const trains = graph.role.includes(Role.backward);
  for (const step of unitSteps(degrees.pipeline, degrees.microBatches, order, trains)) {
    for (const unit of step) writer.unit(unit);
    for (const unit of step) writer.leave(unit);
  }
  writer.finish();
  return writer.program;
}

class Writer {
  private readonly given: Expansion;
  private readonly groupSize: number;
  private readonly values: DistValue[] = [];
  private readonly ops: DistOp[] = [];
  private readonly stays: number[] = [];
  /** Value of each port of a micro-batch on a device. */
  private readonly valueOf = new Map<number, number>();
  private readonly partial = new Set<number>();
  private readonly share: number;
  private readonly unitOps = new Map<string, number[]>();
  private readonly once: Uint8Array;
  private readonly fixedPort: Uint8Array;

  constructor(given: Expansion) {
    this.given = given;
    const { graph, degrees, ranks } = given;
    const { data, tensor, microBatches } = degrees;
    this.groupSize = ranks === "all" ? data * tensor : 1;
    this.share = 1 / data / microBatches;
    const { once, fixedPort } = opClasses(graph);
    this.once = once;
    this.fixedPort = fixedPort;
    for (const v of graph.topologicalOrder) {
      if (given.stageOf[v] < 0) continue;
      this.addWeights(v);
      const key = this.phaseOf(v);
      this.unitOps.set(key, [...(this.unitOps.get(key) ?? []), v]);
    }
  }

  get program(): DistProgram {
    const { values, ops, stays } = this;
    return { devices: this.given.degrees.pipeline * this.groupSize, values, ops, given: stays };
  }

  unit({ stage, microBatch, isBackward }: PipelineUnit): void {
    if (microBatch === 0 && !isBackward) for (const v of this.opsOf("once", stage)) this.run(v, 0);
    for (const v of this.opsOf(isBackward ? "backward" : "forward", stage)) this.run(v, microBatch);
  }

  /** Sends what other stages need of a unit. */
  leave({ stage, microBatch, isBackward }: PipelineUnit): void {
    const own = this.opsOf(isBackward ? "backward" : "forward", stage);
    const first = microBatch === 0 && !isBackward ? this.opsOf("once", stage) : [];
    for (const v of [...first, ...own]) this.sendOutputs(v, microBatch, false);
  }

  /** Sums gradients over replicas, adds those of shared weights, and updates. */
  finish(): void {
    const { graph, stageOf, degrees } = this.given;
    for (const v of graph.topologicalOrder) {
      if (stageOf[v] < 0 || graph.role[v] !== Role.backward || this.once[v] === 1) continue;
      for (const port of this.portsOf(v))
        if (this.fixedPort[port] === 1) this.sum(v, port, "data", degrees.data);
    }
    for (const v of graph.topologicalOrder) {
      if (stageOf[v] < 0 || graph.role[v] === Role.forward) continue;
      if (this.once[v] === 1) this.run(v, 0);
      this.sendOutputs(v, 0, true);
    }
  }

  private phaseOf(v: number): string {
    const { graph, stageOf } = this.given;
    if (this.once[v] === 1) return graph.role[v] === Role.forward ? `once ${stageOf[v]}` : "last";
    return `${graph.role[v] === Role.forward ? "forward" : "backward"} ${stageOf[v]}`;
  }

  private opsOf(phase: string, stage: number): readonly number[] {
    return this.unitOps.get(`${phase} ${stage}`) ?? [];
  }

  private portsOf(v: number): number[] {
    const { outputStart } = this.given.graph;
    return Array.from({ length: outputStart[v + 1] - outputStart[v] }, (_, i) => outputStart[v] + i);
  }

  private addWeights(v: number): void {
    const { graph, stageOf, costs, optimizerSlots } = this.given;
    if (graph.parameterBytes[v] === 0) return;
    const bytes = costs.weightBytes(v) * (1 + optimizerSlots);
    for (const device of this.devicesOf(stageOf[v])) this.stays.push(this.values.push({ device, bytes }) - 1);
  }

  private devicesOf(stage: number): number[] {
    return Array.from({ length: this.groupSize }, (_, i) => stage * this.groupSize + i);
  }

  /** Ranks that sum together: those of a tensor group, or equal ones of all replicas. */
  private groups(stage: number, over: "tensor" | "data"): number[][] {
    const devices = this.devicesOf(stage);
    if (this.given.ranks === "first") return [devices];
    const { tensor } = this.given.degrees;
    const groups = new Map<number, number[]>();
    devices.forEach((device, i) => {
      const key = over === "tensor" ? Math.floor(i / tensor) : i % tensor;
      groups.set(key, [...(groups.get(key) ?? []), device]);
    });
    return [...groups.values()];
  }

  private key(port: number, microBatch: number, device: number): number {
    const { graph, degrees } = this.given;
    const m = this.fixedPort[port] === 1 ? 0 : microBatch;
    return (m * graph.outputBytes.length + port) * degrees.pipeline * this.groupSize + device;
  }

  private bytesOf(port: number): number {
    return this.given.costs.outputBytes[port] * (this.fixedPort[port] === 1 ? 1 : this.share);
  }

  private make(port: number, device: number): number {
    return this.values.push({ device, bytes: this.bytesOf(port) }) - 1;
  }

  private add(
    kind: DistKind,
    op: number,
    microBatch: number,
    inputs: number[],
    outputs: number[],
    us: number,
  ) {
    this.ops.push({ kind, op, microBatch, inputs, outputs, us });
  }

  private run(v: number, microBatch: number): void {
    const { graph, stageOf, costs } = this.given;
    const share = this.once[v] === 1 ? 1 : this.share;
    const edges = dataEdges(graph, v).map((e) => ({
      op: graph.edgeSource[e],
      port: graph.outputStart[graph.edgeSource[e]] + graph.edgeOutput[e],
    }));
    const passes = this.passesSums(v, edges, microBatch);
    if (!passes) for (const { op, port } of edges) this.reduce(op, port, microBatch, stageOf[v]);
    for (const device of this.devicesOf(stageOf[v])) {
      const inputs = edges.map(({ port }) => this.need(port, microBatch, device));
      const ports = this.portsOf(v);
      const made = ports.map((port) => this.make(port, device));
      this.add("compute", v, microBatch, inputs, made, costs.opUs(v, share));
      ports.forEach((port, i) => {
        const key = this.key(port, microBatch, device);
        const before = this.valueOf.get(key);
        if (costs.isPartial[port] === 1 || passes) this.partial.add(key);
        if (before === undefined || this.fixedPort[port] === 0) {
          this.valueOf.set(key, made[i]);
          return;
        }
        const sum = this.make(port, device);
        this.add("accumulate", v, microBatch, [before, made[i]], [sum], costs.addUs(this.bytesOf(port)));
        this.valueOf.set(key, sum);
      });
    }
  }

  /** Whether an op adds up partial sums that nobody else needs. */
  private passesSums(v: number, edges: readonly { readonly op: number; readonly port: number }[], m: number) {
    const { graph, stageOf } = this.given;
    const linearIn = iterationOf(graph, v)?.linearIn ?? [];
    if (edges.length === 0 || linearIn.length < edges.length) return false;
    const [device] = this.devicesOf(stageOf[v]);
    return edges.every(
      ({ op, port }) => this.partial.has(this.key(port, m, device)) && usersOf(graph, op, port).length === 1,
    );
  }

  /** Makes a partial sum whole on the ranks of a stage, in place. */
  private reduce(op: number, port: number, microBatch: number, stage: number): void {
    const [device] = this.devicesOf(stage);
    if (!this.partial.has(this.key(port, microBatch, device))) return;
    this.sum(op, port, "tensor", this.given.degrees.tensor, microBatch, stage);
    for (const each of this.devicesOf(stage)) this.partial.delete(this.key(port, microBatch, each));
  }

  private sum(
    op: number,
    port: number,
    over: "tensor" | "data",
    ranks: number,
    microBatch = 0,
    stage = this.given.stageOf[op],
  ): void {
    if (ranks === 1) return;
    for (const group of this.groups(stage, over)) {
      const keys = group.map((device) => this.key(port, microBatch, device));
      const inputs = keys.map((key) => this.valueOf.get(key)!);
      const outputs = group.map((device) => this.make(port, device));
      this.add(
        "all-reduce",
        op,
        microBatch,
        inputs,
        outputs,
        this.given.costs.allReduceUs(this.bytesOf(port), ranks),
      );
      keys.forEach((key, i) => void this.valueOf.set(key, outputs[i]));
    }
  }

  /** The value on a device; what the host makes is there from the start. */
  private need(port: number, microBatch: number, device: number): number {
    const key = this.key(port, microBatch, device);
    const known = this.valueOf.get(key);
    if (known !== undefined) return known;
    const made = this.make(port, device);
    this.stays.push(made);
    this.valueOf.set(key, made);
    return made;
  }

  /** To equal ranks of the stages of its users; gradients of weights only at the end. */
  private sendOutputs(v: number, microBatch: number, atEnd: boolean): void {
    const { graph, stageOf, costs } = this.given;
    for (const port of this.portsOf(v)) {
      if (graph.role[v] === Role.backward && (this.fixedPort[port] === 1) !== atEnd) continue;
      const users = usersOf(graph, v, port).map((user) => stageOf[user]);
      const stages = [...new Set(users)].filter((stage) => stage >= 0 && stage !== stageOf[v]);
      if (stages.length > 0) this.reduce(v, port, microBatch, stageOf[v]);
      for (const stage of stages)
        this.devicesOf(stageOf[v]).forEach((device, i) => {
          const to = this.devicesOf(stage)[i];
          const key = this.key(port, microBatch, to);
          if (this.valueOf.has(key)) return;
          const got = this.make(port, to);
          const from = this.valueOf.get(this.key(port, microBatch, device))!;
          this.add("send", v, microBatch, [from], [got], costs.sendUs(this.bytesOf(port)));
          this.valueOf.set(key, got);
        });
    }
  }
}

function usersOf(
  { outStart, outEdge, edgeOutput, edgeDestination, outputStart }: OpGraph,
  v: number,
  port: number,
) {
  const users: number[] = [];
  for (let i = outStart[v]; i < outStart[v + 1]; i++)
    if (outputStart[v] + edgeOutput[outEdge[i]] === port) users.push(edgeDestination[outEdge[i]]);
  return users;
}
