/**
 * The picture of a scored plan as files: its step over time, or what `--picture` names. PNG needs a
 * browser, as for `report`.
 */
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Frontier } from "../../agents/contract.ts";
import { InputError } from "../../env/model/errors.ts";
import type { Explanation } from "../../env/sim/timeline/explain/explanation.ts";
import type { ScoredPlan } from "../../env/sim/timeline/scored-plan.ts";
import { writeAtomically } from "../../results/files/atomic.ts";
import { ganttSvg } from "../../results/page/drawing/gantt-svg.ts";
import { pipelineDrawing } from "../../results/page/drawing/pipeline-drawing.ts";
import { scheduleSvg } from "../../results/page/drawing/schedule-svg.ts";
import { pictureSvg } from "../../results/page/drawing/shardings/picture.ts";
import {
  frontierPicture,
  isDivided,
  layoutPicture,
  meshPicture,
  stepPicture,
} from "../../results/page/drawing/shardings/plan-pictures.ts";
import { writeOutput } from "../files.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { browserOn, drawPng, NO_BROWSER } from "./comparisons/report/browser.ts";

const pictures = ["step", "layout", "mesh", "frontier"] as const;

/** Flags of every command that draws a plan. */
export const pictureFlags = {
  svg: {
    type: "text",
    placeholder: "FILE",
    describe:
      "draw the step here as SVG: the Gantt chart of a placement, the schedule of a pipeline, the ranks of a sharding",
    defaultText: "none",
  },
  picture: {
    type: "text",
    placeholder: "NAME",
    choices: pictures,
    default: "step",
    describe:
      "what --svg and --png draw: step; of plans that divide ops also layout (how a layer is divided) and mesh " +
      "(its axes on the machines); frontier (time against memory) where the planner tells it",
  },
  png: {
    type: "text",
    placeholder: "FILE",
    describe: "the same picture as PNG; needs chromium, or PLACEMENT_GYM_BROWSER",
    defaultText: "none",
  },
} as const;

export interface PictureFiles {
  readonly svg?: string;
  readonly png?: string;
  readonly picture: string;
}

export const wantsPicture = ({ svg, png }: Omit<PictureFiles, "picture">): boolean =>
  svg !== undefined || png !== undefined;

export interface DrawnPlan {
  readonly scored: ScoredPlan;
  /** Of the plan in the picture. */
  readonly plan: string;
  /** Has the critical path of a placement. */
  readonly told: Explanation | null;
  /** What its planner told of time against memory. */
  readonly frontier?: Frontier;
}

export async function writePictures(
  { svg, png, picture: name }: PictureFiles,
  drawn: DrawnPlan,
  terminal: Terminal,
): Promise<void> {
  if (!wantsPicture({ svg, png })) return;
  const picture =
    name === "step" ? stepOf(drawn, svg === undefined ? "--png" : "--svg") : namedPicture(name, drawn);
  if (svg !== undefined) writeOutput(svg, picture, terminal);
  if (png !== undefined) await writePng(png, picture, terminal);
}

function stepOf({ scored, plan, told }: DrawnPlan, flag: string): string {
  const { scenario, spec, bound, timeline, pipeline } = scored;
  if (pipeline !== null) return scheduleSvg(pipelineDrawing(pipeline, plan));
  if (scored.plan.kind === "sharding") return pictureSvg(stepPicture(scenario, scored.plan, plan));
  if (timeline === null) throw notSimulated(scored, flag);
  const boundUs = spec.unit === "us" ? bound.value : 0;
  return ganttSvg(scenario, { timeline, criticalPath: told?.criticalPath }, { plan, bound: boundUs });
}

export const notSimulated = ({ spec }: ScoredPlan, flag: string): InputError =>
  new InputError(
    `${flag} draws when ops run, which the objective ${spec.id} does not say; --objective makespan simulates a step.`,
  );

function namedPicture(name: string, { scored, plan, frontier }: DrawnPlan): string {
  const { scenario, plan: drawn } = scored;
  if (name === "frontier") {
    if (frontier === undefined || frontier.points.length === 0)
      throw new InputError(
        `--picture frontier draws what a planner tells of time against memory, and ${plan} tells nothing; "solve" with --planner tensoropt does.`,
      );
    return pictureSvg(frontierPicture(scenario, frontier, plan));
  }
  if (!isDivided(drawn))
    throw new InputError(
      `--picture ${name} draws plans that divide ops, and the plan is a ${scored.plan.kind}${scored.plan.kind === "pipeline" ? " without meshes inside" : ""}; --picture step draws any.`,
    );
  return pictureSvg(
    name === "mesh" ? meshPicture(scenario, drawn, plan) : layoutPicture(scenario, drawn, plan),
  );
}

async function writePng(path: string, picture: string, terminal: Terminal): Promise<void> {
  const browser = browserOn(terminal);
  if (browser === null) throw new InputError(NO_BROWSER);
  const drawn = join(dirname(path), `.${process.pid}-placement-gym.svg`);
  writeAtomically(drawn, picture);
  try {
    await drawPng(browser, drawn, path, picture);
  } finally {
    rmSync(drawn, { force: true });
  }
  terminal.note(`Wrote ${path}`);
}
