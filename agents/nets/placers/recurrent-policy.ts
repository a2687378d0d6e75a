/**
 * A recurrent network that reads the groups in order and writes a device for each as it goes. A
 * softmax over the state chooses it. The next input is the next group and the device that was
 * chosen. It is the network of HeterPS (Liu et al., arXiv 2111.10635), where groups are layers and
 * devices are resource types. An LSTM is the system, a plain recurrent network its ablation.
 *
 * Unlike sequence-network.ts it has no encoder: a choice depends on what came before it alone.
 */
import { allowedDevices } from "../../../env/model/cluster/allowed-devices.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { matrixProduct } from "../../tensors/matrix-product.ts";
import { decoderInputs } from "../../tensors/sequence/decoder-inputs.ts";
import { type RecurrenceName, recurrenceOf } from "../../tensors/sequence/recurrence.ts";
import { readOut } from "../../tensors/tf.ts";
import type { Tensor, Tensor2D, Tf } from "../../tensors/types.ts";
import { argmaxRows, maskBias, type Sampling, sampleLogits } from "../categorical.ts";
import type { GroupFeatures } from "../group-features.ts";
import {
  addNoise,
  type LogitNoise,
  noisy,
  type OneShotNetwork,
  type OneShotPolicy,
  stepRows,
} from "../one-shot-policy.ts";
import { createWeights, openForgetGates, type Weights } from "../weights.ts";
import {
  beamPlacements,
  renamedPlacement,
  type SteppedPolicy,
  type Stepper,
  startedPlacements,
} from "./stepwise.ts";

export interface RecurrentSize {
  readonly cell: RecurrenceName;
  readonly hidden: number;
}

/** A network for scenarios of the size of `first`. */
export function recurrentNetwork(
  tf: Tf,
  first: Scenario,
  rng: Rng,
  size: RecurrentSize,
  featuresOf: (scenario: Scenario) => GroupFeatures,
): OneShotNetwork {
  const weights = createWeights(tf);
  const devices = first.cluster.devices.length;
  const declared = recurrentWeights(weights, featuresOf(first).columns, devices, size, rng);
  return {
    weights,
    lastLayer: Object.values(declared.output),
    sizeOf: (scenario) =>
      `${scenario.grouping.groupCount} groups with ${featuresOf(scenario).columns} features on ${scenario.cluster.devices.length} devices`,
    on: (scenario) => new RecurrentPolicy(tf, declared, size, scenario, featuresOf(scenario)),
  };
}

type RecurrentWeights = ReturnType<typeof recurrentWeights>;

function recurrentWeights(
  weights: Weights,
  columns: number,
  devices: number,
  { cell, hidden }: RecurrentSize,
  rng: Rng,
) {
  const width = recurrenceOf[cell].gates * hidden;
  return {
    group: weights.matrix("group input", columns, width, rng),
    // The last row stands for "no device yet".
    device: weights.matrix("device input", devices + 1, width, rng),
    recurrent: weights.matrix("recurrent", hidden, width, rng),
    bias:
      cell === "lstm"
        ? weights.add("bias", [width], openForgetGates(hidden))
        : weights.zeros("bias", [width]),
    output: {
      state: weights.matrix("output", hidden, devices, rng),
      bias: weights.zeros("output bias", [devices]),
    },
  };
}

class RecurrentPolicy implements OneShotPolicy {
  private readonly tf: Tf;
  private readonly weights: RecurrentWeights;
  private readonly size: RecurrentSize;
  private readonly groups: number;
  private readonly devices: number;
  private readonly features: Tensor2D;
  private readonly mask: Tensor2D;
  private readonly maskRows: Float32Array;

  constructor(
    tf: Tf,
    weights: RecurrentWeights,
    size: RecurrentSize,
    scenario: Scenario,
    { values, columns }: GroupFeatures,
  ) {
    this.tf = tf;
    this.weights = weights;
    this.size = size;
    this.groups = scenario.grouping.groupCount;
    this.devices = scenario.cluster.devices.length;
    this.features = tf.tensor2d(values, [this.groups, columns]);
    this.maskRows = maskBias(allowedDevices(scenario));
    this.mask = tf.tensor2d(this.maskRows, [this.groups, this.devices]);
  }

  sample(tilts: Float32Array, rng: Rng, sampling?: Sampling, noise?: LogitNoise): Int32Array[] {
    const { groups, devices } = this;
    const batch = tilts.length / devices;
    const rowsAt = stepRows(groups, batch);
    return this.write(batch, (logits, group) => {
      addNoise(logits, devices, noise, rowsAt(group, 1));
      for (let i = 0; i < logits.length; i++) logits[i] += tilts[i];
      return sampleLogits(logits, devices, rng, sampling);
    });
  }

  greedy(): Int32Array {
    return this.write(1, (logits) => argmaxRows(logits, this.devices))[0];
  }

  beam(width: number): Int32Array[] {
    return readOut(this.tf, () => beamPlacements(this.stepped(), width));
  }

  started(count: number): Int32Array[] {
    return readOut(this.tf, () => startedPlacements(this.stepped(), count));
  }

  renamed(renamings: readonly Int32Array[]): Int32Array {
    return readOut(this.tf, () => renamedPlacement(this.stepped(), renamings));
  }

  logProbabilities(placements: readonly Int32Array[], tilts: Float32Array, noise?: LogitNoise): Tensor {
    const { tf, groups, devices } = this;
    const { hidden, cell } = this.size;
    const { kept, read } = recurrenceOf[cell];
    const batch = placements.length;
    const inputs = decoderInputs(tf, this.groupInputs(), this.weights.device, placements);
    const memory = read(tf, inputs, this.weights.recurrent, tf.zeros([batch, kept * hidden]));
    const rows = tf.reshape(memory, [groups * batch, kept * hidden]);
    const logits = noisy(tf, this.logits(rows), noise, stepRows(groups, batch)(0, groups));
    const allowed = tf.add(tf.expandDims(this.mask, 1), tf.tensor3d(tilts, [1, batch, devices]));
    const stepMajor = tf.add(tf.reshape(logits, [groups, batch, devices]), allowed);
    return tf.transpose(tf.logSoftmax(stepMajor), [1, 0, 2]);
  }

  dispose(): void {
    this.tf.dispose([this.features, this.mask]);
  }

  /** What each group adds to the gates, [groups x width]. */
  private groupInputs(): Tensor {
    const { tf, weights } = this;
    return tf.add(matrixProduct(tf, this.features, weights.group), weights.bias);
  }

  /** From memories [rows x kept H] to logits before mask and tilt. */
  private logits(memory: Tensor): Tensor {
    const { tf } = this;
    const { state, bias } = this.weights.output;
    const rows = memory.shape[0];
    const own = tf.slice(memory, [0, 0], [rows, this.size.hidden]);
    return tf.add(matrixProduct(tf, own, state), bias);
  }

  /**
   * Group by group a device for each of `batch` placements; logits are masked and may be changed.
   */
  private write(batch: number, choose: (logits: Float32Array, group: number) => Int32Array): Int32Array[] {
    const placements = Array.from({ length: batch }, () => new Int32Array(this.groups));
    const steps = this.stepped().stepper(batch);
    let chosen: Int32Array = new Int32Array(batch).fill(this.devices);
    for (let group = 0; group < this.groups; group++) {
      chosen = choose(steps.step(group, chosen, null), group);
      placements.forEach((placement, b) => {
        placement[group] = chosen[b];
      });
    }
    steps.dispose();
    return placements;
  }

  /** The caller tidies. */
  private stepped(): SteppedPolicy {
    const { tf, groups, devices, weights, maskRows } = this;
    const { hidden, cell } = this.size;
    const { kept, read } = recurrenceOf[cell];
    const groupInputs = this.groupInputs();
    const stepper = (prefixes: number): Stepper => {
      let memory: Tensor = tf.zeros([prefixes, kept * hidden]);
      return {
        step: (group, previous, parents) => {
          const before = parents === null ? memory : tf.gather(memory, tf.tensor1d(parents, "int32"));
          const inputs = tf.add(
            tf.gather(weights.device, tf.tensor1d(previous, "int32")),
            tf.slice(groupInputs, [group, 0], [1, -1]),
          );
          const after = read(tf, tf.expandDims(inputs, 0), weights.recurrent, before);
          memory = tf.reshape(after, [prefixes, kept * hidden]);
          const logits = this.logits(memory).dataSync() as Float32Array;
          return logits.map((logit, i) => logit + maskRows[group * devices + (i % devices)]);
        },
        dispose: () => memory.dispose(),
      };
    };
    return { groups, devices, stepper };
  }
}
