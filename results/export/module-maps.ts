/**
 * Maps from modules to devices, as JSON objects with the most general module first.
 *
 * - `accelerate`: the `device_map` of Hugging Face Accelerate, module to GPU number or `"cpu"`, for
 *   `dispatch_model` and `from_pretrained`. A name covers the parameter of that name and all that
 *   begin with it and a dot. The empty name covers the whole model. Checked against
 *   `check_device_map` in accelerate/utils/modeling.py.
 * - `pytorch`: module to `torch.device` string, for `model.get_submodule(name).to(device)` in the
 *   order of the file.
 *
 * Op names become module names, see `module-devices.ts`. A model whose modules have other names
 * needs them renamed.
 */
import {
  accelerateDevice,
  type FrameworkDevice,
  frameworkDevices,
  torchDevice,
} from "../../env/model/cluster/framework-devices.ts";
import { visible } from "../text/visible.ts";
import type { Exported, Exporter } from "./contract.ts";
import { moduleDevices } from "./module-devices.ts";

const moduleMap =
  (nameOf: (device: FrameworkDevice) => number | string): Exporter["write"] =>
  ({ graph, cluster }, plan): Exported => {
    const { entries, opsElsewhere, clashes } = moduleDevices(graph, plan!.device);
    const devices = frameworkDevices(cluster);
    const notes: string[] = [];
    if (opsElsewhere > 0)
      notes.push(
        `${opsElsewhere} backward or update ops are on another device than their forward op; ` +
          "a module map cannot hold that.",
      );
    if (clashes.length > 0)
      notes.push(
        `${clashes.length} names, such as "${clashes[0]}", stand for ops on different devices; ` +
          "the first op's is written.",
      );
    const hosts = devices.filter(({ family }) => family === "cpu").length;
    if (hosts > 1) notes.push(`All ${hosts} host CPUs are written as "cpu".`);
    const map = Object.fromEntries(entries.map(([module, device]) => [module, nameOf(devices[device])]));
    return { text: `${visible(JSON.stringify(map, null, 2))}\n`, notes };
  };

export const accelerate: Exporter = {
  name: "accelerate",
  summary: "device_map of Hugging Face Accelerate: JSON, module to GPU number or cpu",
  subject: "plan",
  write: moduleMap(accelerateDevice),
};

export const pytorch: Exporter = {
  name: "pytorch",
  summary: "JSON, PyTorch module to device string such as cuda:0",
  subject: "plan",
  write: moduleMap(torchDevice),
};
