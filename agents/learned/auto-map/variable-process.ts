/**
 * Auto-MAP's decisions on a sharding (Wang et al., arXiv 2007.04069), one variable after another. A
 * variable is a weight or an input, or those of equal ops where these are decided at once. Action
 * 0 keeps it whole, action 1 + k divides its k-th dimension. What follows by propagation is not
 * asked, nor is what is linked with a variable that stays whole
 * (env/model/layout/propagation/linkage.ts).
 *
 * Weights come first, the largest ones before others, then inputs: an input's batch would divide
 * all that is left. A decision fails where an op cannot follow its neighbours, unless such ops
 * are to gather what they need (`conflicts: "reshard"`).
 *
 * A state has one byte for each variable: not decided, whole, divided along one of its own
 * dimensions, or along another one.
 */

import type { Mesh } from "../../../env/model/layout/mesh.ts";
import { sizesOf } from "../../../env/model/layout/mesh.ts";
import { Divisions } from "../../../env/model/layout/propagation/divisions.ts";
import { completedPlan } from "../../../env/model/layout/propagation/infer-rest.ts";
import { isRuledOut, type Linkage, unmetOp } from "../../../env/model/layout/propagation/linkage.ts";
import type { PropagationRules } from "../../../env/model/layout/propagation/rules.ts";
import { divideTile, type Tile } from "../../../env/model/layout/propagation/tiles.ts";
import type { ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { DecisionProcess, StepEnd } from "../../training/algorithms/rainbow/process.ts";

export const conflictRules = ["fail", "reshard"] as const;

export interface VariableWorld {
  readonly rules: PropagationRules;
  readonly mesh: Mesh;
  readonly tiles: readonly Tile[];
  readonly linkage: Linkage;
  readonly conflicts: (typeof conflictRules)[number];
  /** Fields of the plan that nothing decides. */
  readonly rest: Pick<ShardingPlan, "memory">;
}

/** The tiles of one op, or of equal ops, along one mesh axis. */
export interface Variable {
  readonly ops: readonly number[];
  readonly axis: number;
  /** Numbers of its tiles. */
  readonly tiles: readonly number[];
  readonly bytes: number;
  readonly isInput: boolean;
}

/** In the order of their decisions. */
export function variablesOf({ graph }: PropagationRules, tiles: readonly Tile[]): Variable[] {
  const found = new Map<string, Variable>();
  for (const [i, { ops, axis, bytes }] of tiles.entries()) {
    const key = `${ops[0]} ${axis}`;
    const isInput = graph.parameterBytes[ops[0]] === 0;
    const before = found.get(key)?.tiles ?? [];
    found.set(key, { ops, axis, bytes, isInput, tiles: [...before, i] });
  }
  const order = [...found.values()];
  return order.sort((a, b) => Number(a.isInput) - Number(b.isInput) || b.bytes - a.bytes);
}

const UNDECIDED = 0;
const WHOLE = 1;
/** Divided along its k-th own dimension. */
const DIVIDED = 2;

export class VariableProcess implements DecisionProcess {
  readonly variables: readonly Variable[];
  readonly actions: number;
  readonly stateBytes: number;
  readonly columns: number;
  readonly state: Uint8Array;
  readonly mask: Uint8Array;
  private readonly world: VariableWorld;
  private readonly empty: Divisions;
  private readonly divisions: Divisions;
  private readonly trial: Divisions;
  /** Seen of each variable, whatever the state. */
  private readonly fixed: readonly Float32Array[];
  private current = 0;

  constructor(world: VariableWorld) {
    const { rules, mesh, tiles } = world;
    this.world = world;
    this.variables = variablesOf(rules, tiles);
    this.actions = 1 + Math.max(0, ...this.variables.map((variable) => variable.tiles.length));
    this.stateBytes = this.variables.length;
    this.state = new Uint8Array(this.stateBytes);
    this.mask = new Uint8Array(this.actions);
    this.empty = new Divisions(rules, sizesOf(mesh), true);
    this.divisions = this.empty.copy();
    this.trial = this.empty.copy();
    this.fixed = fixedColumns(world, this.variables);
    this.columns = this.variables.length * (this.codes + 1) + FIXED;
  }

  get mesh(): Mesh {
    return this.world.mesh;
  }

  /** Bytes of a state are below it. */
  private get codes(): number {
    return DIVIDED + this.actions;
  }

  reset(): StepEnd {
    this.divisions.take(this.empty);
    this.state.fill(UNDECIDED);
    return this.goOn();
  }

  step(action: number): StepEnd {
    this.apply(this.divisions, action);
    this.state[this.current] = action === 0 ? WHOLE : DIVIDED + action - 1;
    if (this.world.conflicts === "fail" && unmetOp(this.divisions) !== -1) return "failed";
    return this.goOn();
  }

  fails(action: number): boolean {
    if (this.world.conflicts !== "fail") return false;
    this.trial.take(this.divisions);
    this.apply(this.trial, action);
    return unmetOp(this.trial) !== -1;
  }

  see(state: Uint8Array, row: Float32Array): void {
    const { codes } = this;
    for (let v = 0; v < state.length; v++) row[v * codes + state[v]] = 1;
    const current = state.indexOf(UNDECIDED);
    const start = state.length * codes;
    row[start + current] = 1;
    row.set(this.fixed[current], start + state.length);
  }

  plan(): ShardingPlan {
    return completedPlan(this.divisions, this.world);
  }

  /** What is divided, before stuck ops are decided. */
  key(): string {
    return this.divisions.key();
  }

  private apply(divisions: Divisions, action: number): void {
    const variable = this.variables[this.current];
    if (action === 0) this.keepWhole(divisions, variable);
    else divideTile(divisions, this.world.tiles[variable.tiles[action - 1]]);
  }

  private keepWhole(divisions: Divisions, { tiles }: Variable): void {
    const { dimensionStart } = this.world.rules;
    for (const i of tiles) {
      const { ops, dimension, axis } = this.world.tiles[i];
      for (const op of ops) divisions.bar(dimensionStart[op] + dimension, axis);
    }
  }

  /** On to the next variable that has something to decide; notes what the others have come to. */
  private goOn(): StepEnd {
    const { state, variables, mask } = this;
    for (let v = 0; v < variables.length; v++) {
      if (state[v] !== UNDECIDED) continue;
      state[v] = this.followed(variables[v]);
      if (state[v] !== UNDECIDED) continue;
      this.noteLegal(variables[v]);
      if (mask.indexOf(1, 1) !== -1) {
        this.current = v;
        return this.open(v);
      }
      this.keepWhole(this.divisions, variables[v]);
      state[v] = WHOLE;
    }
    return "done";
  }

  /** Variables behind the current one are looked at too, so that a state tells all that follows. */
  private open(current: number): StepEnd {
    const { state, variables } = this;
    for (let v = current + 1; v < variables.length; v++)
      if (state[v] === UNDECIDED) state[v] = this.followed(variables[v]);
    return "open";
  }

  /** What propagation has made of a variable. */
  private followed({ ops, axis, tiles }: Variable): number {
    const { rules } = this.world;
    const [first] = ops;
    if (ops.every((op) => this.divisions.isOpen(op, axis))) return UNDECIDED;
    const divided = this.divisions.dimensionBy(first, axis) - rules.dimensionStart[first];
    const own = tiles.findIndex((tile) => this.world.tiles[tile].dimension === divided);
    return DIVIDED + (own === -1 ? this.actions - 1 : own);
  }

  private noteLegal({ tiles }: Variable): void {
    this.mask.fill(0);
    this.mask[0] = 1;
    tiles.forEach((tile, k) => {
      this.mask[1 + k] = Number(this.mayTake(tile));
    });
  }

  /** All its ops can be divided so, and nothing that is linked with it was kept whole. */
  private mayTake(tile: number): boolean {
    const { rules, tiles, linkage, conflicts } = this.world;
    const { ops, dimension, axis } = tiles[tile];
    if (!ops.every((op) => this.divisions.mayDivide(rules.dimensionStart[op] + dimension, axis)))
      return false;
    return conflicts === "reshard" || !isRuledOut(this.divisions, linkage, tiles, tile);
  }
}

const FIXED = 6;

/** Of each variable shares of bytes and ops, what it is, and how long its dimensions are. */
function fixedColumns({ rules, tiles }: VariableWorld, variables: readonly Variable[]): Float32Array[] {
  const most = Math.max(1, ...variables.map(({ bytes }) => bytes));
  const ops = Math.max(1, ...variables.map((variable) => variable.ops.length));
  return variables.map((variable) => {
    const sizes = variable.tiles.map((tile) => {
      const { ops: own, dimension } = tiles[tile];
      return Math.log2(1 + rules.sizeOf[rules.dimensionStart[own[0]] + dimension]) / 16;
    });
    return Float32Array.of(
      variable.bytes / most,
      Math.log2(1 + variable.bytes) / 32,
      variable.ops.length / ops,
      Number(variable.isInput),
      sizes[0] ?? 0,
      sizes[1] ?? 0,
    );
  });
}
