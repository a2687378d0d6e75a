/** The positional network on one scenario: its graph, its devices' speeds, its mask. */
import { allowedDevices } from "../../env/model/cluster/allowed-devices.ts";
import { groupGraph } from "../../env/model/coarsen/group-graph.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { readOut } from "../tensors/tf.ts";
import type { Tensor, Tf } from "../tensors/types.ts";
import { argmaxRows, maskBias } from "./categorical.ts";
import type { PolicyGraph, PositionalNetwork, PositionalPolicy, Visit } from "./positional-policy.ts";

export function scenarioPolicy(tf: Tf, network: PositionalNetwork, scenario: Scenario): ScenarioPolicy {
  const graph = policyGraph(scenario);
  return new ScenarioPolicy(tf, graph, network.on(graph), maskBias(allowedDevices(scenario)));
}

/** The policy on one scenario, with its illegal devices masked. */
export class ScenarioPolicy {
  readonly groups: number;
  readonly devices: number;
  private readonly tf: Tf;
  private readonly policy: PositionalPolicy;
  private readonly legal: Float32Array;

  constructor(tf: Tf, { groups, devices }: PolicyGraph, policy: PositionalPolicy, legal: Float32Array) {
    this.tf = tf;
    this.groups = groups;
    this.devices = devices;
    this.policy = policy;
    this.legal = legal;
  }

  /** [visits x devices]; differentiable. */
  logits(visits: readonly Visit[]): Tensor {
    const { tf, devices, legal } = this;
    const mask = new Float32Array(visits.length * devices);
    visits.forEach(({ current }, s) => {
      mask.set(legal.subarray(current * devices, (current + 1) * devices), s * devices);
    });
    return tf.add(this.policy.logits(visits), tf.tensor2d(mask, [visits.length, devices]));
  }

  /** The same numbers, without gradient. */
  numbers(visits: readonly Visit[]): Float32Array {
    const { devices, legal } = this;
    const logits = this.policy.numbers(visits);
    visits.forEach(({ current }, s) => {
      for (let d = 0; d < devices; d++) logits[s * devices + d] += legal[current * devices + d];
    });
    return logits;
  }

  probabilities(visits: readonly Visit[]): Float32Array {
    const { tf } = this;
    return readOut(tf, () => tf.softmax(this.logits(visits)).dataSync() as Float32Array);
  }

  likeliest(visits: readonly Visit[]): Int32Array {
    return readOut(this.tf, () => argmaxRows(this.logits(visits).dataSync() as Float32Array, this.devices));
  }

  observe(visits: readonly Visit[]): void {
    this.policy.observe(visits);
  }
}

function policyGraph(scenario: Scenario): PolicyGraph {
  const { edgeSource, edgeDestination, computeUs } = groupGraph(scenario);
  const devices = scenario.cluster.devices.length;
  return {
    groups: scenario.grouping.groupCount,
    edges: { from: edgeSource, to: edgeDestination },
    devices,
    speeds: speedsOf(computeUs, devices),
  };
}

/** Of each device at each group, over the fastest one's; 0 where it cannot run the group. */
function speedsOf(computeUs: Float64Array, devices: number): Float32Array {
  return Float32Array.from(computeUs, (us, i) => {
    const row = i - (i % devices);
    const fastestUs = computeUs.subarray(row, row + devices).reduce((a, b) => Math.min(a, b));
    return us === 0 ? 1 : fastestUs / us;
  });
}
