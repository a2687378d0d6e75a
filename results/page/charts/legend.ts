/**
 * The legend of the curves: a switch for each line and for each group of methods. It needs no
 * script; `switchStyle` hides what is switched off. Groups follow from the traits of methods.
 */
import { traitsOf } from "../../../agents/contract.ts";
import { methods } from "../../../agents/registry/registry.ts";
import type { CellResult } from "../../cells/cell.ts";
import { type Mark, swatch } from "../marks.ts";
import { html, lines, type Markup } from "../markup.ts";

const groups = ["Learned agents", "Searches", "Solvers", "Quick planners", "Other planners"] as const;
const groupOfEffort = { endless: 1, seconds: 2, instant: 3 } as const;
const OTHERS = 4;

/** Number of the method's group. A method from a file is among the others. */
export function groupOf(method: string, kind: CellResult["kind"]): number {
  if (kind === "agent") return 0;
  const [id] = method.split("?");
  const known = methods.find((candidate) => candidate.card.id === id);
  return known === undefined ? OTHERS : groupOfEffort[traitsOf(known).effort];
}

interface Entry {
  readonly method: string;
  readonly mark: Mark;
  readonly group: number;
}

export function legend(entries: readonly Entry[], id: string): Markup {
  const parts = groups.flatMap((name, group) => {
    const own = entries.filter((entry) => entry.group === group);
    if (own.length === 0) return [];
    const chips = own.map(
      ({ method, mark }) =>
        html`<label data-m="${mark.index}"><input type="checkbox" checked="" class="s${mark.index}"/>\
${swatch(mark)}${method}</label>`,
    );
    return [
      html`<b><label><input type="checkbox" checked="" class="g${group}"/>${name}</label></b>
${lines(chips)}`,
    ];
  });
  return html`<div class="legend" role="group" aria-label="Lines of the curves" id="${id}-legend">
${lines(parts)}</div>`;
}

/** What is switched off is not drawn. */
export function switchStyle(methodCount: number): string {
  const rule = (off: string, hidden: string) =>
    `.curves:has(.${off}:not(:checked)) .curve.${hidden} { display: none; }\n`;
  const ofMethods = Array.from({ length: methodCount }, (_, i) => rule(`s${i}`, `k${i}`));
  return [...ofMethods, ...groups.map((_, group) => rule(`g${group}`, `in${group}`))].join("");
}
