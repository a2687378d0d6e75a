/**
 * A mistake in what the user gave. The message is one clear sentence: what was given, what was
 * expected and where. The command line prints the sentence alone and exits with code 2. Any other
 * error is a fault of ours and keeps its stack.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** The sentence that a check throws, null where it passes. Other errors stay errors. */
export function mistakeIn(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/** A plan whose order of ops makes devices wait for each other for ever. */
export class OrderDeadlock extends InputError {}
