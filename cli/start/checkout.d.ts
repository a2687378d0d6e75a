/** The folder of what `compileSources` and `compileTests` made. */
export const COMPILED: string;

/** Compiles the sources that have changed since the last call, of whatever process. */
export function compileSources(): Promise<void>;

/** The same, and the programs and parts that tests start in processes of their own. */
export function compileTests(): Promise<void>;
