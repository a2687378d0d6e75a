/**
 * `setup-native`: builds the native TensorFlow binding against a libtensorflow on this machine, see
 * native/setup-native.ts.
 */
import { defineCommand, jsonFlag } from "../../command.ts";
import { jsonText } from "../../json.ts";
import { EXIT } from "../../terminal/terminal.ts";

export const setupNative = defineCommand({
  name: "setup-native",
  summary:
    "Builds the native TensorFlow.js backend against the libtensorflow in the folder that " +
    "PLACEMENT_GYM_LIBTENSORFLOW names, else one in the usual folders.",
  positionals: [],
  flags: { json: jsonFlag },
  examples: ["setup-native"],
  async run({ values }, terminal) {
    const { setUpNative } = await import("./native/setup-native.ts");
    await setUpNative(terminal);
    terminal.write(values.json ? jsonText({ backend: "native" }) : "The native backend is ready.\n");
    return EXIT.done;
  },
});
