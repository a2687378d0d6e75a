/** Before a run of tests: the sources, and the programs that tests start, are compiled. */
export { compileTests as setup } from "../cli/start/checkout.js";
