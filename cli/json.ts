/**
 * JSON as commands print it: indented, but with each list of numbers or words on one line. A plan
 * of 1,000 ops thereby takes one line, not 1,000. Typed arrays are printed as lists.
 */

export function jsonText(value: unknown): string {
  return `${written(JSON.parse(JSON.stringify(value, plainLists)), "")}\n`;
}

function plainLists(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value;
}

function written(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== "object" || item === null)) return JSON.stringify(value);
    return `[\n${value.map((item) => inner + written(item, inner)).join(",\n")}\n${indent}]`;
  }
  const fields = Object.entries(value).map(
    ([key, field]) => `${inner}${JSON.stringify(key)}: ${written(field, inner)}`,
  );
  return fields.length === 0 ? "{}" : `{\n${fields.join(",\n")}\n${indent}}`;
}
