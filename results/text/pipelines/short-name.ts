/** A long name with an ellipsis in its middle: names of ops differ at both ends. */
export function shortName(name: string, most: number): string {
  const characters = Array.from(name);
  if (characters.length <= most) return name;
  const head = Math.floor((most - 1) / 2);
  const tail = most - 1 - head;
  return `${characters.slice(0, head).join("")}…${characters.slice(-tail).join("")}`;
}
