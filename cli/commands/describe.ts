/**
 * `describe`: a card of one scenario: ops, sizes, bounds of its step, groups, and the cluster with
 * its links. `--svg` also draws the graph.
 */
import { displayedWords } from "../../results/displayed.ts";
import { exporterOf } from "../../results/export/index.ts";
import { openScenario } from "../../scenarios/resolve.ts";
import { defineCommand, jsonFlag } from "../command.ts";
import { writeOutput } from "../files.ts";
import { jsonText } from "../json.ts";
import { cardOf, cardText } from "../reports/describe-card.ts";
import { EXIT } from "../terminal/terminal.ts";

export const describe = defineCommand({
  name: "describe",
  summary: "Prints a card of one scenario: ops, sizes, bounds, groups, devices and links, hash.",
  positionals: [
    {
      name: "SCENARIO",
      describe: "a URI such as inception-v3/2xP100, or a file of a known format",
      arity: "one",
    },
  ],
  flags: {
    svg: {
      type: "text",
      placeholder: "FILE",
      describe: "write a drawing of the graph here; export --format svg also shows a plan",
      defaultText: "none",
    },
    json: jsonFlag,
  },
  examples: [
    "describe inception-v3/2xP100",
    "describe nmt-4/4xK80?groups=64 --svg nmt.svg",
    "describe toy/queue",
  ],
  async run({ values, positionals: [argument] }, terminal) {
    const { scenario } = await openScenario(argument);
    if (values.svg !== undefined)
      writeOutput(values.svg, exporterOf("svg").write(scenario, null).text, terminal);
    const card = cardOf(scenario, argument);
    terminal.write(values.json ? jsonText(card) : cardText(displayedWords(card)));
    return EXIT.done;
  },
});
