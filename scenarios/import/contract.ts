/**
 * `Importer`: what reads one file format. A new format is one file with an `Importer` and one line
 * in the registry of `index.ts`; recognition, options, errors, the report, the command line and the
 * fuzz test then cover it.
 *
 * An importer says what it found and nothing more: the graph, and of the other parts of a scenario
 * those that the file really describes. Parts that it leaves out (mostly the cluster) are chosen by
 * the caller, and the report says which.
 */

import type { Grouping } from "../../env/model/coarsen/grouping.ts";
import type { Fidelity } from "../../env/model/fidelity/fidelity.ts";
import type { OpGraph } from "../../env/model/graph/graph.ts";
import type { Placement } from "../../env/model/plan/placement.ts";
import type { Query } from "../../env/model/query.ts";
import type { Objective, Scenario } from "../../env/model/scenario.ts";
import type { SourceFile } from "./source-file.ts";

export interface Importer {
  /** One word, as `?format=NAME` takes it. */
  readonly name: string;
  /** One line: what the format is and which program writes it. */
  readonly summary: string;
  /**
   * Endings of file names in this format, with the dot and in small letters. They make a path a
   * file, not its format.
   */
  readonly extensions: readonly string[];
  /**
   * What the user may set, by name: `batch`, or `dim.*` for any name behind `dim.`. All values are
   * text; the importer checks them. `cluster` and `format` are everybody's, and so are the options
   * of groups and networks.
   */
  readonly options?: Readonly<Record<string, string>>;
  /**
   * Whether the file is of this format: cheap, by its content, and true also for damaged files
   * where they can be told.
   */
  recognises(file: SourceFile): boolean;
  /**
   * `options` are what the user set, of those that the importer declares.
   *
   * Throws `InputError`, one sentence without the file's name, for every way in which the file can
   * be wrong.
   */
  read(file: SourceFile, options: Query): Imported;
}

/** Everything but the graph and the report may be missing. */
export interface Imported extends Partial<Omit<Scenario, "graph">> {
  readonly graph: OpGraph;
  readonly grouping?: Grouping;
  readonly objective?: Objective;
  readonly fidelity?: Fidelity;
  /**
   * Said where times are measured on an accelerator, whichever: the CPUs of a named cluster then
   * take no part.
   */
  readonly timesHoldOn?: "accelerators";
  /** Placements that the file brings along, with the results it expects. */
  readonly runs?: readonly ImportedRun[];
  readonly report: ImportReport;
}

/** In sentences, so that they can be shown as they are. */
export interface ImportReport {
  /** Format with version, producer, model: `ONNX model, IR version 8, opset 17, by pytorch 2.1`. */
  readonly recognised: string;
  /**
   * What the file does not say and was taken to be: units, batch, share of the backward pass, sizes
   * of unknown dimensions.
   */
  readonly assumed: readonly string[];
  /** What the file says and the scenario does not hold. */
  readonly dropped: readonly string[];
}

/** A placement in a file, with the results that the file gives for it. */
export interface ImportedRun {
  /** How the placement was made. */
  readonly kind: string;
  readonly plan: Placement;
  readonly expected: {
    readonly makespanUs?: number;
    readonly startUs?: readonly number[];
    readonly peakBytes?: readonly number[];
  };
}
