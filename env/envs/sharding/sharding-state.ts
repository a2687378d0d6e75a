/**
 * `ShardingState`: the tiles that an episode of `Sharding/Mesh-v1` has decided on, in order. All
 * else follows from them by propagation.
 */
import { z } from "zod";
import { InputError } from "../../model/errors.ts";
import type { Mesh } from "../../model/layout/mesh.ts";
import { sizesOf } from "../../model/layout/mesh.ts";
import { Divisions } from "../../model/layout/propagation/divisions.ts";
import { completedPlan, type OpAxis, stuckOps } from "../../model/layout/propagation/infer-rest.ts";
import type { PropagationRules } from "../../model/layout/propagation/rules.ts";
import { divideTile, type Tile } from "../../model/layout/propagation/tiles.ts";
import type { ShardingPlan } from "../../model/plan/sharding.ts";
import type { ShardingView } from "../../parts/views/sharding-view.ts";
import type { PlanState } from "../plan-state.ts";
import { parseSaved } from "../saved-state.ts";

/** What all plans of an env share. */
export interface ShardingWorld {
  readonly rules: PropagationRules;
  readonly mesh: Mesh;
  readonly tiles: readonly Tile[];
  readonly rest: Pick<ShardingPlan, "collective" | "memory" | "sync">;
}

const tilesSchema = z.array(z.int().min(0));
const savedSchema = z.object({ tiles: tilesSchema });

export class ShardingState implements PlanState<readonly number[]>, ShardingView {
  readonly divisions: Divisions;
  private readonly world: ShardingWorld;
  private decided: number[] = [];

  constructor(world: ShardingWorld) {
    this.world = world;
    this.divisions = new Divisions(world.rules, sizesOf(world.mesh), true);
  }

  get tiles(): readonly Tile[] {
    return this.world.tiles;
  }

  get decisions(): readonly number[] {
    return [...this.decided];
  }

  stuck(): readonly OpAxis[] {
    return stuckOps(this.divisions);
  }

  begin(): void {
    this.take([]);
  }

  /** May every op of the tile be divided so now? */
  mayTile(tile: number): boolean {
    const { ops, dimension, axis } = this.tiles[tile];
    const { dimensionStart } = this.world.rules;
    return ops.every((op) => this.divisions.mayDivide(dimensionStart[op] + dimension, axis));
  }

  /** Pre: `mayTile`. */
  act(tile: number): void {
    divideTile(this.divisions, this.tiles[tile]);
    this.decided.push(tile);
  }

  plan(): ShardingPlan {
    return completedPlan(this.divisions, this.world);
  }

  planOf(decisions: readonly number[]): ShardingPlan {
    if (decisions.length === this.decided.length && decisions.every((tile, i) => tile === this.decided[i]))
      return this.plan();
    const other = new ShardingState(this.world);
    other.take(decisions);
    return other.plan();
  }

  keep(decisions: readonly number[]): number[] {
    return [...decisions];
  }

  checkKept(kept: unknown, owner: string, within: string): readonly number[] {
    return this.checked(parseSaved(owner, tilesSchema, kept, within), owner);
  }

  set(other: ShardingState): void {
    this.divisions.take(other.divisions);
    this.decided = [...other.decided];
  }

  save(): z.infer<typeof savedSchema> {
    return { tiles: [...this.decided] };
  }

  restore(fields: object, owner: string): void {
    this.take(this.checked(parseSaved(owner, savedSchema, fields).tiles, owner));
  }

  private take(decisions: readonly number[]): void {
    this.divisions.take(new Divisions(this.world.rules, this.divisions.sizes, true));
    this.decided = [];
    for (const tile of decisions) this.act(tile);
  }

  private checked(decisions: readonly number[], owner: string): readonly number[] {
    const replay = new ShardingState(this.world);
    for (const tile of decisions) {
      if (tile >= this.tiles.length || !replay.mayTile(tile))
        throw new InputError(`The saved state of ${owner} has tile ${tile}, which is not legal there.`);
      replay.act(tile);
    }
    return decisions;
  }
}
