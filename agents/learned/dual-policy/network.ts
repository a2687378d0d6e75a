/**
 * The two policies of DOPPLER (Yao et al., ICLR 2026): SEL chooses the next of the ready tasks, PLC
 * its device. Each has an encoder of its own.
 *
 * As published: SEL sees a task's vector and the sums of the vectors along its longest paths to the
 * end and from the start. PLC sees the task's vector, its columns, and the sum of the vectors on
 * each device. Ours: path sums are scaled over all tasks only, and not again over the ready ones.
 * Sums on a device are divided by the number of tasks, and not scaled over the devices. So all that
 * depends on a task alone is multiplied once for each encoding.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { createWeights, type Weights } from "../../nets/weights.ts";
import { dense } from "../../tensors/dense.ts";
import { pathSums } from "../../tensors/graph/path-sums.ts";
import type { Tensor, Tensor2D, Tf, Variable } from "../../tensors/types.ts";
import { type Assignment, TASK_COLUMNS } from "./assignment.ts";
import { createEncoder, SLOPE } from "./encoder.ts";
import { DEVICE_COLUMNS, READY_COLUMNS } from "./growing-assignment.ts";
import { createHead, type Head } from "./head.ts";

export interface DualPolicySize {
  readonly width: number;
  readonly edgeWidth: number;
  /** Width of the layer over a step's columns, and of the layer before the score. */
  readonly latent: number;
  readonly hidden: number;
  /** Columns of a task that depend on the step; 0 where an episode is encoded once. */
  readonly stepColumns: number;
  /** Whether SEL chooses; else tasks come in topological order. */
  readonly selects: boolean;
}

/** What depends on the task alone, [states x tasks, hidden] each. */
export interface Tables {
  /** Null where SEL does not choose. */
  readonly selection: Tensor2D | null;
  readonly placement: Tensor2D;
  /** What a task adds to the scores of the device that it is on. */
  readonly onDevice: Tensor2D;
}

export interface DualPolicy {
  readonly weights: Weights;
  readonly lastLayer: readonly Variable[];
  readonly size: DualPolicySize;
  /** `columns`: [states x tasks, columns]. */
  tables(assignment: Assignment, columns: Tensor): Tables;
  /** Null where SEL does not choose. */
  readonly selection: Head | null;
  readonly placement: Head;
}

export function createDualPolicy(tf: Tf, size: DualPolicySize, rng: Rng): DualPolicy {
  const { width, edgeWidth, latent, hidden, stepColumns, selects } = size;
  const weights = createWeights(tf);
  const columns = TASK_COLUMNS + stepColumns;
  const encoderSize = { columns, width, edgeWidth };
  const selection = selects ? createSelection(tf, weights, size, encoderSize, rng) : null;
  const encode = createEncoder(tf, weights, "plc encoder", encoderSize, rng);
  const placement = createHead(
    tf,
    weights,
    "plc",
    { inputs: [width, latent], columns: DEVICE_COLUMNS, latent, hidden },
    rng,
  );
  const taskMatrix = weights.matrix("plc task", columns, latent, rng);
  const taskBias = weights.zeros("plc task bias", [latent]);
  const onDevice = weights.matrix("plc on device", width, hidden, rng);

  return {
    weights,
    size,
    lastLayer: [...(selection?.head.last ?? []), ...placement.last],
    selection: selection?.head ?? null,
    placement,
    tables(assignment, features) {
      const vectors = encode(assignment, features);
      const task = tf.leakyRelu(dense(tf, features, taskMatrix, taskBias, "linear"), SLOPE);
      return {
        selection: selection?.table(assignment, features) ?? null,
        placement: placement.table([vectors, task]),
        onDevice: dense(tf, vectors, onDevice, tf.zeros([hidden]), "linear"),
      };
    },
  };
}

function createSelection(
  tf: Tf,
  weights: Weights,
  { width, latent, hidden }: DualPolicySize,
  encoderSize: { readonly columns: number; readonly width: number; readonly edgeWidth: number },
  rng: Rng,
) {
  const encode = createEncoder(tf, weights, "sel encoder", encoderSize, rng);
  const size = { inputs: [width, width, width], columns: READY_COLUMNS, latent, hidden };
  const head = createHead(tf, weights, "sel", size, rng);
  return {
    head,
    table(assignment: Assignment, features: Tensor): Tensor2D {
      const { below, above, problem, taskCount } = assignment;
      const forward = problem.tasks.topologicalOrder;
      const vectors = encode(assignment, features);
      const alongPaths = [
        { next: below, order: Int32Array.from(forward).reverse() },
        { next: above, order: Int32Array.from(forward) },
      ].map((paths) => scaledOverTasks(tf, pathSums(tf, vectors, paths), taskCount));
      return head.table([vectors, ...alongPaths]);
    },
  };
}

/** Columns shifted and scaled to mean 0 and spread 1 over the tasks of each state. */
function scaledOverTasks(tf: Tf, x: Tensor2D, taskCount: number): Tensor2D {
  const [rows, width] = x.shape;
  const states = tf.reshape(x, [rows / taskCount, taskCount, width]);
  const centred = tf.sub(states, tf.mean(states, 1, true));
  const variance = tf.mean(tf.square(centred), 1, true);
  return tf.reshape(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-6))), [rows, width]);
}
