/** Reads what can be drawn of a folder. */
import { InputError } from "../../../env/model/errors.ts";
import { descriptionIn, runNames } from "../run-description.ts";
import { controlsIn } from "./controls.ts";
import type { RecordedRun } from "./recorded-run.ts";
import { trainedIn } from "./trained-run.ts";

/** The run of a folder, or the controls of a comparison. Throws a sentence where it is neither. */
export function recordedIn(folder: string): RecordedRun[] {
  const description = descriptionIn(folder);
  if (description === null)
    throw new InputError(`"${folder}" holds neither a training run nor a comparison: run.json is missing.`);
  if (description.kind === "tune" || description.kind === "evaluate")
    throw new InputError(
      `"${folder}" holds ${runNames[description.kind]}, which has no curve; name a run or a comparison.`,
    );
  return description.kind === "compare" ? controlsIn(folder) : [trainedIn(folder, description)];
}
