/**
 * `Fidelity`: the named switches that say how the one event engine behaves. Differences between
 * published simulators are values of this type, never copies of the engine. docs/cost-model.md
 * explains every switch.
 */

export interface Fidelity {
  readonly name: string;
  /**
   * Whom one transfer of an output serves: every remote device at once, one destination device, or
   * one consumer.
   */
  readonly multicast: "free" | "per-device" | "per-consumer";
  /**
   * How a transfer crosses a route of several links: one after the other, or all of them at once at
   * the slowest's speed.
   */
  readonly routing: "store-and-forward" | "cut-through";
  /**
   * What happens on a busy link: transfers wait in line, any number pass at full speed, or they
   * share it max-min fairly.
   */
  readonly contention: "queue" | "none" | "fair";
  /**
   * Does a device compute while it sends or receives? If not, transfers and ops of one device
   * exclude each other.
   */
  readonly overlap: boolean;
  /**
   * What a plan's opPriority is: the order that each device keeps, waiting where the next op is not
   * ready, or whom a free device prefers among the ops that are ready. Without one, devices run
   * first what was ready first.
   */
  readonly dispatch: "strict" | "ready";
  /**
   * Which of the transfers that wait for a link goes next: the one that came first, or, where a
   * plan orders the ops and dispatch is strict, the one whose consumer the plan puts first, then
   * the one whose producer it puts first.
   */
  readonly transferOrder: "first-come" | "plan";
  /** What a control edge across devices costs: nothing, or a transfer of the bytes of output 0. */
  readonly controlEdges: "free" | "output-0";
  /**
   * Where one consumer uses several outputs of one producer: each is moved, or only the last one
   * declared.
   */
  readonly pairOutputs: "all" | "last";
  /** How simultaneous events are ordered: by op and device id, or by their names as strings. */
  readonly tieBreak: "id" | "name";
  /** Device idle time in us after every op that takes time. */
  readonly opGapUs: number;
  /** Link idle time in us after every transfer. */
  readonly transferGapUs: number;
  /** When the first ops may start, in us. */
  readonly startUs: number;
  /**
   * When the step ends: with the last op, or with the last event of any kind, idle gaps included.
   */
  readonly makespan: "last-op" | "last-event";
  /**
   * - `training`: weights with optimizer state, live activations, received copies; a device over
   *   its limit is infeasible;
   * - `outputs-only`: outputs on their own device, as the published Placeto simulator counts; never
   *   a limit.
   */
  readonly memory: "training" | "outputs-only";
  /** Optimizer state per weight byte: 0 for plain SGD, 1 for momentum, 2 for Adam. */
  readonly optimizerSlots: number;
}

/** The default: one transfer per destination device, free control edges, full memory accounting. */
export const defaultFidelity: Fidelity = {
  name: "default",
  multicast: "per-device",
  routing: "store-and-forward",
  contention: "queue",
  overlap: true,
  dispatch: "strict",
  transferOrder: "first-come",
  controlEdges: "free",
  pairOutputs: "all",
  tieBreak: "id",
  opGapUs: 0,
  transferGapUs: 0,
  startUs: 0,
  makespan: "last-op",
  memory: "training",
  optimizerSlots: 1,
};

/**
 * The simulator published with Placeto (Addanki et al., NeurIPS 2019), parameters of its p2.8xlarge
 * setting.
 */
export const placetoFidelity: Fidelity = {
  name: "placeto",
  multicast: "free",
  routing: "store-and-forward",
  contention: "queue",
  overlap: true,
  dispatch: "strict",
  transferOrder: "first-come",
  controlEdges: "output-0",
  pairOutputs: "last",
  tieBreak: "name",
  opGapUs: 5.7,
  transferGapUs: 25,
  startUs: 0,
  makespan: "last-event",
  memory: "outputs-only",
  optimizerSlots: 0,
};

export const fidelities: readonly Fidelity[] = [defaultFidelity, placetoFidelity];
