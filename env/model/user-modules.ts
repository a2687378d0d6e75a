/**
 * Modules of a user's, by their URL. The program that holds us may name a module to import before
 * the first of them, which lets Node load TypeScript. Threads import it too.
 */
export const userModules: {
  /** URL of a module that registers a loader when it is imported. */
  loader: string | null;
} = { loader: null };

/** Rejects with what Node says where the module cannot be loaded. */
export async function importUserModule(url: string): Promise<Record<string, unknown>> {
  if (userModules.loader !== null) await import(/* @vite-ignore */ userModules.loader);
  return import(/* @vite-ignore */ url);
}
