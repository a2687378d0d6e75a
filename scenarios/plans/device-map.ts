/**
 * Maps from names to devices, as JSON objects. They are the `device_map` of Hugging Face Accelerate
 * and Transformers, maps of PyTorch modules, and maps of TensorFlow ops and scopes.
 *
 *     {"model.embed": 0, "model.layers.0": 0, "model.layers.1": 1, "lm_head": "cpu"}
 *     {"encoder": "cuda:0", "decoder": "cuda:1"}
 *     {"dense/MatMul": "/job:localhost/replica:0/task:0/device:GPU:0"}
 *
 * A number is that of an accelerator (device-spelling.ts). A file of our own that gives a device to
 * every op by name has device numbers of the cluster instead, and own-plan.ts reads it.
 */
import { InputError } from "../../env/model/errors.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { count } from "../import/sentences.ts";
import type { SourceFile } from "../import/source-file.ts";
import type { PlanRead, PlanReader } from "./contract.ts";
import { devicesOf, isFrameworkSpelling } from "./device-spelling.ts";
import { coveringNames } from "./module-names.ts";
import { completedPlan, NO_DEVICE } from "./partial-plan.ts";
import { withProducers } from "./with-producers.ts";

type DeviceMap = Readonly<Record<string, number | string>>;

export const deviceMap: PlanReader = {
  name: "device-map",
  summary: "names of modules, scopes or ops with devices: Accelerate, Transformers, PyTorch, TensorFlow",
  recognises(file, scenario) {
    const map = mapIn(file);
    if (map === null) return false;
    const names = new Set(scenario.graph.names);
    const ownDevices = new Set<unknown>(scenario.cluster.devices.map(({ name }) => name));
    if (Object.values(map).some((device) => isFrameworkSpelling(device) && !ownDevices.has(device)))
      return true;
    const others = Object.keys(map).filter((name) => !names.has(name));
    const covers = coveringNames(scenario, others);
    return covers.some((name) => name !== -1);
  },
  read(file, scenario) {
    const map = mapIn(file);
    if (map === null)
      throw new InputError("it is no object of names with a number or a name of a device each.");
    return planOfMap(map, scenario);
  },
};

/** The map itself, or under the name that Transformers has for it. */
function mapIn(file: SourceFile): DeviceMap | null {
  const fields = file.jsonObject();
  if (fields === null || Array.isArray(fields)) return null;
  const map = (fields.device_map ?? fields.hf_device_map ?? fields) as Readonly<Record<string, unknown>>;
  if (typeof map !== "object" || map === null || Array.isArray(map)) return null;
  const devices = Object.values(map);
  const isMap = devices.every((device) => typeof device === "number" || typeof device === "string");
  return isMap && devices.length > 0 ? (map as DeviceMap) : null;
}

/** The plan of names with devices, completed; `kind` says in a note what the names are of. */
export function planOfMap(map: DeviceMap, scenario: Scenario): PlanRead {
  const names = Object.keys(map);
  const ops = new Set(scenario.graph.names);
  const placed = (device: unknown) => {
    const name = names.find((each) => map[each] === device) as string;
    return `${ops.has(name) ? "op" : "module"} "${name.slice(0, 60)}": `;
  };
  const numbers = devicesOf(Object.values(map), scenario.cluster, placed);
  const covering = coveringNames(scenario, names);
  const used = new Set(covering);
  const unused = names.filter((_, i) => !used.has(i));
  if (unused.length === names.length)
    throw new InputError(
      `none of its ${count(names.length, "name")}, such as "${names[0].slice(0, 60)}", is an op or a module of the scenario.`,
    );
  const given = Int32Array.from(covering, (i) =>
    i === -1 ? NO_DEVICE : (numbers.get(map[names[i]]) as number),
  );
  const { device, moved } = withProducers(scenario, given);
  const notes = [];
  if (moved > 0)
    notes.push(
      `${count(moved, "op")} in none of its modules: they are where their inputs are, or their consumers.`,
    );
  if (unused.length > 0)
    notes.push(`${count(unused.length, "name")} fit no op, such as "${unused[0].slice(0, 60)}".`);
  return { plan: completedPlan(scenario, device), claims: [], notes };
}
