/**
 * Where a page comes from: versions, command, date and kind of machine, and the files of data
 * beside it. Date and machine stand in `times.json` too, never in `report.json`.
 */
import { formatBytes, formatCount } from "../text/format.ts";
import { html, type Markup } from "./markup.ts";

/** The kind of machine, without its name. */
export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
  /** Such as `linux x64`. */
  readonly platform: string;
}

export interface Origin {
  readonly versions: Readonly<Record<string, string>>;
  /** As it can be typed again. */
  readonly command: string;
  /** In UTC, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
}

/** Where the files of data stand beside the page. */
export function originText(origin: Origin): Markup {
  return html`${originLines(origin)}
<p class="facts">Data: <a href="report.json">report.json</a> (results and plans), \
<a href="run.json">run.json</a> (request), <a href="times.json">times.json</a> (clock readings)</p>`;
}

export function originLines({ versions, command, date, machine }: Origin): Markup {
  const made = [
    ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
    date.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, " UTC"),
    `${formatCount(machine.cores)} cores, ${formatBytes(machine.memoryBytes)} of memory, ${machine.platform}`,
  ];
  return html`<p class="facts">${made.join(" · ")}</p>
<p class="facts"><code>${command}</code></p>`;
}
