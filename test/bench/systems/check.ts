/** A line "works in the gym when" of a published system, as something that can be run. */
export interface SystemCheck {
  /** Id of the agent. */
  readonly system: string;
  /** The line in words, with what it is held to. */
  readonly check: string;
  readonly target: string;
  readonly seeds: number;
  /** Scale 1 is the line to the letter; less spends that share of simulations and graphs. */
  run(scale: number): Promise<CheckResult>;
}

export interface CheckResult {
  /** Figures with their units. */
  readonly measured: string;
  readonly passed: boolean;
}
