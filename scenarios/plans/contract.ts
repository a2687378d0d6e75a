/**
 * `PlanReader`: what reads plans of one published format. A new format is one file with a
 * `PlanReader` and one line in the registry of `index.ts`. Recognition, checks of claims, the
 * command line and the tests over the registry then cover it.
 */
import type { Plan } from "../../env/model/plan/plan.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { Query } from "../../env/model/user/query.ts";
import type { SourceFile } from "../import/source-file.ts";
import type { PlanClaim } from "./claims.ts";

/** How sentences name the file. */
export const PLAN_FILE = "Plan file";

export interface PlanReader {
  /** One word, as `?format=NAME` takes it. */
  readonly name: string;
  /** One line: what the format is and which program writes it. */
  readonly summary: string;
  /** Given where files of a graph can hold a plan for that graph. */
  readonly inGraphs?: true;
  /** What the user may set, by name; `format` is taken always. */
  readonly options?: Readonly<Record<string, string>>;
  /** Whether the content is of this format; cheap. Throws where JSON is broken. */
  recognises(file: SourceFile, scenario: Scenario): boolean;
  /**
   * Null where the file holds a graph and no plan. Post: a valid plan. Throws `InputError`, one
   * sentence without the file's name.
   */
  read(file: SourceFile, scenario: Scenario, options: Query): PlanRead | null;
}

export interface PlanRead {
  readonly plan: Plan;
  /** What the file says that the plan scores. */
  readonly claims: readonly PlanClaim[];
  /** What was assumed or left out, as sentences. */
  readonly notes: readonly string[];
}
