/** Millions of parameters of Transformers, by unit: an embedding, then attention, MLP in turn. */
export const transformer = (layers: number, embedding: number, attention: number, mlp: number): number[] => [
  embedding,
  ...Array.from({ length: layers }, () => [attention, mlp]).flat(),
];

export const transformers: readonly (readonly [string, readonly number[]])[] = [
  ["ViT-B/16", transformer(12, 0.74, 2.36, 4.72)],
  ["BERT-base", transformer(12, 23.8, 2.36, 4.72)],
  ["BERT-large", transformer(24, 31.8, 4.2, 8.4)],
];
