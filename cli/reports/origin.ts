/** Where results come from: the command as it was given, the date and the kind of machine. */
import { availableParallelism, totalmem } from "node:os";
import type { Origin } from "../../results/page/origin.ts";
import type { Flags, Values } from "../command.ts";
import { versions } from "../version.ts";

export function originOf<F extends Flags>(
  name: string,
  flags: F,
  values: Values<F>,
  positionals: readonly string[] = [],
): Origin {
  return {
    versions,
    command: commandOf([name, ...positionals], flags, values),
    date: new Date().toISOString(),
    machine: {
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      platform: `${process.platform} ${process.arch}`,
    },
  };
}

/** Flags that have another value than their default, in the order of the command's table. */
function commandOf(
  words: readonly string[],
  flags: Flags,
  values: Readonly<Record<string, unknown>>,
): string {
  const parts = Object.entries(flags).flatMap(([flag, { type, ...rest }]) => {
    const value = values[flag];
    const byDefault = "default" in rest ? rest.default : undefined;
    if (value === undefined || value === false || value === byDefault) return [];
    if (type === "repeated")
      return (value as readonly string[]).flatMap((each) => [`--${flag}`, shellWord(each)]);
    return type === "switch" ? [`--${flag}`] : [`--${flag}`, shellWord(String(value))];
  });
  return ["placement-gym", ...words.map(shellWord), ...parts].join(" ");
}

/** As a shell takes it. */
export const shellWord = (text: string): string =>
  /^[\w./,:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
