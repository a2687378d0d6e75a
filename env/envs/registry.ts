/**
 * The registry of environments: `makeEnv("Placement/Refine-v1", { scenario })`.
 *
 * Ids are `Namespace/Name-vN`, as in Gymnasium. A version moves when an old plan would score
 * differently. So there is no default version: an id without one, or with one that is not known, is
 * refused with a sentence.
 */
import type { Env } from "../contract.ts";
import { InputError } from "../model/errors.ts";
import type { PlanKindName } from "../model/plan/plan.ts";
import type { Objective, Scenario } from "../model/scenario.ts";
import { notKnown } from "../model/suggest.ts";
import type { AssignObservation } from "../parts/assign-observation.ts";
import type { CutsObservation } from "../parts/cuts-observation.ts";
import type { HybridObservation } from "../parts/hybrid-observation.ts";
import type { PlacementObservation } from "../parts/observation.ts";
import type { ObservationPart } from "../parts/observation-part.ts";
import type { ReductionObservation } from "../parts/reduction-observation.ts";
import type { ShardingObservation } from "../parts/sharding-observation.ts";
import type { TypesObservation } from "../parts/types-observation.ts";
import {
  createTablesEnv,
  TABLES_ID,
  type TablesEnv,
  type TablesOptions,
  tablesOptions,
} from "./embedding/tables.ts";
import type { TablesObservation } from "./embedding/tables-observation.ts";

import {
  createHybridEnv,
  HYBRID_ID,
  type HybridEnv,
  type HybridOptions,
  hybridOptions,
} from "./hybrid/plan.ts";

import {
  ASSIGN_ID,
  type AssignEnv,
  type AssignOptions,
  assignOptions,
  createAssignEnv,
} from "./pipeline/assign.ts";
import { CUTS_ID, type CutsEnv, type CutsOptions, createCutsEnv, cutsOptions } from "./pipeline/cuts.ts";
import { pipelineOptions } from "./pipeline/pipeline-parts.ts";
import { createOneShotEnv, ONE_SHOT_ID, type OneShotEnv } from "./placement/one-shot.ts";
import { placementOptions } from "./placement/placement-parts.ts";
import {
  createProgressiveEnv,
  PROGRESSIVE_ID,
  type ProgressiveEnv,
  type ProgressiveOptions,
  progressiveOptions,
} from "./placement/progressive.ts";
import {
  createRefineEnv,
  REFINE_ID,
  type RefineEnv,
  type RefineOptions,
  refineOptions,
} from "./placement/refine.ts";
import {
  createTypesEnv,
  TYPES_ID,
  type TypesEnv,
  type TypesOptions,
  typesOptions,
} from "./provision/types.ts";
import {
  createProgramEnv,
  PROGRAM_ID,
  type ProgramEnv,
  type ProgramOptions,
  programOptions,
} from "./reduction/program.ts";
import { createMeshEnv, MESH_ID, type MeshEnv, type MeshOptions, meshOptions } from "./sharding/mesh.ts";

/**
 * The class of each env by its id, for observations of a given type. Envs of others add a line to
 * this interface by declaration merging; ids without a line are a plain `Env`. For a pipeline env
 * with an observation of another type, `createCutsEnv` and `createAssignEnv` know the type.
 */
export interface EnvTypes<Observation = PlacementObservation> {
  "Embedding/Tables-v1": TablesEnv<TablesObservation>;
  "Hybrid/Plan-v1": HybridEnv<HybridObservation>;
  "Pipeline/Assign-v1": AssignEnv<AssignObservation>;
  "Pipeline/Cuts-v1": CutsEnv<CutsObservation>;
  "Placement/OneShot-v1": OneShotEnv<Observation>;
  "Placement/Progressive-v1": ProgressiveEnv<Observation>;
  "Placement/Refine-v1": RefineEnv<Observation>;
  "Provision/Types-v1": TypesEnv<TypesObservation>;
  "Reduction/Program-v1": ProgramEnv<ReductionObservation>;
  "Sharding/Mesh-v1": MeshEnv<ShardingObservation>;
}

/** What `makeEnv` answers for an id. */
export type EnvOf<
  Id extends string,
  Observation = PlacementObservation,
> = Id extends keyof EnvTypes<Observation> ? EnvTypes<Observation>[Id] : Env;

/** What every env needs; each one documents its further options. */
export interface MakeEnvOptions<Observation = PlacementObservation> {
  readonly scenario: Scenario;
  /** Default `placementObservation`; what it observes is the type of the env's observations. */
  readonly observation?: (scenario: Scenario) => ObservationPart<Observation>;
  readonly [option: string]: unknown;
}

export interface EnvSpec {
  readonly id: string;
  /** One sentence for lists. */
  readonly summary: string;
  /** Kinds of plan that its envs answer, where they are known; the objective must score one. */
  readonly plans?: readonly PlanKindName[];
  /** Objectives that its envs are made for, where not any that scores their plans. */
  readonly objectives?: readonly Objective[];
  /** Names of all options that `create` takes, where they are known. */
  readonly options?: readonly string[];
  create(options: MakeEnvOptions): Env;
}

const idPattern = /^([A-Za-z][\w-]*\/)?[A-Za-z][\w-]*?-v(\d+)$/;

/** The envs of the package. */
const ownEnvs: readonly EnvSpec[] = [
  {
    id: TABLES_ID,
    summary: "Places embedding tables one after another, Neo's schemes; one evaluation per episode.",
    plans: ["sharding"],
    options: tablesOptions,
    create: (options) => createTablesEnv(options as unknown as TablesOptions) as Env,
  },
  {
    id: HYBRID_ID,
    summary:
      "Chooses schedule, micro-batches, cuts, and how each stage divides its work; one evaluation per episode.",
    plans: ["pipeline"],
    options: hybridOptions,
    create: (options) => createHybridEnv(options as unknown as HybridOptions) as Env,
  },
  {
    id: ASSIGN_ID,
    summary: "Gives each group of layers a device, TAPP's allocation; one evaluation per episode.",
    plans: ["pipeline"],
    options: [...pipelineOptions, ...assignOptions],
    create: (options) => createAssignEnv(options as unknown as AssignOptions) as Env,
  },
  {
    id: CUTS_ID,
    summary: "Walks the layers in order: goes on, or ends a stage with so many replicas.",
    plans: ["pipeline"],
    options: [...pipelineOptions, ...cutsOptions],
    create: (options) => createCutsEnv(options as unknown as CutsOptions) as Env,
  },
  {
    id: ONE_SHOT_ID,
    summary: "One action places all groups; one evaluation per episode.",
    plans: ["placement"],
    options: placementOptions,
    create: (options) => createOneShotEnv(options) as Env,
  },
  {
    id: PROGRESSIVE_ID,
    summary: "Places one group per step in group order; reward at the end, or dense.",
    plans: ["placement"],
    options: [...placementOptions, ...progressiveOptions],
    create: (options) => createProgressiveEnv(options as ProgressiveOptions) as Env,
  },
  {
    id: REFINE_ID,
    summary:
      "Improves a complete placement group by group, Placeto's decision process; one evaluation per step.",
    plans: ["placement"],
    options: [...placementOptions, ...refineOptions],
    create: (options) => createRefineEnv(options as RefineOptions) as Env,
  },
  {
    id: TYPES_ID,
    summary: "Gives each layer a type of rented devices, HeterPS's decision; one evaluation per episode.",
    plans: ["pipeline"],
    objectives: ["cost"],
    options: typesOptions,
    create: (options) => createTypesEnv(options as unknown as TypesOptions) as Env,
  },
  {
    id: PROGRAM_ID,
    summary:
      "Writes a reduction program for each sum of a sharding, P2's instructions; one evaluation per episode.",
    plans: ["sharding"],
    options: programOptions,
    create: (options) => createProgramEnv(options as unknown as ProgramOptions) as Env,
  },
  {
    id: MESH_ID,
    summary:
      "Divides weights and inputs by mesh axes until it stops, AutoMap's decisions; one evaluation per episode.",
    plans: ["sharding"],
    options: meshOptions,
    create: (options) => createMeshEnv(options as unknown as MeshOptions) as Env,
  },
];

/** Own envs, then those that `registerEnv` adds. */
const registry = new Map(ownEnvs.map((spec) => [spec.id, spec]));

/** Adds an env. Throws where the id is malformed or taken. */
export function registerEnv(spec: EnvSpec): void {
  if (!idPattern.test(spec.id))
    throw new InputError(
      `Env id "${spec.id}" is malformed; expected Namespace/Name-vN, such as ${REFINE_ID}.`,
    );
  if (registry.has(spec.id))
    throw new InputError(`Env "${spec.id}" is registered already; give a new version.`);
  registry.set(spec.id, spec);
}

export function envIds(): string[] {
  return [...registry.keys()].sort();
}

export function envSpec(id: string): EnvSpec {
  const spec = registry.get(id);
  if (spec === undefined) throw new InputError(unknownId(id));
  return spec;
}

/**
 * A new env on a scenario, of the class of its id. Each env refuses options that it does not know.
 */
export function makeEnv<Id extends string, Observation = PlacementObservation>(
  id: Id,
  options: MakeEnvOptions<Observation>,
): EnvOf<Id, Observation> {
  return envSpec(id).create(options as MakeEnvOptions) as EnvOf<Id, Observation>;
}

function unknownId(id: string): string {
  const name = withoutVersion(id);
  const newest = newestVersion(name);
  if (newest === null) return notKnown("Env", id, envIds());
  if (name === id) return `${id} has no version; the newest is ${newest}.`;
  return `${id} is not known; the newest is v${versionOf(newest)}.`;
}

const withoutVersion = (id: string) => id.replace(/-v\d+$/, "");
const versionOf = (id: string) => Number(/-v(\d+)$/.exec(id)?.[1]);

function newestVersion(name: string): string | null {
  const versions = envIds().filter((id) => withoutVersion(id) === name);
  return versions.reduce<string | null>(
    (newest, id) => (newest === null || versionOf(id) > versionOf(newest) ? id : newest),
    null,
  );
}
