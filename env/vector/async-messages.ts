/** What an asynchronous vector env and its workers say to each other. */
import type { ResetOptions } from "../contract.ts";
import type { ScenarioFile } from "../model/file.ts";
import type { AutoresetMode } from "./contract.ts";

/** The share of one worker. */
export interface WorkerSetup {
  readonly id: string;
  readonly scenario: ScenarioFile;
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** URL of the module that makes the envs instead of the registry. */
  readonly module: string | null;
  /** Number of the share's first env in the whole vector, and how many envs it has. */
  readonly first: number;
  readonly count: number;
  readonly autoreset: AutoresetMode;
}

export type ToEnvWorker =
  | { readonly call: "reset"; readonly options: ResetOptions | undefined }
  | { readonly call: "resetEnv"; readonly index: number; readonly options: ResetOptions | undefined }
  | { readonly call: "step"; readonly actions: readonly unknown[] }
  | { readonly call: "state" }
  | { readonly call: "restore"; readonly state: unknown };

/** An answer, or an error; `isMistake` where it is a sentence for the user. */
export type FromEnvWorker =
  | { readonly answer: unknown }
  | { readonly message: string; readonly stack: string | undefined; readonly isMistake: boolean };
