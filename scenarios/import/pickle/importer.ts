/**
 * Python pickles (`.pkl`): the data sets of Placeto and Park, and graphs of networkx with times and
 * sizes. The reader runs nothing (machine.ts), and refuses a pickle that names anything but data.
 *
 * The cluster is that of the published simulator: K80s, each with one queue for all that it sends.
 */
import { egressCluster } from "../../../env/model/cluster/cluster.ts";
import { InputError } from "../../../env/model/errors.ts";
import { placetoFidelity } from "../../../env/model/fidelity/fidelity.ts";
import type { Query } from "../../../env/model/user/query.ts";
import { deviceOf } from "../../clusters/devices.ts";
import type { Imported, Importer } from "../contract.ts";
import { count } from "../sentences.ts";
import { readPickle } from "./machine.ts";
import { isNetworkx, networkxGraph } from "./networkx.ts";
import { isPlacetoItem, placetoItem } from "./placeto.ts";

/**
 * The published simulator's transfer speed, in bytes per us. Its delay of 25 us after a transfer is
 * part of the fidelity.
 */
const TRANSFER_BYTES_PER_US = 7600;
const MOST_DEVICES = 64;

export const pickle: Importer = {
  name: "pickle",
  summary: "Python pickles: data sets of Placeto and Park, graphs of networkx; nothing in them is run",
  extensions: [".pkl", ".pickle"],
  options: { devices: `number of K80s; default 2, at most ${MOST_DEVICES}` },
  recognises: ({ head }) => isBinary(head) || /^(\(dp?\d*\n|c(copy_reg|copyreg|networkx)[\w.]*\n)/.test(head),
  read(file, options) {
    const content = readPickle(file.bytes());
    if (isPlacetoItem(content)) {
      const item = placetoItem(content, file.sizeBytes);
      return {
        graph: item.graph,
        grouping: item.grouping,
        ...publishedSimulator(options),
        meta: { source: "Placeto (NeurIPS 2019) data set" },
        report: {
          recognised: "pickle of Placeto's data sets: a metagraph with measurements",
          assumed: [
            ...ON_UNITS,
            "Ops without a record took no time, as in the published simulator.",
            ...(item.ungrouped === 0
              ? []
              : [`${count(item.ungrouped, "op")} that no group names: each is a group.`]),
          ],
          dropped: item.backEdges === 0 ? [] : [`${count(item.backEdges, "edge")} back in while loops.`],
        },
      };
    }
    const graph = isNetworkx(content) ? content : content instanceof Map ? content.get("G") : null;
    if (!isNetworkx(graph))
      throw new InputError("the pickle holds neither a networkx graph nor a dictionary with optim_mg or G.");
    return {
      graph: networkxGraph(graph, file.sizeBytes),
      ...publishedSimulator(options),
      report: {
        recognised: `pickle of a networkx ${graph.className.split(".").at(-1)}`,
        assumed: ON_UNITS,
        dropped: ["Attributes other than cost and out_size, such as mem and device."],
      },
    };
  },
};

/** Protocols 2 to 5 begin with an opcode that no other format begins with. */
const isBinary = (head: string): boolean =>
  head.charCodeAt(0) === 0x80 && head.charCodeAt(1) >= 2 && head.charCodeAt(1) <= 5;

const ON_UNITS = [
  "Times are in us and hold on every device; sizes are in bytes.",
  "The cluster is that of the published simulator: K80s, 7,600 bytes per us out of each; the option devices sets how many.",
];

function publishedSimulator(options: Query): Pick<Imported, "cluster" | "fidelity"> {
  const devices = options.integer("devices", { min: 1, max: MOST_DEVICES }) ?? 2;
  return {
    cluster: egressCluster(
      `${count(devices, "K80")}, published simulator`,
      Array.from({ length: devices }, (_, i) => deviceOf("K80", `gpu:${i}`)),
      { bytesPerUs: TRANSFER_BYTES_PER_US, latencyUs: 0 },
    ),
    fidelity: placetoFidelity,
  };
}
