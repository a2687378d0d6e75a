/**
 * The watchdog over many scenarios; prints each fault with the file that shows it.
 *
 *     npx tsx test/watchdog/watchdog.ts [SCENARIOS] [SEED]
 */
import { watch } from "./watch.ts";

const [scenarios = 2000, seed = 1] = process.argv.slice(2).map(Number);
const report = await watch({
  seed,
  scenarios,
  limitSeconds: 20,
  onScenario: (number) => {
    if (number % 50 === 0) process.stderr.write(`scenario ${number} of ${scenarios}\n`);
  },
});
for (const fault of report.faults) console.log(JSON.stringify(fault));
console.log(
  `${scenarios} scenarios, ${report.commands} commands, ${report.faults.length} faults; ` +
    `slowest ${report.slowestSeconds.toFixed(2)} CPU s: ${report.slowestLine}`,
);
process.exitCode = report.faults.length === 0 ? 0 : 1;
