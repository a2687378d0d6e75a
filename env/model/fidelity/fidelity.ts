/**
 * `Fidelity`: the named switches that say how the one event engine behaves. Differences between
 * published simulators are values of this type, never copies of the engine. The page
 * docs/cost-model.md explains every switch.
 */

export interface Fidelity {
  readonly name: string;
  /**
   * Whom one transfer of an output serves: every remote device, one destination device, or one
   * consumer.
   */
  readonly multicast: "free" | "per-device" | "per-consumer";
  /**
   * How a transfer crosses a route of several links: one after the other, or all at once at the
   * speed of the slowest.
   */
  readonly routing: "store-and-forward" | "cut-through";
  /**
   * What happens on a busy link: transfers wait in a queue, any number pass at full speed, or they
   * share it max-min fairly.
   */
  readonly contention: "queue" | "none" | "fair";
  /**
   * Does a device compute while it sends or receives? If not, transfers and ops of one device
   * exclude each other.
   */
  readonly overlap: boolean;
  /**
   * What a plan's opPriority is. Strict: each device keeps that order, and waits where the next op
   * is not ready. Ready: a free device takes the ready op that comes first. Without opPriority,
   * devices run first what was ready first.
   */
  readonly dispatch: "strict" | "ready";
  /**
   * Which of the transfers that wait for a link goes next. First-come: the one that came first.
   * Plan: the one whose consumer comes first in the plan, then the one whose producer does. The
   * second needs a plan with an order of ops, and strict dispatch.
   */
  readonly transferOrder: "first-come" | "plan";
  /** What a control edge across devices costs: nothing, or a transfer of the bytes of output 0. */
  readonly controlEdges: "free" | "output-0";
  /**
   * Where one consumer uses several outputs of one producer: each of them moves, or only the last
   * one declared.
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
   * - `training`: weights with optimizer state, live activations and received copies count. A
   *   device over its limit is infeasible.
   * - `outputs-only`: outputs count on their own device, as in the published Placeto simulator.
   *   There is no limit.
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
 * The simulator published with Placeto (Addanki et al., NeurIPS 2019), with the parameters of its
 * p2.8xlarge setting.
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

/**
 * The switches of `tf-2017`: the default with an idle time after each transfer. named.ts has the
 * rest of the assumptions and their sources.
 */
export const tensorflow2017Fidelity: Fidelity = {
  ...defaultFidelity,
  name: "tf-2017",
  transferGapUs: 134,
};

export const fidelities: readonly Fidelity[] = [defaultFidelity, placetoFidelity, tensorflow2017Fidelity];
