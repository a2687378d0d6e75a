/**
 * A mistake in what the user gave: one clear sentence saying what was given, what was expected and
 * where. The command line prints the sentence alone and exits with code 2; anything else is a fault
 * of ours and keeps its stack.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}
