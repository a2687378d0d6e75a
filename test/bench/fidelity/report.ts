/** What the bench prints of a set: one line of JSON, or tables with the closed forms beside. */
import type { MeasuredSet, Predicted } from "./contract.ts";
import { errorOf, type Figures, figuresOf } from "./figures.ts";

const WORST = 5;

export interface SetReport extends Figures {
  readonly set: string;
  readonly times: string;
  /** Figures of each closed form, by name. */
  readonly floors: Readonly<Record<string, Figures>>;
  readonly groups: Readonly<Record<string, Figures & Pick<SetReport, "floors">>>;
  /** Of peak memory, where the set has it. */
  readonly memory: Readonly<Record<string, Figures>>;
}

/** Pre: at least one row. */
export function reportOf({ name, times, floors }: MeasuredSet, rows: readonly Predicted[]): SetReport {
  const groups = [...new Set(rows.flatMap((row) => row.groups))];
  const within = (group: string) => rows.filter((row) => row.groups.includes(group));
  const memory = groups.map((group) => [group, memoryFigures(within(group))] as const);
  return {
    set: name,
    ...timeFigures(rows),
    times,
    floors: floorFigures(floors, rows),
    groups: Object.fromEntries(
      groups.map((group) => {
        const own = within(group);
        return [group, { ...timeFigures(own), floors: floorFigures(floors, own) }];
      }),
    ),
    memory: Object.fromEntries(memory.flatMap(([group, own]) => (own === null ? [] : [[group, own]]))),
  };
}

const floorFigures = (floors: readonly string[], rows: readonly Predicted[]): Record<string, Figures> =>
  Object.fromEntries(
    floors.map((floor, i) => [
      floor,
      figuresOf(
        rows.map(({ floorS }) => floorS[i]),
        rows.map(({ measuredS }) => measuredS),
      ),
    ]),
  );

const timeFigures = (rows: readonly Predicted[]): Figures =>
  figuresOf(
    rows.map(({ simulatedS }) => simulatedS),
    rows.map(({ measuredS }) => measuredS),
  );

function memoryFigures(rows: readonly Predicted[]): Figures | null {
  const known = rows.flatMap(({ memory }) => (memory === undefined ? [] : [memory]));
  if (known.length === 0) return null;
  return figuresOf(
    known.map(({ simulatedBytes }) => simulatedBytes),
    known.map(({ measuredBytes }) => measuredBytes),
  );
}

export const tableHead = [
  "| set | rows | mean error, % | median | largest | Spearman |",
  "|---|---:|---:|---:|---:|---:|",
];

/** Lines of a table: the set and its groups, each with the closed forms, and memory. */
export function tableLines({ set, groups, floors, memory, ...figures }: SetReport): string[] {
  const floorLines = (name: string, own: SetReport["floors"]) =>
    Object.entries(own).map(([floor, of]) => lineOf(`${name}: floor ${floor}`, of));
  return [
    lineOf(`**${set}**`, figures),
    ...floorLines(set, floors),
    ...Object.entries(groups).flatMap(([group, own]) => [
      lineOf(`${set}, ${group}`, own),
      ...floorLines(`${set}, ${group}`, own.floors),
    ]),
    ...Object.entries(memory).map(([group, own]) => lineOf(`${set}, ${group}: memory`, own)),
  ];
}

const lineOf = (name: string, { rows, mape, median, max, spearman }: Figures): string =>
  `| ${[name, rows, percent(mape), percent(median), percent(max), spearman?.toFixed(3) ?? "-"].join(" | ")} |`;

const percent = (value: number): string =>
  value > 0 && value < 0.01 ? value.toExponential(0) : value.toFixed(2);

/** The rows that the simulator is furthest from, with their signed errors. */
export function worstLine(set: string, rows: readonly Predicted[]): string {
  const errors = rows
    .map(({ name, simulatedS, measuredS }) => ({ name, error: errorOf(simulatedS, measuredS) }))
    .sort((a, b) => Math.abs(b.error) - Math.abs(a.error))
    .slice(0, WORST);
  const told = errors.map(({ name, error }) => `${name} ${error > 0 ? "+" : ""}${error.toFixed(1)}%`);
  return `Furthest in ${set}: ${told.join(", ")}.`;
}
