/** docs/systems.md: what the checks of published systems gave, and what could not be shown. */
import { methods } from "../../../agents/registry/registry.ts";
import { publishedSystems } from "../../../agents/registry/systems.ts";
import { wrapped } from "../wrapped.ts";
import { type GroupFolder, type SystemCheck, systemGroups } from "./check.ts";
import { type CheckRecord, keyOf, type Records } from "./records.ts";

const HEAD = `# Published systems, line by line

Each published system has a short list of what it must show before its name means anything. This
page has every line of these lists, with what was measured. It is made by a command:

\`\`\`sh
npx tsx test/bench/systems.ts
npx tsx test/bench/systems.ts regal --only headroom --scale 0.1
npx tsx test/bench/systems.ts --page
\`\`\`

The first runs what has not run yet: many hours for learned systems, minutes for planners. The
second runs the lines of one system that have a word in them. The third writes this page from
\`docs/systems.jsonl\`, which has a line of JSON for each check.

## How to read it

- **Target** is the list's own. None was changed to be met.
- **Scale** says how much of the line was run. \`whole\` is the line to the letter. A number is the
  share of its simulations, graphs and seeds; such a figure is a first look and proves nothing.
- **Met** is what the program said. A line that is told as a finding has no bar to miss.
- Agents run with their tuned defaults, which the page of each agent lists. Where a line is about
  the published method, it says \`mode=paper\`.
- Below a line that is missed stands the reason, as far as it is known.
- A line that was not run says so. The agent's page may have figures of shorter runs.
- Lines with published files need \`../shared\` beside the checkout. Without it they are not run
  again, and the row of the last run stays.
`;

/** Title of each group, and what its reader should know first. */
const GROUPS: Readonly<Record<GroupFolder, { readonly title: string; readonly text: string }>> = {
  learned: {
    title: "Learned systems",
    text:
      "Lines of agents hold what they learn to other methods or to a bound. " +
      "[Below](#what-the-thresholds-refer-to) is what the bound is.",
  },
  pipelines: {
    title: "Planners of pipelines",
    text:
      "Lines of planners hold closed forms, published results and brute force. The simulator is the " +
      "event simulator of this gym; where a line is about a simulation inside a planner, it says so. " +
      "[Their estimates](pipeline-planners.md) have a page of their own.",
  },
  shardings: {
    title: "Planners of shardings",
    text: `Planners that divide or rewrite operators. Each line is one of its sheet's "works in the gym when".`,
  },
};

export type Systems = ReadonlyMap<string, readonly SystemCheck[]>;

export function pageOf(systems: Systems, records: Records, difficulty: string): string {
  const groups = systemGroups.map((group) => {
    const { title, text } = GROUPS[group.folder];
    return [`## ${title}\n`, wrapped(text), summary(group.systems, systems, records)].join("\n");
  });
  const sections = systemGroups.flatMap((group) =>
    group.systems.map((system) => section(group.folder, system, systems.get(system)!, records)),
  );
  return [HEAD, ...groups, difficulty, ...sections].join("\n");
}

function summary(ids: readonly string[], systems: Systems, records: Records): string {
  const rows = ids.map((system) => {
    const checks = systems.get(system)!;
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

function section(
  folder: GroupFolder,
  system: string,
  checks: readonly SystemCheck[],
  records: Records,
): string {
  const parts = checks.map((check, i) => part(check, i + 1, records.get(keyOf(check))));
  const command = `\`\`\`sh\nnpx tsx test/bench/systems.ts ${system}\n\`\`\`\n`;
  return [`## \`${system}\`\n`, wrapped(sourceOf(folder, system)), command, ...parts].join("\n");
}

/** The paper, and where the methods are described. */
function sourceOf(folder: GroupFolder, system: string): string {
  const cards = methods.map(({ card }) => card).filter(({ systems }) => systems?.includes(system));
  const card = cards.find(({ id }) => id === system) ?? cards[0];
  if (card === undefined) throw new Error(`"${system}" is no method's system.`);
  if (folder === "learned") return `${card.paper}. Its [page](agents/${system}.md) describes the agent.`;
  const { name, paper } = publishedSystems.find(({ id }) => id === system)!;
  const ids = cards.map(({ id }) => `\`${id}\``);
  const names = ids.length === 1 ? ids[0] : `${ids.slice(0, -1).join(", ")} and ${ids[ids.length - 1]}`;
  return `${name}: ${paper}. Here it is ${names}.`;
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
