/**
 * Programs of stages with meshes, and runs of their units, kept for all plans of a scenario. Of
 * stages with one text (stage-part.ts) one program is made. Programs of one form share their runs.
 */
import { type MeshSizes, sizesOf } from "../../../model/layout/mesh.ts";
import { createResharder, type Resharder } from "../../../model/layout/reshard.ts";
import type { ShardingPlan } from "../../../model/plan/sharding.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { partProgram } from "../sharding/program.ts";
import { createForms } from "./program-form.ts";
import { renumbered } from "./renumbered.ts";
import { createStageParts, type StagePart } from "./stage-part.ts";
import { type StageOps, type StageProgram, stageProgram } from "./stage-program.ts";

/** A unit of a share of the batch on the ranks of a replica. */
export interface UnitRun {
  readonly us: number;
  /** The most bytes that each rank has at once, without what other units have left. */
  readonly peakBytes: readonly number[];
}

export interface KnownStage {
  readonly program: StageProgram;
  /** By unit, share and ranks; programs of one form share them. */
  readonly runs: Map<string, UnitRun>;
}

export type StagePrograms = (sharding: ShardingPlan, stage: Omit<StageOps, "graph">) => KnownStage;

/** Programs that are kept. */
const MOST_KEPT = 256;

interface Alike extends KnownStage {
  readonly part: StagePart;
  /** Programs of the stages of one text, by their ops. */
  readonly byOps: Map<string, StageProgram>;
}

export function createStagePrograms(scenario: Pick<Scenario, "graph" | "cluster">): StagePrograms {
  const { graph } = scenario;
  const known = new Map<string, Alike>();
  const runsByForm = new Map<string, KnownStage["runs"]>();
  const formOf = createForms(graph);
  const partOf = createStageParts(scenario);
  const resharderOf = createResharders();
  let kept = 0;

  const forgetMany = (): void => {
    if (kept++ < MOST_KEPT) return;
    known.clear();
    runsByForm.clear();
    kept = 1;
  };
  const made = (sharding: ShardingPlan, ops: StageOps, part: StagePart): Alike => {
    const resharder = resharderOf(sizesOf(sharding.mesh));
    const program = stageProgram(partProgram(scenario, sharding, ops.outside, resharder), ops);
    const form = JSON.stringify([sharding.collective, sharding.memory, formOf(program)]);
    const runs = runsByForm.get(form) ?? new Map<string, UnitRun>();
    forgetMany();
    runsByForm.set(form, runs);
    return { program, runs, part, byOps: new Map([[part.ops.join(), program]]) };
  };

  return (sharding, stage) => {
    const ops = { graph, ...stage };
    const part = partOf(sharding, stage);
    const alike = known.get(part.text) ?? made(sharding, ops, part);
    known.set(part.text, alike);
    const name = part.ops.join();
    let program = alike.byOps.get(name);
    if (program === undefined) {
      program = renumbered(alike.program, alike.part, part, ops);
      forgetMany();
      alike.byOps.set(name, program);
    }
    return { program, runs: alike.runs };
  };
}

function createResharders(): (sizes: MeshSizes) => Resharder {
  const known = new Map<string, Resharder>();
  return (sizes) => {
    const found = known.get(sizes.join()) ?? createResharder(sizes);
    known.set(sizes.join(), found);
    return found;
  };
}
