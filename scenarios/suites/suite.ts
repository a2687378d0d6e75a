/** `Suite`: a named set of scenarios as data, with the reason for their choice. */
import type { Objective } from "../../env/model/scenario.ts";

export interface Suite {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Scenario URIs. For a suite of files: paths below the folder that the user gives. */
  readonly members: readonly string[];
  /** Why these members were chosen, and how they differ from what they are named after. */
  readonly why: string;
  /**
   * For a suite of files: what the files are and where they come from. The package does not contain
   * them.
   */
  readonly files?: string;
  /** Replaces the members' own objective. */
  readonly objective?: Objective;
}
