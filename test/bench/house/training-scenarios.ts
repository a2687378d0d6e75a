/**
 * What `house` learns on: members of the train splits of six families, and built-in networks, on
 * clusters of 2 to 8 devices. Some have memories that a few devices fill. Settings are chosen on
 * validation splits and on other networks. The judge (../house.ts) has other families and networks,
 * but for other members of layered and series-parallel.
 */

interface Kind {
  /** A family with its split left out, or a network. */
  readonly name: string;
  readonly isFamily: boolean;
  readonly options: readonly string[];
}

const families: readonly Kind[] = [
  { name: "layered", isFamily: true, options: ["", "ops=200", "ops=300", "ops=150&width=12"] },
  { name: "series-parallel", isFamily: true, options: ["ops=150", "ops=300"] },
  { name: "regal", isFamily: true, options: ["", "", ""] },
  { name: "inception", isFamily: true, options: ["", ""] },
  { name: "enas-ptb", isFamily: true, options: ["", ""] },
  { name: "transformer", isFamily: true, options: ["", "", "groups=40"] },
];

const network = (name: string, ...options: readonly string[]): Kind => ({ name, isFamily: false, options });

/** Networks whose ops move in groups, as those of papers do. */
const networks: Readonly<Record<Split, readonly Kind[]>> = {
  train: [
    network(
      "rnnlm",
      "steps=8&layers=4&groups=64",
      "steps=6&layers=3&groups=40",
      "steps=10&layers=2&groups=80",
    ),
    network("wavenet", "", "groups=48"),
    network("amoebanet-d", "layers=3", "layers=3&groups=64"),
    network("resnet-50", "", "groups=40"),
    network("squeezenet", ""),
    network("unet", ""),
    network("gcn-reddit", "parts=8&layers=3"),
    network("t5-small", "layers=2&groups=64"),
  ],
  validation: [
    network("densenet-121", "groups=64"),
    network("ddpm-unet", "groups=64"),
    network("transformer-big", "layers=2&groups=64"),
    network("rnnlm", "steps=12&layers=3&groups=56"),
  ],
};

/** What the leaderboard is told. */
export const trainedOn: readonly string[] = [...families, ...networks.train].map(({ name, isFamily }) =>
  isFamily ? `${name}/train` : name,
);

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

type Split = "train" | "validation";

/** Members of the smallest train split. */
const FEWEST = 16;
/** One scenario of so many has less memory. */
const TIGHT = 6;
/** A family's graphs on two clusters in a round. */
const TIMES = 2;

/** The scenarios of a round: one for each kind and some clusters, no two rounds alike. */
export function trainingUris(round: number, split: Split = "train"): string[] {
  const uris: string[] = [];
  let number = 7 * round;
  for (const { name, isFamily, options } of [...families, ...networks[split]])
    for (const option of options)
      for (let i = 0; i < TIMES; i++, number++) {
        const member = number % (split === "train" ? FEWEST : FEWEST / 2);
        const cluster = clusters[(number * 5 + i) % clusters.length];
        const memory = isFamily && number % TIGHT === 0 ? "memory=2GB" : "";
        const query = [option, memory].filter((part) => part !== "").join("&");
        const graph = isFamily ? `${name}/${split}/${member}` : name;
        uris.push(`${graph}/${cluster}${query === "" ? "" : `?${query}`}`);
      }
  return uris;
}
