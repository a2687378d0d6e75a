/**
 * How many instances a law is tried on. A law states the number of a whole run. `npm test` draws a
 * share of them, `npm run test:laws` all: it has PLACEMENT_GYM_LAWS=whole.
 */
const SHARE = 0.4;

const isWhole = process.env.PLACEMENT_GYM_LAWS === "whole";

/** Instances to draw of so many. Of those that must be of some kind, the same share. */
export const drawn = (count: number): number => (isWhole ? count : Math.ceil(count * SHARE));
