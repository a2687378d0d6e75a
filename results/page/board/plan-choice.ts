/**
 * Two plans of a scenario side by side. The reader chooses both; the script loads their files,
 * colours the graph by their devices and shows their figures.
 */
import type { Scenario } from "../../../env/model/scenario.ts";
import { formatGap, formatValue } from "../../text/format.ts";
import { visibleName } from "../../text/visible.ts";
import { colourOf } from "../drawing/graph-svg.ts";
import { element, html, lines, type Markup } from "../markup.ts";
import { scrollBox } from "../parts.ts";
import { budgetText } from "./data/budget-text.ts";
import type { SiteScenario, SiteTrack } from "./data/site-data.ts";
import { BEST_KNOWN, type PlanChoice } from "./plan-files.ts";

export interface ChoiceParts {
  readonly site: SiteTrack;
  readonly siteScenario: SiteScenario;
  readonly scenario: Scenario;
  readonly choices: readonly PlanChoice[];
  /** The graph without colours. */
  readonly graph: Markup;
}

export function planChoice(parts: ChoiceParts): Markup {
  const { siteScenario, scenario, choices, graph } = parts;
  if (choices.length === 0) return html`<p>There is no plan to show.</p>`;
  const folder = siteScenario.file.slice(siteScenario.file.lastIndexOf("/") + 1);
  const right = choices.find(({ id }) => id !== BEST_KNOWN) ?? choices[0];
  const devices = scenario.cluster.devices.map(
    ({ name }, d) =>
      html`<span class="key"><i class="device" style="--c:${colourOf(d)}"></i>${visibleName(name)}</span>`,
  );
  const graphBox = scrollBox(`Graph of ${visibleName(scenario.name)}`, graph);
  return html`<noscript><p class="warning">Choosing plans needs scripts. The files of the plans are \
linked in the table above.</p></noscript>
<form class="choose" hidden="" data-folder="${folder}">
${selectMark("left", parts, choices[0].id)}
${selectMark("right", parts, right.id)}
</form>
<p class="facts" role="status"></p>
<p class="facts devices">Colours of devices: <span class="keys">${devices}</span> \
<span class="key"><i class="device" style="--c:var(--soft)"></i>several</span></p>
<div class="graphbox" id="graph">
${graphBox}
</div>
<div class="sides">
<section class="side" id="left" aria-label="Left plan"></section>
<section class="side" id="right" aria-label="Right plan"></section>
</div>`;
}

function selectMark(side: "left" | "right", parts: ChoiceParts, chosen: string): Markup {
  const { site, choices } = parts;
  const optionsOf = (own: readonly PlanChoice[]) =>
    lines(own.map((choice) => optionMark(choice, parts, choice.id === chosen)));
  const groups = site.groups.flatMap(({ id, budget }) => {
    const own = choices.filter(({ groupId }) => groupId === id);
    const label = budgetText(budget);
    return own.length === 0 ? [] : [element("optgroup", { label }, optionsOf(own))];
  });
  const known = choices.filter(({ groupId }) => groupId === null);
  const title = side === "left" ? "Left plan" : "Right plan";
  return html`<label>${title} <select name="${side}">
${optionsOf(known)}${lines(groups)}</select></label>`;
}

/** The script reads from it what stands above the figures. */
function optionMark(choice: PlanChoice, { siteScenario }: ChoiceParts, isChosen: boolean): Markup {
  const { id, method, value, file, row } = choice;
  const { unit, bound } = siteScenario;
  const text = value === null ? "does not fit" : formatValue(unit, value);
  const gap = value === null || bound <= 0 ? null : Math.max(0, value / bound - 1);
  const attributes = {
    value: id,
    selected: isChosen ? "" : null,
    "data-file": file,
    "data-title": id === BEST_KNOWN ? `Best known, by ${method}` : method,
    "data-facts": gap === null ? text : `${text}, gap ${formatGap(gap)}`,
    "data-command": row?.row.entry.command ?? null,
    "data-page": row === null ? null : `../../${row.file}.html`,
  };
  return element("option", attributes, `${id === BEST_KNOWN ? `best known (${method})` : method}: ${text}`);
}
