/**
 * torchgpipe (Kim et al., 2020; kakaobrain/torchgpipe): the arguments of `GPipe(module, balance,
 * devices=, chunks=, checkpoint=)`, as JSON. `layers` names the children of the `nn.Sequential`
 * that `balance` counts, in their order.
 *
 * It runs fill-drain. `checkpoint` is `always`, `except_last` or `never` for all partitions.
 */
import { frameworkDevices, torchDevice } from "../../../env/model/cluster/framework-devices.ts";
import { visible } from "../../text/visible.ts";
import type { PipelineExporter } from "../contract.ts";
import {
  recomputed,
  recomputeLoss,
  replicaLoss,
  scheduleLoss,
  sharedDeviceLoss,
  swapLoss,
} from "./losses.ts";
import { stageLayers } from "./stage-layers.ts";

const NAME = "torchgpipe";

export const torchgpipe: PipelineExporter = {
  name: NAME,
  summary: "JSON, arguments of torchgpipe's GPipe: balance, devices, chunks, checkpoint",
  subject: "pipeline",
  write({ graph, cluster }, plan) {
    const { ofStage } = stageLayers(graph, plan);
    const devices = frameworkDevices(cluster).map(torchDevice);
    const fields = {
      balance: ofStage.map((layers) => layers.length),
      devices: plan.stages.map((stage) => devices[stage.devices[0]]),
      chunks: plan.microBatches,
      checkpoint: recomputed(graph, plan) === "all" ? "always" : "never",
      layers: ofStage.flat(),
    };
    return {
      text: `${visible(JSON.stringify(fields, null, 2))}\n`,
      notes: [
        ...replicaLoss(NAME, plan),
        ...sharedDeviceLoss(NAME, plan),
        ...scheduleLoss(NAME, plan, { runs: "gpipe", held: ["gpipe"] }),
        ...recomputeLoss(NAME, graph, plan),
        ...swapLoss(NAME, plan),
      ],
    };
  },
};
