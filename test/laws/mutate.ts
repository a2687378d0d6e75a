/**
 * Random damage to JSON values: what a person, a script or another program gets wrong in a file.
 */
import { createRng, type Rng } from "../../env/index.ts";

type Json = unknown;

/** What stands where something else should; JSON writes NaN and infinity as null. */
const strays: readonly Json[] = [
  null,
  true,
  "",
  "x",
  "GPU",
  [],
  {},
  [[]],
  -1,
  -0.5,
  0,
  0.5,
  1,
  3,
  1e-320,
  5e-8,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  1e18,
  1e300,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
];

interface Place {
  readonly holder: Record<string, Json>;
  readonly key: string;
}

/**
 * A copy of the value with one to three faults, the same for the same seed. An object stays an
 * object, though it may become empty.
 */
export function mutated(value: Json, seed: number): Json {
  const rng = createRng(`mutation ${seed}`);
  const root: Record<string, Json> = { value: structuredClone(value) };
  const isTree = value !== null && typeof value === "object";
  const count = 1 + rng.int(3);
  for (let i = 0; i < count; i++) {
    const places = placesIn(isTree ? (root.value as Record<string, Json>) : root);
    if (places.length > 0) damage(places, pick(places, rng), rng);
  }
  return root.value;
}

function damage(places: readonly Place[], { holder, key }: Place, rng: Rng): void {
  const faults = [
    () => {
      holder[key] = structuredClone(pick(strays, rng));
    },
    () => {
      if (typeof holder[key] === "number")
        holder[key] = (holder[key] as number) * pick([-1, 1e-9, 1e9, 1e200], rng);
      else holder[key] = structuredClone(pick(strays, rng));
    },
    () => {
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
    },
    () => {
      if (Array.isArray(holder)) holder.splice(Number(key), 0, structuredClone(holder[key]));
      else holder[`${key} again`] = structuredClone(holder[key]);
    },
    () => {
      const other = pick(places, rng);
      const held = structuredClone(holder[key]);
      holder[key] = structuredClone(other.holder[other.key]);
      other.holder[other.key] = held;
    },
  ];
  pick(faults, rng)();
}

function placesIn(root: Record<string, Json>): Place[] {
  const places: Place[] = [];
  const open: Record<string, Json>[] = [root];
  while (open.length > 0) {
    const holder = open.pop()!;
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      const below = holder[key];
      if (below !== null && typeof below === "object") open.push(below as Record<string, Json>);
    }
  }
  return places;
}

export const pick = <T>(from: readonly T[], rng: Rng): T => from[rng.int(from.length)];
