/**
 * What `house` learns on: members of the train splits of six families, and clusters of 2 to 8
 * devices. Some have memories that a few devices fill. Scenarios of judge.ts are of other families.
 */

/** Each with the number of the first member; every round takes other members. */
const kinds: readonly { readonly family: string; readonly options: readonly string[] }[] = [
  { family: "layered", options: ["", "ops=200", "ops=300", "ops=150&width=12"] },
  { family: "series-parallel", options: ["ops=150", "ops=300"] },
  { family: "regal", options: ["", "", ""] },
  { family: "inception", options: ["", ""] },
  { family: "enas-ptb", options: ["", ""] },
  { family: "transformer", options: ["", "", "groups=40"] },
];

const clusters = [
  "2xK80",
  "4xK80",
  "8xK80",
  "2xP100",
  "4xP100",
  "8xV100-nvlink",
  "4xV100-pcie",
  "2xP100+2xK80",
  "variant/train/0",
  "variant/train/1",
  "variant/train/2",
] as const;

/** Members of the smallest train split. */
const FEWEST = 16;
/** One scenario of so many has less memory. */
const TIGHT = 6;

/** The scenarios of a round: one for each kind and some clusters, no two rounds alike. */
export function trainingUris(round: number, split: "train" | "validation" = "train"): string[] {
  const uris: string[] = [];
  let number = 7 * round;
  for (const { family, options } of kinds)
    for (const option of options)
      for (let i = 0; i < 2; i++, number++) {
        const member = number % (split === "train" ? FEWEST : FEWEST / 2);
        const cluster = clusters[(number * 5 + i) % clusters.length];
        const memory = number % TIGHT === 0 ? "memory=2GB" : "";
        const query = [option, memory].filter((part) => part !== "").join("&");
        uris.push(`${family}/${split}/${member}/${cluster}${query === "" ? "" : `?${query}`}`);
      }
  return uris;
}
