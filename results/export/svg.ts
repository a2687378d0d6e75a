/** The drawing of a graph as an exporter. */
import { graphSvg } from "../page/drawing/graph-svg.ts";
import type { Exporter } from "./contract.ts";

export const svg: Exporter = {
  name: "svg",
  summary:
    "layered drawing, of ops or where there are many of groups, coloured by device where a plan is given",
  subject: "graph",
  write: (scenario, plan) => ({ text: graphSvg(scenario, plan), notes: [] }),
};
