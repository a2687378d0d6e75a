/**
 * `Sharding/Mesh-v1`: divides dimensions of weights and inputs by axes of a mesh until it stops, as
 * AutoMap does (Schaarschmidt et al., arXiv 2112.02958). After each
 * decision propagation divides what follows from it. So `plan()` always is a whole plan.
 *
 * Action 0 stops. It is legal in every state, so every episode can be completed. Action 1 + i takes
 * tile i, where nothing has divided its ops by this mesh axis so far.
 *
 * Stopping pays the utility of the plan, all other steps pay 0. An episode charges one evaluation.
 */
import type { ActionMask, EnvMetadata } from "../../contract.ts";
import { InputError } from "../../model/errors.ts";
import type { Mesh } from "../../model/layout/mesh.ts";
import { sizesOf } from "../../model/layout/mesh.ts";
import { meshOf } from "../../model/layout/mesh-of.ts";
import { propagationRules } from "../../model/layout/propagation/rules.ts";
import { type Tile, type TileScope, tileScopes, tilesOf } from "../../model/layout/propagation/tiles.ts";
import { replicatedPlan, type ShardingPlan, type ZeroStage } from "../../model/plan/sharding.ts";
import { checkSharding } from "../../model/plan/sharding-checks.ts";
import type { Rng } from "../../model/rng.ts";
import type { ObservationPart } from "../../parts/observation-part.ts";
import { type ShardingObservation, shardingObservation } from "../../parts/sharding-observation.ts";
import type { ShardingView } from "../../parts/views/sharding-view.ts";
import { type Discrete, discrete } from "../../spaces/discrete.ts";
import { type Advance, Episode, type EpisodeParts } from "../episode/episode.ts";
import { type EpisodeOptions, partsForKind } from "../episode/episode-parts.ts";
import { checkOptions, checkResetOptions, returnsUnder, shown } from "../options.ts";
import { renderSharding } from "./render.ts";
import { ShardingState, type ShardingWorld } from "./sharding-state.ts";

export const MESH_ID = "Sharding/Mesh-v1";

/** The action that ends an episode. */
export const STOP = 0;

/** What an episode is about; the plan's own fields have its defaults. */
export interface MeshChoices extends Pick<ShardingPlan, "collective" | "sync"> {
  /** Sizes such as `2x4`, or a mesh; default one axis of all accelerators. */
  readonly mesh?: string | Mesh;
  /** What may be divided; default `arguments`. */
  readonly scope?: TileScope;
  /** Whether equal ops of repeated blocks are decided at once; default true. */
  readonly grouped?: boolean;
  readonly zero?: ZeroStage;
}

export interface MeshOptions<Observation = ShardingObservation> extends EpisodeOptions, MeshChoices {
  /** Default `shardingObservation`. */
  readonly observation?: typeof shardingObservation | ObservationMaker<Observation>;
}

type ObservationMaker<Observation> = (
  tiles: ShardingWorld["tiles"],
  sizes: readonly number[],
) => ObservationPart<Observation, ShardingView>;

export const meshOptions: readonly (keyof MeshOptions)[] = [
  "scenario",
  "evaluator",
  "seed",
  "observation",
  "utility",
  "mesh",
  "scope",
  "grouped",
  "zero",
  "collective",
  "sync",
];

interface MeshParts<Observation> extends EpisodeParts<Observation, ShardingView> {
  readonly world: ShardingWorld;
}

export function createMeshEnv<Observation = ShardingObservation>(
  options: MeshOptions<Observation>,
): MeshEnv<Observation> {
  checkOptions(MESH_ID, options, meshOptions);
  const parts = partsForKind(MESH_ID, options, "sharding", "iteration");
  const world = worldOf(options);
  // Without the option, Observation is its default, which the compiler cannot see here.
  const observation = (options.observation ?? shardingObservation) as ObservationMaker<Observation>;
  return new MeshEnv({ ...parts, world, observation: observation(world.tiles, sizesOf(world.mesh)) });
}

type WorldOptions = Pick<EpisodeOptions, "scenario"> & MeshChoices;

function worldOf({ scenario, mesh, scope = "arguments", grouped = true, ...given }: WorldOptions) {
  if (!tileScopes.includes(scope))
    throw new InputError(`${MESH_ID}: scope is ${shown(scope)}, expected ${tileScopes.join(" or ")}.`);
  const grid = typeof mesh === "object" ? mesh : meshOf(scenario.cluster, mesh);
  const { zero, collective, sync } = given;
  const rest = {
    ...(zero !== undefined && { memory: { zero } }),
    ...(collective !== undefined && { collective }),
    ...(sync !== undefined && { sync }),
  };
  checkSharding(scenario, { ...replicatedPlan(scenario.graph, grid), ...rest });
  const rules = propagationRules(scenario.graph);
  return { rules, mesh: grid, rest, tiles: tilesOf(rules, sizesOf(grid), { scope, grouped }) };
}

export class MeshEnv<Observation> extends Episode<Observation, number, ShardingState, readonly number[]> {
  readonly metadata: EnvMetadata;
  /** 0 to stop, or 1 and the number of a tile. */
  readonly actionSpace: Discrete;
  declare protected readonly parts: MeshParts<Observation>;

  constructor(parts: MeshParts<Observation>, rng?: Rng) {
    super(parts, new ShardingState(parts.world), rng);
    this.metadata = {
      id: MESH_ID,
      plans: ["sharding"],
      renderModes: ["text"],
      returns: returnsUnder(parts.utility, "score"),
    };
    this.actionSpace = discrete(parts.world.tiles.length + 1);
  }

  /** What actions from 1 on decide, in order. */
  get tiles(): readonly Tile[] {
    return this.planState.tiles;
  }

  /** What is divided so far, before the rest is inferred. */
  get split(): ShardingPlan["split"] {
    return this.planState.divisions.splits();
  }

  /** A text that is equal where all ops are divided alike so far. */
  key(): string {
    return this.planState.divisions.key();
  }

  override clone(): MeshEnv<Observation> {
    return super.clone() as MeshEnv<Observation>;
  }

  protected sibling(rng: Rng): MeshEnv<Observation> {
    return new MeshEnv(this.parts, rng);
  }

  protected begin(options: Readonly<Record<string, unknown>>): undefined {
    checkResetOptions(MESH_ID, options);
    this.planState.begin();
    this.utility = 0;
  }

  protected advance(action: number): Advance {
    if (action === STOP) return this.paidAtTheEnd(this.score(this.planState.decisions));
    this.planState.act(action - 1);
    return this.paidAtTheEnd(undefined);
  }

  protected mask(): ActionMask {
    return Uint8Array.from({ length: this.actionSpace.size }, (_, action) =>
      Number(action === STOP || this.planState.mayTile(action - 1)),
    );
  }

  protected checkLegal(action: number): void {
    if (action === STOP || this.planState.mayTile(action - 1)) return;
    const { ops, dimension, axis } = this.planState.tiles[action - 1];
    const { graph } = this.scenario;
    const { name } = graph.iterations![ops[0]]!.dimensions[dimension];
    throw new InputError(
      `${MESH_ID}: "${name}" of op "${graph.names[ops[0]]}" may not be divided by mesh axis ${axis} now; info.actionMask says what may.`,
    );
  }

  protected picture(title: string): string {
    return renderSharding(this.scenario, this.plan(), title);
  }
}
