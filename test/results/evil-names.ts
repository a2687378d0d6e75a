/**
 * Names that would do harm where a format or a terminal took them for its own. There are markup,
 * quotes, formulas, escape sequences and right-to-left marks. There are line ends and characters
 * that XML cannot hold.
 */
import { graphBuilder, placement, type Scenario, testScenario } from "../../env/index.ts";

const ESC = "\u001b";

export const evilNames: readonly string[] = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "</svg></style></title>",
  "\u202eevil",
  '=HYPERLINK("x")',
  "+1+1",
  "-2+3",
  "@SUM(A1)",
  "'=1",
  `${ESC}[31m${ESC}]0;owned\u0007`,
  "\u009b31m",
  "a\nPage: forged",
  "a\tb",
  "a\rb",
  "a b",
  "\\N",
  "\\u001b",
  `\\${ESC}`,
  "&lt;b&gt;",
  "__proto__",
  'a,b"c;d',
  "\ud800",
  "\ufffe",
  "\u{1f600}",
];

export function evilScenario(): Scenario {
  const builder = graphBuilder();
  evilNames.forEach((name, v) => {
    builder.op({ name, type: `<b>${ESC}[1m`, measuredUs: { "*": 10 + v }, outputs: [100] });
    if (v > 0) builder.edge({ from: evilNames[v - 1], to: name });
  });
  const { cluster, ...rest } = testScenario({ graph: builder.build(), name: `</script>${ESC}c\n` });
  const deviceNames = [`d<script>${ESC}[2J\nforged`, "=cmd|' /C calc'!A0"];
  return {
    ...rest,
    cluster: {
      ...cluster,
      name: `<i>${ESC}[31m`,
      devices: cluster.devices.map((device, d) => ({ ...device, name: deviceNames[d] })),
      links: cluster.links.map((link, i) => ({ ...link, name: `bus${i}</svg>\u2066${ESC}` })),
    },
  };
}

/** Ops in turn on both devices. */
export const evilPlan = placement(evilNames.map((_, v) => v % 2));

/** All that a terminal obeys or that turns text around, line feeds and tabs apart. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
export const obeyed = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
