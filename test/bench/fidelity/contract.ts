/** What a published set of measured training steps is to the bench, and what is told of it. */

/** One measured step, and what is predicted for it. */
export interface Predicted {
  readonly name: string;
  readonly measuredS: number;
  /** By the simulator. */
  readonly simulatedS: number;
  /** By each closed form of the set's README, in the order of `floors`. */
  readonly floorS: readonly number[];
  /** Groups of the set that the row is in, for figures of their own. */
  readonly groups: readonly string[];
  /** Peak memory of the worst device, where the set has it. */
  readonly memory?: { readonly measuredBytes: number; readonly simulatedBytes: number };
}

export interface MeasuredSet {
  readonly name: string;
  /** Where its rows lie in the folder of measured steps. */
  readonly rows: string;
  /** Where the times of its layers come from. */
  readonly times: string;
  /** Names of the closed forms. */
  readonly floors: readonly string[];
  /** Reads rows of some file and predicts each. `data`: the folder of measured steps. */
  predict(data: string, file: string): readonly Predicted[];
}
