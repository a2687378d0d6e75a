/**
 * The watchdog over many scenarios or fuzzed command lines; prints each fault with what shows it.
 *
 *     npx tsx test/watchdog/watchdog.ts scenarios|lines [COUNT] [SEED]
 */
import { watch } from "./watch.ts";

const [mode, ...numbers] = process.argv.slice(2);
const [count = 2000, seed = 1] = numbers.map(Number);
if (mode !== "scenarios" && mode !== "lines")
  throw new Error("Usage: watchdog.ts scenarios|lines [COUNT] [SEED]");
const report = await watch({
  mode,
  seed,
  count,
  limitSeconds: 20,
  onNext: (number) => {
    if (number % 50 === 0) process.stderr.write(`${number} of ${count}\n`);
  },
});
for (const fault of report.faults) console.log(JSON.stringify(fault));
console.log(
  `${count} ${mode}, ${report.commands} commands, ${report.faults.length} faults; ` +
    `slowest ${report.slowestSeconds.toFixed(2)} CPU s: ${report.slowestLine}`,
);
process.exitCode = report.faults.length === 0 ? 0 : 1;
