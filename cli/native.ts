/**
 * `setup-native`: builds the native TensorFlow binding against a libtensorflow found on this machine.
 */
import { defineCommand } from "./command.ts";
import { EXIT } from "./terminal.ts";

export const setupNative = defineCommand({
  name: "setup-native",
  summary: "Builds the native TensorFlow.js backend against a libtensorflow found on this machine.",
  positionals: [],
  flags: {},
  examples: ["setup-native"],
  async run(_, terminal) {
    const { setUpNative } = await import("./setup-native.ts");
    await setUpNative(terminal);
    return EXIT.done;
  },
});
