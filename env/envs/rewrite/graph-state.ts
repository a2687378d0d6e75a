/** `GraphState`: the rewrites that an episode of `Rewrite/Graph-v1` has made, in order. */
import { z } from "zod";
import { InputError } from "../../model/errors.ts";
import { type Rewrite, Rewriting } from "../../model/graph/rewriting/rewritten.ts";
import type { Substitution } from "../../model/graph/rewriting/substitution.ts";
import { opsOf, opType } from "../../model/graph/rewriting/term-ops.ts";
import { type RewritingPlan, rewritingOn } from "../../model/plan/rewriting.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { RewriteView } from "../../parts/rewrite-observation.ts";
import type { PlanState } from "../plan-state.ts";
import { parseSaved } from "../saved-state.ts";

/** What all plans of an env share. */
export interface RewriteWorld {
  readonly scenario: Scenario;
  readonly substitutions: readonly Substitution[];
  /** Places of each substitution that actions can name. */
  readonly mostPlaces: number;
  /** Rewrites after which an episode has to stop. */
  readonly mostRewrites: number;
  readonly device: number;
}

const rewritesSchema = z.array(z.strictObject({ substitution: z.string(), place: z.int().min(0) }));
const savedSchema = z.object({ rewrites: rewritesSchema });

export class GraphState implements PlanState<readonly Rewrite[]>, RewriteView {
  readonly world: RewriteWorld;
  private rewriting: Rewriting;
  private counts: readonly number[] | null = null;

  constructor(world: RewriteWorld) {
    this.world = world;
    this.rewriting = new Rewriting(world.scenario.graph);
  }

  get decisions(): readonly Rewrite[] {
    return this.rewriting.rewrites;
  }

  get substitutions(): readonly string[] {
    return this.world.substitutions.map(({ text }) => text);
  }

  get mostPlaces(): number {
    return this.world.mostPlaces;
  }

  /** None once the episode has made all rewrites that it may make. */
  get placeCounts(): readonly number[] {
    const { substitutions, mostPlaces, mostRewrites } = this.world;
    this.counts ??= substitutions.map((substitution) =>
      this.decisions.length >= mostRewrites ? 0 : this.rewriting.places(substitution, mostPlaces).length,
    );
    return this.counts;
  }

  get typeCounts(): ReadonlyMap<string, number> {
    const { graph, reached } = this.rewriting.site;
    const counts = new Map<string, number>();
    for (const op of opsOf(graph, reached)) {
      const type = op.operator === "whole" ? this.world.scenario.graph.types[op.op] : opType(op);
      counts.set(type, (counts.get(type) ?? 0) + 1);
    }
    return counts;
  }

  begin(): void {
    this.take([]);
  }

  /** Pre: the substitution has the place. */
  act(rewrite: Rewrite): void {
    this.rewriting.apply(rewrite);
    this.counts = null;
  }

  plan(): RewritingPlan {
    return this.planOf(this.decisions);
  }

  planOf(decisions: readonly Rewrite[]): RewritingPlan {
    return rewritingOn(this.world.scenario, decisions, this.world.device);
  }

  keep(decisions: readonly Rewrite[]): Rewrite[] {
    return decisions.map((rewrite) => ({ ...rewrite }));
  }

  checkKept(kept: unknown, owner: string, within: string): readonly Rewrite[] {
    return this.checked(parseSaved(owner, rewritesSchema, kept, within), owner).rewrites;
  }

  set({ decisions, counts }: GraphState): void {
    this.take(decisions);
    this.counts = counts;
  }

  save(): z.infer<typeof savedSchema> {
    return { rewrites: this.keep(this.decisions) };
  }

  restore(fields: object, owner: string): void {
    this.rewriting = this.checked(parseSaved(owner, savedSchema, fields).rewrites, owner);
    this.counts = null;
  }

  private take(rewrites: readonly Rewrite[]): void {
    const rewriting = new Rewriting(this.world.scenario.graph);
    for (const rewrite of rewrites) rewriting.apply(rewrite);
    this.rewriting = rewriting;
    this.counts = null;
  }

  private checked(rewrites: readonly Rewrite[], owner: string): Rewriting {
    const rewriting = new Rewriting(this.world.scenario.graph);
    const texts = new Set(this.substitutions);
    for (const rewrite of rewrites) {
      if (!texts.has(rewrite.substitution) || rewrite.place >= this.mostPlaces)
        throw new InputError(
          `The saved state of ${owner} has place ${rewrite.place} of "${rewrite.substitution}", which is no action there.`,
        );
      rewriting.apply(rewrite);
    }
    return rewriting;
  }
}
