/**
 * The picture of a scored plan as files: the Gantt chart of a placement, or the schedule of a
 * pipeline. PNG needs a browser, as for `report`.
 */
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { InputError } from "../../env/model/errors.ts";
import type { Explanation } from "../../env/sim/timeline/explain/explanation.ts";
import type { ScoredPlan } from "../../env/sim/timeline/scored-plan.ts";
import { writeAtomically } from "../../results/files/atomic.ts";
import { ganttSvg } from "../../results/page/drawing/gantt-svg.ts";
import { pipelineDrawing } from "../../results/page/drawing/pipeline-drawing.ts";
import { scheduleSvg } from "../../results/page/drawing/schedule-svg.ts";
import { writeOutput } from "../files.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { browserOn, drawPng, NO_BROWSER } from "./report/browser.ts";

/** Flags of every command that draws a plan. */
export const pictureFlags = {
  svg: {
    type: "text",
    placeholder: "FILE",
    describe: "draw the step here as SVG: the Gantt chart of a placement, the schedule of a pipeline",
    defaultText: "none",
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
}

export const wantsPicture = ({ svg, png }: PictureFiles): boolean => svg !== undefined || png !== undefined;

/** `plan` names the plan in the picture; `told` has the critical path of a placement. */
export async function writePictures(
  { svg, png }: PictureFiles,
  { scored, plan, told }: { scored: ScoredPlan; plan: string; told: Explanation | null },
  terminal: Terminal,
): Promise<void> {
  if (!wantsPicture({ svg, png })) return;
  const picture = pictureOf(scored, { plan, told, flag: svg === undefined ? "--png" : "--svg" });
  if (svg !== undefined) writeOutput(svg, picture, terminal);
  if (png !== undefined) await writePng(png, picture, terminal);
}

function pictureOf(
  scored: ScoredPlan,
  { plan, told, flag }: { plan: string; told: Explanation | null; flag: string },
): string {
  const { scenario, spec, bound, timeline, pipeline, sharding } = scored;
  if (pipeline !== null) return scheduleSvg(pipelineDrawing(pipeline, plan));
  if (sharding !== null) throw notDrawn(flag);
  if (timeline === null) throw notSimulated(scored, flag);
  const boundUs = spec.unit === "us" ? bound.value : 0;
  return ganttSvg(scenario, { timeline, criticalPath: told?.criticalPath }, { plan, bound: boundUs });
}

export const notSimulated = ({ spec }: ScoredPlan, flag: string): InputError =>
  new InputError(
    `${flag} draws when ops run, which the objective ${spec.id} does not say; --objective makespan simulates a step.`,
  );

export const notDrawn = (flag: string): InputError =>
  new InputError(
    `${flag} draws placements and pipelines, and the plan is a sharding; take "simulate" alone.`,
  );

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
