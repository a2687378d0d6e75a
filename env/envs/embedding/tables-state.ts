/** `TablesState`: how an episode of `Embedding/Tables-v1` has placed the first tables. */
import { z } from "zod";
import { InputError } from "../../model/errors.ts";
import { type EmbeddingTable, type TableScheme, withTables } from "../../model/layout/embedding-tables.ts";
import type { ShardingPlan } from "../../model/plan/sharding.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { PlanState } from "../plan-state.ts";
import { parseSaved } from "../saved-state.ts";

/** What all plans of an env share. */
export interface TablesWorld {
  readonly scenario: Scenario;
  /** The batch divided over all ranks, tables copied. */
  readonly base: ShardingPlan;
  /** In the order in which they are placed. */
  readonly tables: readonly EmbeddingTable[];
  /** Bytes of each rank that are left for tables and their optimizer state. */
  readonly room: readonly number[];
  /** Bytes of a table in use for each byte of it. */
  readonly copies: number;
}

/** Actions behind those of the ranks. */
const DIVIDED: readonly TableScheme[] = ["rows", "columns", "copied"];

const actionsSchema = z.array(z.int().min(0));
const savedSchema = z.object({ actions: actionsSchema });

export class TablesState implements PlanState<readonly number[]> {
  readonly world: TablesWorld;
  private actions: number[] = [];

  constructor(world: TablesWorld) {
    this.world = world;
  }

  get ranks(): number {
    return this.world.room.length;
  }

  /** The table of the next action, -1 after the last one. */
  get current(): number {
    return this.actions.length < this.world.tables.length ? this.actions.length : -1;
  }

  get decisions(): readonly number[] {
    return [...this.actions];
  }

  get actionCount(): number {
    return this.ranks + DIVIDED.length;
  }

  begin(): void {
    this.actions = [];
  }

  schemeOf(action: number): TableScheme {
    return action < this.ranks ? action : DIVIDED[action - this.ranks];
  }

  actionOf(scheme: TableScheme): number {
    return typeof scheme === "number" ? scheme : this.ranks + DIVIDED.indexOf(scheme);
  }

  /** Bytes that the placed tables take on each rank, and what the ranks look up, in bytes. */
  loads(): { readonly bytes: Float64Array; readonly looked: Float64Array } {
    const bytes = new Float64Array(this.ranks);
    const looked = new Float64Array(this.ranks);
    this.actions.forEach((action, i) => {
      const table = this.world.tables[i];
      this.sharesOf(action).forEach(({ held, read }, rank) => {
        bytes[rank] += table.bytes * this.world.copies * held;
        looked[rank] += table.lookedBytes * read;
      });
    });
    return { bytes, looked };
  }

  /** What the table of the next action may be: all that fits, or all where nothing fits. */
  legal(): Uint8Array {
    const mask = new Uint8Array(this.actionCount);
    if (this.current === -1) {
      if (this.world.tables.length === 0) mask[this.actionOf("copied")] = 1;
      return mask;
    }
    const possible = [...mask.keys()].filter((action) => this.isPossible(action));
    const { bytes } = this.loads();
    const own = this.world.tables[this.current].bytes * this.world.copies;
    const fits = (action: number): boolean =>
      this.sharesOf(action).every(({ held }, rank) => bytes[rank] + own * held <= this.world.room[rank]);
    const fitting = possible.filter(fits);
    for (const action of fitting.length > 0 ? fitting : possible) mask[action] = 1;
    return mask;
  }

  /** Pre: legal. */
  act(action: number): void {
    this.actions.push(action);
  }

  plan(): ShardingPlan {
    return this.planOf(this.actions);
  }

  planOf(decisions: readonly number[]): ShardingPlan {
    const { scenario, base, tables } = this.world;
    const schemes = tables
      .slice(0, decisions.length)
      .map((table, i) => ({ table, scheme: this.schemeOf(decisions[i]) }));
    return structuredClone(withTables(scenario.graph, base, schemes));
  }

  keep(decisions: readonly number[]): number[] {
    return [...decisions];
  }

  checkKept(kept: unknown, owner: string, within: string): readonly number[] {
    return this.checked(parseSaved(owner, actionsSchema, kept, within), owner);
  }

  set(other: TablesState): void {
    this.actions = [...other.actions];
  }

  save(): z.infer<typeof savedSchema> {
    return { actions: [...this.actions] };
  }

  restore(fields: object, owner: string): void {
    this.actions = [...this.checked(parseSaved(owner, savedSchema, fields).actions, owner)];
  }

  private checked(decisions: readonly number[], owner: string): readonly number[] {
    const replay = new TablesState(this.world);
    for (const action of decisions) {
      if (replay.legal()[action] !== 1)
        throw new InputError(`The saved state of ${owner} has action ${action}, which is not legal there.`);
      replay.act(action);
    }
    return decisions;
  }

  /** No rank is left without a part. */
  private isPossible(action: number): boolean {
    const { rows, columns } = this.world.tables[this.current];
    const scheme = this.schemeOf(action);
    if (scheme === "rows") return rows >= this.ranks;
    return scheme !== "columns" || columns >= this.ranks;
  }

  /** Shares of a table's bytes that each rank holds, and of its vectors that it looks up. */
  private sharesOf(action: number): { readonly held: number; readonly read: number }[] {
    const scheme = this.schemeOf(action);
    return Array.from({ length: this.ranks }, (_, rank) => {
      if (typeof scheme === "number") return { held: Number(rank === scheme), read: Number(rank === scheme) };
      return { held: scheme === "copied" ? 1 : 1 / this.ranks, read: 1 / this.ranks };
    });
  }
}
