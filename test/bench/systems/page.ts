/** docs/systems.md: what the checks of published systems gave, and what could not be shown. */
import { methods } from "../../../agents/registry/registry.ts";
import { wrapped } from "../wrapped.ts";
import type { SystemCheck } from "./check.ts";
import { type CheckRecord, keyOf, type Records } from "./records.ts";

const HEAD = `# Nine published systems, line by line

Each learned system here has a short list of what it must show before its name means anything. This
page has every line of these lists, with what was measured. It is made by a command:

\`\`\`sh
npx tsx test/bench/systems.ts
npx tsx test/bench/systems.ts regal --only headroom --scale 0.1
npx tsx test/bench/systems.ts --page
\`\`\`

The first runs what has not run yet and takes many hours. The second runs the lines of one system
that have a word in them. The third writes this page from \`docs/systems.jsonl\`, which has a line
of JSON for each check.

## How to read it

- **Target** is the list's own. None was changed to be met.
- **Scale** says how much of the line was run. \`whole\` is the line to the letter. A number is the
  share of its simulations, graphs and seeds; such a figure is a first look and proves nothing.
- **Met** is what the program said. A line that is told as a finding has no bar to miss.
- Agents run with their tuned defaults, which the page of each agent lists. Where a line is about
  the published method, it says \`mode=paper\`.
- Below a line that is missed stands the reason, as far as it is known.
- A line that was not run says so. The agent's page may have figures of shorter runs.
`;

export function pageOf(
  systems: ReadonlyMap<string, readonly SystemCheck[]>,
  records: Records,
  difficulty: string,
): string {
  return [
    HEAD,
    summary(systems, records),
    difficulty,
    ...[...systems].map(([system, checks]) => section(system, checks, records)),
  ].join("\n");
}

function summary(systems: ReadonlyMap<string, readonly SystemCheck[]>, records: Records): string {
  const rows = [...systems].map(([system, checks]) => {
    const ran = checks.flatMap((check) => records.get(keyOf(check)) ?? []);
    const count = (isCounted: (record: CheckRecord) => boolean) => ran.filter(isCounted).length;
    const cells = [
      `[\`${system}\`](#${system})`,
      checks.length,
      count(({ passed }) => passed),
      count(({ passed }) => !passed),
      checks.length - ran.length,
      count(({ scale }) => scale === 1),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const head = "| system | lines | met | missed | not run | run whole |\n|---|---:|---:|---:|---:|---:|";
  return `${head}\n${rows.join("\n")}\n`;
}

function section(system: string, checks: readonly SystemCheck[], records: Records): string {
  const card = methods.find(({ card: { id } }) => id === system)?.card;
  if (card === undefined) throw new Error(`"${system}" is no method.`);
  const parts = checks.map((check, i) => part(check, i + 1, records.get(keyOf(check))));
  const command = `\`\`\`sh\nnpx tsx test/bench/systems.ts ${system}\n\`\`\`\n`;
  const source = wrapped(`${card.paper}. Its [page](agents/${system}.md) describes the agent.`);
  return [`## \`${system}\`\n`, source, command, ...parts].join("\n");
}

function part(check: SystemCheck, number: number, record: CheckRecord | undefined): string {
  const rows = [
    ["check", check.check],
    ["target", check.target],
    ...(record === undefined
      ? [["measured", "**not run**"]]
      : [
          ["measured", record.measured],
          ["seeds", String(record.seeds)],
          ["scale", record.scale === 1 ? "whole" : `**${record.scale}** of the line`],
          ["CPU seconds", record.cpuSeconds.toFixed(record.cpuSeconds < 10 ? 1 : 0)],
          ["met", record.passed ? "yes" : "**no**"],
        ]),
  ];
  const table = rows.map(([name, value]) => `| ${name} | ${cellOf(value)} |`);
  const text = [`| line ${number} | |`, "|---|---|", ...table, ""].join("\n");
  return record?.reason === undefined ? text : `${text}\n${wrapped(record.reason)}`;
}

/** Text as a cell of a table. */
export const cellOf = (text: string): string => text.replaceAll("|", "\\|");
