/**
 * Published systems of device placement and parallel training, by the name that people know them
 * by. A method's card says which it is. For a system that no card names, `nearest` says what to use
 * in its place, and `lacks` what is missing here.
 *
 * So a search for a paper ends at a method, or at a sentence that says there is none.
 */
import { alternatives } from "../../env/model/suggest.ts";
import type { Method } from "../contract.ts";

export interface PublishedSystem {
  readonly id: string;
  readonly name: string;
  /** First author, venue and year. */
  readonly paper: string;
  /** Ids of the methods nearest to it; for systems that are not here. */
  readonly nearest?: readonly string[];
  /** What of it is not here. */
  readonly lacks?: string;
}

const system = (
  id: string,
  name: string,
  paper: string,
  rest: Pick<PublishedSystem, "nearest" | "lacks"> = {},
): PublishedSystem => ({ id, name, paper, ...rest });

export const publishedSystems: readonly PublishedSystem[] = [
  system("colocrl", "ColocRL", "Mirhoseini et al., ICML 2017"),
  system("placeto", "Placeto", "Addanki et al., NeurIPS 2019"),
  system("flexflow", "FlexFlow", "Jia et al., SysML 2019"),
  system("baechi", "Baechi", "Jeon et al., SoCC 2020"),
  system("pesto", "Pesto", "Hafeez et al., Middleware 2021"),
  system("dnn-partitioning", "dnn-partitioning", "Tarnawski et al., NeurIPS 2020"),
  system("pipedream", "PipeDream", "Narayanan et al., SOSP 2019"),
  system("torchgpipe", "torchgpipe", "Kim et al., 2020"),
  system("metis", "METIS", "Karypis and Kumar, 1998"),
  system("scotch", "Scotch", "Pellegrini and Roman, 1996", { nearest: ["multilevel"] }),
  system("dagp", "dagP", "Herrmann et al., 2019", { nearest: ["acyclic-partition"] }),
  system("hdp", "HDP", "Mirhoseini et al., ICLR 2018"),
  system("spotlight", "Spotlight", "Gao et al., ICML 2018"),
  system("post", "Post", "Gao et al., NeurIPS 2018", {
    nearest: ["reinforce"],
    lacks: "its cross-entropy steps",
  }),
  system("regal", "REGAL", "Paliwal et al., ICLR 2020"),
  system("gdp", "GDP", "Zhou et al., 2019"),
  system("go", "GO", "Zhou et al., NeurIPS 2020", {
    nearest: ["gdp"],
    lacks: "its decisions on order and fusion",
  }),
  system("doppler", "DOPPLER", "Yao et al., ICLR 2026"),
  system("gpipe", "GPipe", "Huang et al., NeurIPS 2019"),
  system("pipedream-2bw", "PipeDream-2BW", "Narayanan et al., ICML 2021"),
  system("dapple", "DAPPLE", "Fan et al., PPoPP 2021"),
  system("chimera", "Chimera", "Li and Hoefler, SC 2021"),
  system("hetpipe", "HetPipe", "Park et al., USENIX ATC 2020"),
  system("vpipe", "vPipe", "Zhao et al., TPDS 2022"),
  system("pipetransformer", "PipeTransformer", "He et al., ICML 2021"),
  system("rannc", "RaNNC", "Tanaka et al., IPDPS 2021"),
  system("ftpipe", "FTPipe", "Eliad et al., USENIX ATC 2021"),
  system("piper", "Piper", "Tarnawski et al., NeurIPS 2021"),
  system("tapp", "TAPP", "Mao et al., 2021"),
  system("heterps", "HeterPS", "Liu et al., 2021"),
  system("optcnn", "OptCNN", "Jia et al., ICML 2018"),
  system(
    "tensor-parallel-families",
    "Tensor-parallel families",
    "Megatron-LM 2019, Optimus 2021, Tesseract 2021, 3D 2021",
  ),
  system("tofu", "Tofu", "Wang et al., EuroSys 2019"),
  system("pase", "PaSE", "Elango, IPDPS 2021"),
  system("gspmd", "GSPMD", "Xu et al., 2021"),
  system("alpa", "Alpa", "Zheng et al., OSDI 2022"),
  system("automap", "automap", "Schaarschmidt et al., 2021"),
  system("tensoropt", "TensorOpt", "Cai et al., TPDS 2022"),
  system("accpar", "AccPar", "Song et al., HPCA 2020"),
  system("d-rec", "D-Rec", "MindSpore's recursive_programming, Huawei"),
  system("neo", "Neo", "Mudigere et al., ISCA 2022"),
  system("p2", "P2", "Xie et al., MLSys 2022"),
  system("distir", "DistIR", "Santhanam et al., EuroMLSys 2021"),
  system("auto-map", "Auto-MAP", "Wang et al., 2020"),
  system("paddle-adaptive", "Adaptive Paddle", "Ao et al., 2021"),
  system("roc", "ROC", "Jia et al., MLSys 2020"),
  system("taso", "TASO", "Jia et al., SOSP 2019"),
];

export const systemNamed = (name: string): PublishedSystem | undefined =>
  publishedSystems.find(({ id, name: usual }) =>
    [id, usual.toLowerCase()].includes(name.trim().toLowerCase()),
  );

/** Ids of the methods whose cards name the system. */
export const methodsOfSystem = (methods: readonly Method[], { id }: PublishedSystem): readonly string[] =>
  methods.filter(({ card }) => card.systems?.includes(id)).map(({ card }) => card.id);

/** What there is of a system: one sentence. */
export function systemSentence(methods: readonly Method[], system: PublishedSystem): string {
  const { name, paper, nearest = [], lacks } = system;
  const here = methodsOfSystem(methods, system);
  if (here.length > 0) return `${name} (${paper}) is ${alternatives(here)} here.`;
  const missing = lacks === undefined ? "" : `, for want of ${lacks}`;
  const instead = nearest.length === 0 ? "" : ` The nearest is ${alternatives(nearest)}.`;
  return `${name} (${paper}) is not implemented${missing}.${instead}`;
}
