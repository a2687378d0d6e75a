/**
 * Time limit of the solver where a test is not about time: longer than any run, so that a busy
 * machine changes nothing.
 */
export const NO_DEADLINE_SECONDS = 100_000;
