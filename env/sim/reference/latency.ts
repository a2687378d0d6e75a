/**
 * The specification of the latency objective: the definition with sets of ops, nothing reused from
 * the evaluator. Twin: objectives/latency.ts and objectives/pieces.ts.
 */
import { isCpu } from "../../model/cluster/cluster.ts";
import { transferTimesUs } from "../../model/cluster/output-transfers.ts";
import { runTimesUs } from "../../model/cluster/speed.ts";
import type { Scenario } from "../../model/scenario.ts";
import { type Edge, edgesOf } from "./data-edges.ts";

export interface ReferenceLatency {
  readonly latencyUs: number;
  /** How often a piece was cut because pieces waited for each other. */
  readonly cuts: number;
}

export const referenceLatency = (scenario: Scenario, device: ArrayLike<number>): ReferenceLatency =>
  new Pieces(scenario, device).run();

class Pieces {
  readonly #scenario: Scenario;
  readonly #device: ArrayLike<number>;
  readonly #runUs: Float64Array;
  readonly #transferUs: Float64Array;
  /** In topological order. */
  readonly #ops: readonly number[];
  readonly #into: readonly (readonly Edge[])[];
  readonly #from: readonly (readonly Edge[])[];
  /** Pieces of each accelerator that have not run, first to last. */
  readonly #lines: Set<number>[][];
  readonly #doneUs = new Map<number, number>();
  readonly #freeUs: number[];

  constructor(scenario: Scenario, device: ArrayLike<number>) {
    const { graph, cluster } = scenario;
    const edges = edgesOf(scenario);
    this.#scenario = scenario;
    this.#device = device;
    this.#runUs = runTimesUs(graph, cluster);
    this.#transferUs = transferTimesUs(graph, cluster);
    this.#ops = [...graph.topologicalOrder];
    this.#into = listsOf(graph.opCount, edges, ({ v }) => v);
    this.#from = listsOf(graph.opCount, edges, ({ u }) => u);
    this.#freeUs = cluster.devices.map(() => 0);
    this.#lines = cluster.devices.map((machine, d) => (isCpu(machine) ? [] : this.#piecesOf(d)));
  }

  run(): ReferenceLatency {
    let cuts = 0;
    while (this.#doneUs.size < this.#ops.length) {
      if (this.#runCpuOp() || this.#runReadyPiece()) continue;
      cuts++;
      this.#cutPiece();
    }
    return { latencyUs: Math.max(0, ...this.#doneUs.values()), cuts };
  }

  // ---- Pieces

  /** One piece where no path leaves the ops of the device and comes back, else by numbers. */
  #piecesOf(d: number): Set<number>[] {
    const own = this.#ops.filter((v) => this.#device[v] === d);
    if (own.length === 0) return [];
    const isOn = (v: number) => this.#device[v] === d;
    const after = this.#closure(own, this.#ops, (v) => this.#into[v].map(({ u }) => u));
    const before = this.#closure(own, [...this.#ops].reverse(), (u) => this.#from[u].map(({ v }) => v));
    if (!this.#ops.some((v) => !isOn(v) && after.has(v) && before.has(v))) return [new Set(own)];
    const numbers = new Map<number, number>();
    for (const v of this.#ops) {
      const ahead = this.#into[v].map(({ u }) => numbers.get(u)! + (isOn(u) ? 0 : 1));
      numbers.set(v, Math.max(0, ...ahead));
    }
    const used = [...new Set(own.map((v) => numbers.get(v)!))].sort((a, b) => a - b);
    return used.map((n) => new Set(own.filter((v) => numbers.get(v) === n)));
  }

  /** The ops and all that can be reached from them; `order` has nobody before its neighbours. */
  #closure(ops: readonly number[], order: readonly number[], neighbours: (v: number) => number[]) {
    const reached = new Set(ops);
    for (const v of order) if (neighbours(v).some((u) => reached.has(u))) reached.add(v);
    return reached;
  }

  // ---- Time

  #runCpuOp(): boolean {
    const { cluster } = this.#scenario;
    const isNext = (v: number) =>
      isCpu(cluster.devices[this.#device[v]]) && !this.#doneUs.has(v) && this.#isReady(v, NOTHING);
    const v = this.#ops.find(isNext);
    if (v === undefined) return false;
    const readyUs = Math.max(0, ...this.#into[v].map(({ u }) => this.#doneUs.get(u)!));
    this.#doneUs.set(v, readyUs + this.#runUs[v * cluster.devices.length + this.#device[v]]);
    return true;
  }

  #runReadyPiece(): boolean {
    const isReady = (piece: Set<number>) => [...piece].every((v) => this.#isReady(v, piece));
    const d = this.#lines.findIndex((line) => line.length > 0 && isReady(line[0]));
    if (d === -1) return false;
    this.#runPiece(d, this.#lines[d].shift()!);
    return true;
  }

  /** The piece with the first op that has not run: those of its ops that can run become a piece. */
  #cutPiece(): void {
    const first = this.#ops.find((v) => !this.#doneUs.has(v))!;
    const whole = this.#lines[this.#device[first]].find((piece) => piece.has(first))!;
    const part = new Set<number>();
    for (const v of this.#ops) if (whole.has(v) && this.#isReady(v, part)) part.add(v);
    this.#runPiece(this.#device[first], part);
    for (const v of part) whole.delete(v);
  }

  #isReady(v: number, piece: ReadonlySet<number>): boolean {
    return this.#into[v].every(({ u }) => this.#doneUs.has(u) || piece.has(u));
  }

  #runPiece(d: number, piece: ReadonlySet<number>): void {
    const members = [...piece];
    const outside = members.flatMap((v) => this.#into[v].filter(({ u }) => !piece.has(u)));
    const received = new Set(outside.filter(({ movesData }) => movesData).map(({ u }) => u));
    const isSent = (u: number) => this.#from[u].some(({ v, movesData }) => movesData && !piece.has(v));
    const width = this.#scenario.cluster.devices.length;
    const computeUs = members.reduce((sum, v) => sum + this.#runUs[v * width + d], 0);
    const moved = [...received, ...members.filter(isSent)];
    const loadUs = moved.reduce((sum, u) => sum + this.#transferUs[u], computeUs);
    const startUs = Math.max(this.#freeUs[d], ...outside.map(({ u }) => this.#doneUs.get(u)!));
    this.#freeUs[d] = startUs + loadUs;
    for (const v of members) this.#doneUs.set(v, this.#freeUs[d]);
  }
}

const NOTHING: ReadonlySet<number> = new Set();

function listsOf(count: number, edges: readonly Edge[], keyOf: (edge: Edge) => number): Edge[][] {
  const lists = Array.from({ length: count }, (): Edge[] => []);
  for (const edge of edges) lists[keyOf(edge)].push(edge);
  return lists;
}
