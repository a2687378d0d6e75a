/** A line "works in the gym when" of a published system, as something that can be run. */
export interface SystemCheck {
  /** Id of the agent. */
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
  run(scale: number): Promise<CheckResult>;
}

export interface CheckResult {
  /** Figures with their units. */
  readonly measured: string;
  readonly passed: boolean;
  /** Seeds that ran; where it is missing, the scale's share of the check's. */
  readonly seeds?: number;
}

/** Systems with a file of checks beside this one, in the order of the page. */
export const systemIds = [
  "colocrl",
  "hdp",
  "spotlight",
  "placeto",
  "gdp",
  "regal",
  "doppler",
  "heterps",
  "tapp",
] as const;

export async function checksOf(system: string): Promise<readonly SystemCheck[]> {
  const file = new URL(`./${system}.ts`, import.meta.url);
  return ((await import(file.href)) as { readonly checks: readonly SystemCheck[] }).checks;
}

/** Seeds that a check runs at a scale, at least one. */
export const seedCount = (seeds: number, scale: number): number => Math.max(1, Math.round(seeds * scale));
