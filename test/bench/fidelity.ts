/**
 * Measured training steps against the simulator, set by set: error and rank correlation beside the
 * closed forms. docs/fidelity.md tells what is modelled.
 *
 *     npm run fidelity
 *     npm run fidelity -- --set sailor FILE --json
 *
 * FILE has rows in the columns of the set; without it the set's own rows are taken. `--data` names
 * the folder of measured steps, which holds profiles and tables too. Exits with 2 on bad input.
 */
import { InputError } from "../../env/index.ts";
import { fidelity } from "./fidelity/command.ts";

try {
  fidelity(process.argv.slice(2), console.log);
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
