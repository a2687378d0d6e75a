/** Meshes of a number of devices: all products of up to so many sizes above 1, in order. */
export function factorings(count: number, most: number): number[][] {
  if (most === 1) return [[count]];
  const found = [[count]];
  for (let first = 2; first < count; first++)
    if (count % first === 0)
      for (const rest of factorings(count / first, most - 1)) found.push([first, ...rest]);
  return found;
}
