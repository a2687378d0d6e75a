/**
 * The card of a method, from what it declares: card, traits and options. As data for `--json` and
 * as text.
 */
import { type Method, traitsOf } from "../../agents/contract.ts";
import { type OptionInfo, optionsOf } from "../../agents/registry/spec.ts";
import { wrappedColumns, wrappedText } from "./columns.ts";

const efforts = {
  instant: "instant: ends by itself, within a second on graphs of common size",
  seconds: "seconds: ends by itself, after seconds to minutes",
  endless: "endless: uses the budget that it gets",
} as const;

export type MethodCard = ReturnType<typeof methodCard>;

/** `chosen` are the options of a spec, checked, with the defaults of all others. */
export function methodCard(method: Method, spec: string, chosen: unknown) {
  const { kind, card } = method;
  const values = chosen as Readonly<Record<string, unknown>>;
  const options = optionsOf(method).map((option) => ({ ...option, value: values[option.name] }));
  return { spec, kind, ...card, ...traitsOf(method), options };
}

export function methodCardText(card: MethodCard, width: number): string {
  const { objectives, effort, random, answers, special } = card;
  const rows = [
    ["decides", card.searchSpace],
    ["answers", answers],
    ["objectives", objectives === "any" ? "any" : objectives.join(", ")],
    ["effort", efforts[effort]],
    ["random", random ? "yes: --seed chooses its draws" : "no: the same plan for every seed"],
    ["asked for", special === true ? "by name only; default comparisons leave it out" : ""],
    ["system", card.systems?.join(", ") ?? ""],
    ["paper", card.paper ?? ""],
    ["limits", card.limits ?? ""],
    ["weights", card.weights ?? ""],
  ] as const;
  const { kind, id, name } = card;
  return [
    ...wrappedText(`${id}, ${kind === "agent" ? "an agent" : "a planner"}: ${name}`, width, ""),
    ...wrappedText(card.summary, width, "  "),
    "",
    ...wrappedColumns(
      rows.filter(([, text]) => text !== ""),
      width,
    ),
    "",
    ...optionLines(id, card.options, width),
    "",
    kind === "agent"
      ? `  placement-gym train --agent ${id} --scenario SCENARIO`
      : `  placement-gym solve SCENARIO --planner ${id}`,
    "",
  ].join("\n");
}

function optionLines(
  id: string,
  options: readonly (OptionInfo & { readonly value: unknown })[],
  width: number,
): string[] {
  if (options.length === 0) return ["It has no options."];
  return [
    `Options, as in ${id}?${options[0].name}=${options[0].default ?? "VALUE"}`,
    ...wrappedColumns(
      options.map((option) => [option.name, optionText(option)] as const),
      width,
    ),
  ];
}

/** What values it takes, its default, the value in use where that is another, what it does. */
function optionText({
  type,
  values,
  range,
  default: usual,
  value,
  description,
}: OptionInfo & {
  readonly value: unknown;
}): string {
  const shape = values === undefined ? [type, range].filter(Boolean).join(" ") : values.join(" | ");
  const standard = usual === undefined ? "no default" : `default ${plain(usual)}`;
  const given = value === undefined || plain(value) === plain(usual) ? "" : `, here ${plain(value)}`;
  return `${shape}, ${standard}${given}. ${description ?? ""}`.trim();
}

const plain = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
