/** A line "works in the gym when" of a published system, as something that can be run. */
export interface SystemCheck {
  /** Id of the system. */
  readonly system: string;
  /** The line in words, with what it is held to. */
  readonly check: string;
  readonly target: string;
  /** Seeds at scale 1. */
  readonly seeds: number;
  /**
   * Scale 1 is the line to the letter; less spends that share of simulations, graphs and seeds. One
   * that takes no scale is always whole.
   */
  run(scale: number): Promise<CheckResult | NotRun>;
}

export interface CheckResult {
  /** Figures with their units. */
  readonly measured: string;
  readonly passed: boolean;
  /** Seeds that ran; where it is missing, the scale's share of the check's. */
  readonly seeds?: number;
}

/** A check that cannot run here leaves its row as it is. */
export interface NotRun {
  /** Why: a phrase. */
  readonly notRun: string;
}

/** Systems with a file of checks in the folder beside this one, in the order of the page. */
export const systemGroups = [
  {
    folder: "learned",
    systems: [
      "colocrl",
      "hdp",
      "spotlight",
      "placeto",
      "gdp",
      "regal",
      "doppler",
      "heterps",
      "tapp",
      "auto-map",
    ],
  },
  {
    folder: "pipelines",
    systems: [
      "gpipe",
      "torchgpipe",
      "pipedream",
      "pipedream-2bw",
      "hetpipe",
      "dapple",
      "pipetransformer",
      "chimera",
      "ftpipe",
      "vpipe",
      "dnn-partitioning",
      "rannc",
      "piper",
      "alpa",
      "distir",
    ],
  },
  { folder: "layerwise", systems: ["optcnn", "tofu", "accpar", "tensoropt", "pase"] },
  {
    folder: "shardings",
    systems: [
      "flexflow",
      "d-rec",
      "automap",
      "gspmd",
      "p2",
      "neo",
      "roc",
      "tensor-parallel-families",
      "paddle-adaptive",
      "taso",
    ],
  },
] as const;

export type GroupFolder = (typeof systemGroups)[number]["folder"];

export const systemIds: readonly string[] = systemGroups.flatMap(({ systems }) => [...systems]);

export async function checksOf(system: string): Promise<readonly SystemCheck[]> {
  const group = systemGroups.find(({ systems }) => (systems as readonly string[]).includes(system));
  if (group === undefined) throw new Error(`There is no system "${system}".`);
  const file = new URL(`./${group.folder}/${system}.ts`, import.meta.url);
  return ((await import(file.href)) as { readonly checks: readonly SystemCheck[] }).checks;
}

/** Seeds that a check runs at a scale, at least one. */
export const seedCount = (seeds: number, scale: number): number => Math.max(1, Math.round(seeds * scale));
