/** Text of generated pages in lines of at most 100 columns, broken at spaces outside code. */

const COLUMNS = 100;

/** `indent` comes before all lines but the first. */
export function wrapped(text: string, indent = ""): string {
  const lines = [""];
  for (const word of text.match(/(?:`[^`]*`|[^\s`])+/g) ?? []) {
    const line = lines[lines.length - 1];
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return `${lines.join("\n")}\n`;
}
