/**
 * `Embedding/Tables-v1`: places embedding tables one after another, the largest first, as Neo does
 * (Mudigere et al., ISCA 2022). The rest of the network divides the batch over all ranks.
 *
 * With R ranks, action r below R puts the current table whole on rank r. Actions R, R + 1 and R + 2
 * divide it by rows, divide it by columns, or copy it to all ranks. The mask has what fits the
 * memory beside the tables so far. Where nothing fits it has all, so episodes can be completed.
 *
 * The last table pays the utility of the plan, all other steps pay 0. An episode charges one
 * evaluation.
 */
import type { ActionMask, EnvMetadata } from "../../contract.ts";
import { InputError } from "../../model/errors.ts";
import { Role } from "../../model/graph/graph.ts";
import { type EmbeddingTable, embeddingTables } from "../../model/layout/embedding-tables.ts";
import { meshOf } from "../../model/layout/mesh-of.ts";
import { batchPlan } from "../../model/layout/propagation/batch-plan.ts";
import { checkSharding } from "../../model/plan/sharding-checks.ts";
import type { Rng } from "../../model/rng.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { ObservationPart } from "../../parts/observation-part.ts";
import { type Discrete, discrete } from "../../spaces/discrete.ts";
import { type Advance, Episode, type EpisodeParts } from "../episode/episode.ts";
import { type EpisodeOptions, partsForKind } from "../episode/episode-parts.ts";
import { checkOptions, checkResetOptions, returnsUnder } from "../options.ts";
import { renderTables } from "./render.ts";
import { type TablesObservation, tablesObservation } from "./tables-observation.ts";
import { TablesState, type TablesWorld } from "./tables-state.ts";

export const TABLES_ID = "Embedding/Tables-v1";

export interface TablesOptions<Observation = TablesObservation> extends EpisodeOptions {
  /** Default `tablesObservation`. */
  readonly observation?: (world: TablesWorld) => ObservationPart<Observation, TablesState>;
}

export const tablesOptions: readonly (keyof TablesOptions)[] = [
  "scenario",
  "evaluator",
  "seed",
  "observation",
  "utility",
];

interface TablesParts<Observation> extends EpisodeParts<Observation, TablesState> {
  readonly world: TablesWorld;
}

export function createTablesEnv<Observation = TablesObservation>(
  options: TablesOptions<Observation>,
): TablesEnv<Observation> {
  checkOptions(TABLES_ID, options, tablesOptions);
  const parts = partsForKind(TABLES_ID, options, "sharding", "iteration");
  const world = tablesWorld(parts.scenario);
  // Without the option, Observation is its default, which the compiler cannot see here.
  const make = (options.observation ?? tablesObservation) as NonNullable<
    TablesOptions<Observation>["observation"]
  >;
  return new TablesEnv({ ...parts, world, observation: make(world) });
}

/** What all episodes on a scenario share. */
export function tablesWorld(scenario: Scenario): TablesWorld {
  const { graph, cluster, fidelity } = scenario;
  const mesh = meshOf(cluster);
  const base = batchPlan(scenario, mesh);
  checkSharding(scenario, base);
  const tables = embeddingTables(graph);
  const owned = new Set(tables.map(({ op }) => op));
  const copies = 1 + fidelity.optimizerSlots;
  let denseBytes = 0;
  for (let v = 0; v < graph.opCount; v++)
    if (graph.role[v] === Role.forward && !owned.has(v)) denseBytes += graph.parameterBytes[v] * copies;
  const room = mesh.devices.map((device) => cluster.devices[device].memoryBytes - denseBytes);
  return { scenario, base, tables, room, copies };
}

export class TablesEnv<Observation> extends Episode<Observation, number, TablesState, readonly number[]> {
  readonly metadata: EnvMetadata;
  /** A rank, or rows, columns or copies on all ranks. */
  readonly actionSpace: Discrete;
  declare protected readonly parts: TablesParts<Observation>;

  constructor(parts: TablesParts<Observation>, rng?: Rng) {
    super(parts, new TablesState(parts.world), rng);
    this.metadata = {
      id: TABLES_ID,
      plans: ["sharding"],
      renderModes: ["text"],
      returns: returnsUnder(parts.utility, "score"),
    };
    this.actionSpace = discrete(this.planState.actionCount);
  }

  /** In the order of steps. */
  get tables(): readonly EmbeddingTable[] {
    return this.parts.world.tables;
  }

  override clone(): TablesEnv<Observation> {
    return super.clone() as TablesEnv<Observation>;
  }

  protected sibling(rng: Rng): TablesEnv<Observation> {
    return new TablesEnv(this.parts, rng);
  }

  protected begin(options: Readonly<Record<string, unknown>>): undefined {
    checkResetOptions(TABLES_ID, options);
    this.planState.begin();
    this.utility = 0;
  }

  protected advance(action: number): Advance {
    const { decisions } = this.planState;
    if (this.tables.length === 0) return this.paidAtTheEnd(this.score([]));
    const isLast = decisions.length === this.tables.length - 1;
    const outcome = isLast ? this.score([...decisions, action]) : undefined;
    this.planState.act(action);
    return this.paidAtTheEnd(outcome);
  }

  protected mask(): ActionMask {
    return this.planState.legal();
  }

  protected checkLegal(action: number): void {
    if (this.mask()[action] === 1) return;
    const scheme = this.planState.schemeOf(action);
    const way = typeof scheme === "number" ? `whole on rank ${scheme}` : `as ${scheme}`;
    throw new InputError(
      `${TABLES_ID}: the table may not be ${way} now; info.actionMask says what fits the memory.`,
    );
  }

  protected picture(title: string): string {
    return renderTables(this.scenario, this.planState, title);
  }
}
