/** What moves in a run of the slow reference: tensors, the needs for them, transfers and flows. */

export interface ReferenceTransfer {
  readonly producer: number;
  readonly to: number;
  readonly bytes: number;
  readonly route: readonly number[];
  /**
   * Start of each hop and arrival at its end, us. A hop is one link, or the whole route with
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
  /**
   * What has to be moved if the consumer is on another device; null for an order that costs
   * nothing.
   */
  readonly tensor: Tensor | null;
}

/** A transfer with the needs that it meets. */
export interface Transfer extends ReferenceTransfer {
  readonly needs: Need[];
}

/** A transfer under way on links that share their speed. */
export interface Flow {
  readonly transfer: Transfer;
  /** Bytes that are left. */
  bytes: number;
  /** Bytes per us. */
  rate: number;
}
