/** `Suite`: a named set of scenarios as data, and why these. */
import type { Objective } from "../../env/model/scenario.ts";

export interface Suite {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Scenario URIs; of a suite of files, paths below the folder that the user gives. */
  readonly members: readonly string[];
  /** Why these members, and where they differ from what they are named after. */
  readonly why: string;
  /**
   * Of a suite of files: what the files are and where they come from. The package does not hold
   * them.
   */
  readonly files?: string;
  /** Replaces the objective that the members have by themselves. */
  readonly objective?: Objective;
}
