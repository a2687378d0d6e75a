/**
 * Lists in files, read so that a wrong one costs no more than a right one. A list that is too long
 * is refused before its items are looked at. Reading stops at the first wrong item. zod itself
 * makes an issue for every one, which takes a hundred times the bytes of the file.
 */
import { z } from "zod";

/** `most` is the largest number of items. */
export function listOf<T extends z.ZodType>(item: T, most: number) {
  return z.array(z.unknown()).transform((values, context): z.infer<T>[] => {
    if (values.length > most) {
      context.addIssue({ code: "custom", message: `has ${values.length} entries, expected at most ${most}` });
      return z.NEVER;
    }
    const items: z.infer<T>[] = [];
    for (const [index, value] of values.entries()) {
      const parsed = item.safeParse(value);
      if (!parsed.success) {
        const [{ message, path }] = parsed.error.issues;
        context.addIssue({ code: "custom", message, path: [index, ...path] });
        return z.NEVER;
      }
      items.push(parsed.data);
    }
    return items;
  });
}
