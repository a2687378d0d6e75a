/** Tables on the terminal: headings in bold, the rest as it is. */
import pc from "picocolors";
import type { Terminal } from "./terminal.ts";

/** A heading is the first line after an empty one. */
export function writeTables(text: string, { write, colour }: Terminal): void {
  const { bold } = pc.createColors(colour);
  write(text, (shown) =>
    shown.replace(/(^|\n\n)([^\n]+)/g, (_, before: string, heading: string) => before + bold(heading)),
  );
}
