/** How reports of imports count. */

/** `1 op`, `1,251 ops`. */
export function count(number: number, noun: string): string {
  const digits = String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${digits} ${noun}${number === 1 ? "" : "s"}`;
}
