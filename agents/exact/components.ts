/** Strongly connected components, which coarsening uses too and which therefore live with the model. */
export { type Successors, stronglyConnectedComponents } from "../../env/model/components.ts";
