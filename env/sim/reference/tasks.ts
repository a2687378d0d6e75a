/** What moves in a run of the slow reference: tensors, who needs them, transfers and flows. */

export interface ReferenceTransfer {
  readonly producer: number;
  readonly to: number;
  readonly bytes: number;
  readonly route: readonly number[];
  /**
   * Start of each hop and arrival at its end, us: a hop is one link, or the whole route with
   * cut-through routing.
   */
  readonly startUs: number[];
  readonly arriveUs: number[];
}

export interface Tensor {
  readonly number: number;
  readonly producer: number;
  readonly port: number;
  readonly bytes: number;
}

export interface Need {
  readonly producer: number;
  readonly consumer: number;
  /** What has to be moved if the consumer is elsewhere; null for an ordering that costs nothing. */
  readonly tensor: Tensor | null;
}

export interface Transfer extends ReferenceTransfer {
  readonly needs: Need[];
}

export interface Flow {
  readonly transfer: Transfer;
  bytes: number;
  rate: number;
}
