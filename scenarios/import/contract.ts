/**
 * `Importer`: what reads one file format. A new format is one file with an `Importer` and one line
 * in the registry of `index.ts`. Recognition, options, errors, the report, the command line and the
 * fuzz test then cover it.
 *
 * An importer says only what it found: the graph, and the other parts of a scenario that the file
 * describes. The caller chooses the parts that are missing (mostly the cluster), and the report
 * says which.
 */

import type { Grouping } from "../../env/model/coarsen/grouping.ts";
import type { Fidelity } from "../../env/model/fidelity/fidelity.ts";
import type { OpGraph } from "../../env/model/graph/graph.ts";
import type { Placement } from "../../env/model/plan/placement.ts";
import type { Objective, Scenario } from "../../env/model/scenario.ts";
import type { Query } from "../../env/model/user/query.ts";
import type { SourceFile } from "./source-file.ts";

export interface Importer {
  /** One word, as `?format=NAME` takes it. */
  readonly name: string;
  /** One line: what the format is and which program writes it. */
  readonly summary: string;
  /**
   * Extensions of file names, with the dot and in small letters. They decide that a text is a path;
   * the content decides the format.
   */
  readonly extensions: readonly string[];
  /**
   * What the user may set, by name: `batch`, or `dim.*` for any name behind `dim.`. All values are
   * text; the importer checks them. Every format also takes `cluster`, `format` and the options of
   * groups and networks.
   */
  readonly options?: Readonly<Record<string, string>>;
  /**
   * Whether the content is of this format. It is cheap, and also true for damaged files where they
   * can be recognised.
   */
  recognises(file: SourceFile): boolean;
  /**
   * `options` holds what the user set; only options that the importer declares.
   *
   * Throws `InputError`, one sentence without the file's name, for every way in which the file can
   * be wrong.
   */
  read(file: SourceFile, options: Query): Imported;
  /**
   * What the importer knows of an op type, by the name that the format's own list of ops gives it.
   * Formats without op types of their own leave it out.
   */
  readonly coverage?: (type: string) => OpCoverage;
  /**
   * Given where a file can say where its ops run: a spelling of a device, or the number of an
   * accelerator, by name of op. Empty where the file says nothing. `scenarios/plans` reads it.
   */
  devices?(file: SourceFile): ReadonlyMap<string, string | number>;
}

/**
 * - `rule`: work and sizes follow from those of the inputs;
 * - `zero-cost`: the op does no work by nature, such as a view, a constant or a name;
 * - `unknown`: there is no rule.
 */
export type OpCoverage = "rule" | "zero-cost" | "unknown";

/** Everything but the graph and the report may be missing. */
export interface Imported extends Partial<Omit<Scenario, "graph">> {
  readonly graph: OpGraph;
  readonly grouping?: Grouping;
  readonly objective?: Objective;
  readonly fidelity?: Fidelity;
  /**
   * Given where times are measured on accelerators of any kind. The CPUs of a named cluster are
   * then left out.
   */
  readonly timesHoldOn?: "accelerators";
  /** Device kinds that options name times for: the cluster must have devices of each. */
  readonly timedKinds?: readonly string[];
  /** Given where the importer has rules for work and sizes, and some op is without. */
  readonly unknown?: UnknownOps;
  /** Placements in the file, with the results it expects. */
  readonly runs?: readonly ImportedRun[];
  readonly report: ImportReport;
}

/** Ids of ops in the graph. An op may be in both lists. */
export interface UnknownOps {
  /** The importer has no rule for the op's type, so its FLOP are a guess. */
  readonly withoutRule: readonly number[];
  /** Nothing in the file tells the size of one of the op's inputs or results. */
  readonly withoutSize: readonly number[];
  /** One sentence that says how the user can tell what is unknown. */
  readonly hint?: string;
}

/** All parts are sentences that can be shown as they are. */
export interface ImportReport {
  /** Format with version, producer, model: `ONNX model, IR version 8, opset 17, by pytorch 2.1`. */
  readonly recognised: string;
  /**
   * What was assumed because the file does not say it: units, batch, share of the backward pass,
   * sizes of unknown dimensions.
   */
  readonly assumed: readonly string[];
  /** What the file says and the scenario leaves out. */
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
