/** What one client may ask of the process at most. */
export interface SessionLimits {
  /** Vectors of envs that are open at once. */
  readonly handles: number;
  /** Envs in all of them. */
  readonly envs: number;
  /** Simulations of one `solve` or one cell of a submission. */
  readonly simulations: number;
  /** Simulations of one `explain` that looks for the best move. */
  readonly moves: number;
}

export const sessionLimits: SessionLimits = {
  handles: 256,
  envs: 4096,
  simulations: 1_000_000,
  moves: 20_000,
};
