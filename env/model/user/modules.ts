/**
 * Modules of a user's, by their URL. The program that holds us may name a module that lets Node
 * load TypeScript. It is imported before the first module of a user's, also by threads.
 */
type ImportModule = (url: string) => Promise<Record<string, unknown>>;

export const userModules: {
  /** URL of a module that registers a loader and exports `importModule`. */
  loader: string | null;
} = { loader: null };

/** Rejects with what Node says where the module cannot be loaded. */
export async function importUserModule(url: string): Promise<Record<string, unknown>> {
  const { loader } = userModules;
  if (loader === null) return import(/* @vite-ignore */ url);
  const { importModule }: { importModule: ImportModule } = await import(/* @vite-ignore */ loader);
  return importModule(url);
}
