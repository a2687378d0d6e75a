/** Plain text of pictures: a table, the bar of a busy device, and numbers. */

const BAR_COLUMNS = 48;

/** `#` for a column that is busy for at least half of its time, `-` for less, `.` for idle. */
export function busyBar(
  busy: readonly { readonly startUs: number; readonly endUs: number }[],
  makespanUs: number,
): string {
  const columnUs = makespanUs / BAR_COLUMNS;
  const busyUs = new Float64Array(BAR_COLUMNS);
  for (const { startUs, endUs } of busy) {
    if (endUs === startUs) continue;
    const last = Math.min(BAR_COLUMNS - 1, Math.floor(endUs / columnUs));
    for (let c = Math.floor(startUs / columnUs); c <= last; c++)
      busyUs[c] += Math.max(0, Math.min(endUs, (c + 1) * columnUs) - Math.max(startUs, c * columnUs));
  }
  return Array.from(busyUs, (us) => (us === 0 ? "." : us < columnUs / 2 ? "-" : "#")).join("");
}

const format = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
export const numberText = (value: number): string => format.format(value);
export const megabytesText = (bytes: number): string => numberText(bytes / 1e6);

export interface TextColumn {
  readonly header: string;
  readonly align: "left" | "right";
  readonly cells: readonly string[];
}

/** The header and the rows, as lines. */
export function textTable(columns: readonly TextColumn[]): string[] {
  const padded = columns.map(({ header, align, cells }) => {
    const width = Math.max(header.length, ...cells.map((cell) => cell.length));
    return [header, ...cells].map((text) => (align === "left" ? text.padEnd(width) : text.padStart(width)));
  });
  return padded[0].map((_, row) =>
    padded
      .map((cells) => cells[row])
      .join("  ")
      .trimEnd(),
  );
}
