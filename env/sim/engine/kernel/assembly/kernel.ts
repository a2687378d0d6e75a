/** What the kernel exports: the functions that start.ts calls. Built by `npm run build:kernels`. */
export { run, runBatch, runOrdered, runReady } from "./engine";
export { record, rerun } from "./incremental";
export { loggedHops } from "./links";
export { init } from "./state";
