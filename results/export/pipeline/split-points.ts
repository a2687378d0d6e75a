/**
 * `torch.distributed.pipelining` of PyTorch: the `split_spec` of `pipeline(module, mb_args,
 * split_spec=)`, the class of the schedule and `n_microbatches`, as JSON. A split point
 * `BEGINNING` cuts the model before the module of that name. `devices` are those of the stages.
 *
 * A program of PyTorch replicates whole pipelines, with a mesh of its own, and recomputes where the
 * model says so.
 */
import { frameworkDevices, torchDevice } from "../../../env/model/cluster/framework-devices.ts";
import { visible } from "../../text/visible.ts";
import type { PipelineExporter } from "../contract.ts";
import { orderLoss, recomputed, replicaLoss, scheduleLoss, sharedDeviceLoss, swapLoss } from "./losses.ts";
import { stageLayers } from "./stage-layers.ts";

const NAME = "torch-pipelining";

/** Their classes by our schedules. */
const schedules = new Map([
  ["gpipe", "ScheduleGPipe"],
  ["1f1b", "Schedule1F1B"],
  ["interleaved-1f1b", "ScheduleInterleaved1F1B"],
]);
const USUAL = "Schedule1F1B";

export const splitPoints: PipelineExporter = {
  name: NAME,
  summary: "JSON, split points by module of torch.distributed.pipelining, its schedule and micro-batches",
  subject: "pipeline",
  write({ graph, cluster }, plan) {
    const { ofStage, outOfOrder } = stageLayers(graph, plan);
    const devices = frameworkDevices(cluster).map(torchDevice);
    const cuts = ofStage.slice(1).filter((layers) => layers.length > 0);
    const fields = {
      split_spec: Object.fromEntries(cuts.map(([first]) => [first, "BEGINNING"])),
      schedule: schedules.get(plan.schedule.name) ?? USUAL,
      n_microbatches: plan.microBatches,
      devices: plan.stages.map((stage) => devices[stage.devices[0]]),
    };
    const interleaves = plan.schedule.name === "interleaved-1f1b";
    return {
      text: `${visible(JSON.stringify(fields, null, 2))}\n`,
      notes: [
        ...replicaLoss(NAME, plan),
        ...(interleaves ? [] : sharedDeviceLoss(NAME, plan)),
        ...scheduleLoss(NAME, plan, { runs: USUAL, held: [...schedules.keys()] }),
        ...orderLoss(NAME, outOfOrder),
        ...(recomputed(graph, plan) === "none"
          ? []
          : [`The format ${NAME} does not say what is computed again: the model itself has to.`]),
        ...swapLoss(NAME, plan),
      ],
    };
  },
};
