/** The loader of TypeScript treats an import well only where it loaded the importing module too. */
export const importModule = (url: string): Promise<Record<string, unknown>> => import(url);
