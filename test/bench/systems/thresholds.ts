/**
 * What the thresholds over a bound refer to, for docs/systems.md. It shows how hard the families in
 * use are beside the study that the thresholds were set on, from the tables of docs/families.md.
 */
const FAMILIES = ["inception", "nmt", "enas-cifar"];
const STUDIES = ["inception-like", "NMT grid", "ENAS-like"];

const PROSE = `## What the thresholds refer to

Lines of \`colocrl\`, \`hdp\`, \`spotlight\` and \`placeto\` hold a step time over a bound. They were
set on a study of three toy families. The bound is the larger of two: the longest path of compute
times, and all work over the speed of all devices. It leaves out transfers, so 1 can be out of
reach. The figures below are over the same bound, and so are those of the lines. The gym's own
[bounds](bounds.md) are tighter and would flatter an agent by up to 4% here. Lines of \`gdp\`,
\`regal\` and \`doppler\` compare with other methods and need no bound.

The families in use have the study's difficulty within 0.1 for random placements and hill climbing
([families](families.md#how-hard-they-are) has all of them and the command, \`npm run calibrate\`).
So no threshold was shifted. Other columns differ more: on 2 devices ENAS-like cells are 0.03 to
0.08 harder here, for every search. Figures are after 3,000 evaluations. They are means over 16
test members and 3 seeds.
`;

/** Rows of the families in use and of the study, as a section. */
export function thresholdsSection(familiesPage: string): string {
  const lines = familiesPage.split("\n");
  const tables = [2, 4].map((devices) => {
    const start = lines.findIndex((line) => line.startsWith(`| ${devices} devices |`));
    const end = lines.findIndex((line, i) => i > start && line === "");
    const rows = lines.slice(start + 2, end).filter(isUsed);
    if (start < 0 || rows.length !== FAMILIES.length + STUDIES.length)
      throw new Error(`docs/families.md has no row for some family on ${devices} devices.`);
    return [...lines.slice(start, start + 2), ...rows, ""].join("\n");
  });
  return [PROSE, ...tables].join("\n");
}

const isUsed = (row: string): boolean =>
  FAMILIES.some((family) => row.startsWith(`| \`${family}\` |`)) ||
  STUDIES.some((study) => row.startsWith(`| *study: ${study}* |`));
