/**
 * Runs several command lines in one process, as `cli/bin.js` runs one: a start costs a second. They
 * come as JSON, and what each said goes to stdout.
 */
import { userModules } from "../../env/model/user/modules.ts";
import { pgym } from "../cli/recorded-terminal.ts";

userModules.loader = new URL("../../cli/start/typescript.js", import.meta.url).href;
const said = [];
for (const args of JSON.parse(process.argv[2])) said.push(await pgym(args));
process.stdout.write(JSON.stringify(said));
