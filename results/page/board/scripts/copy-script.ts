/** The script that gives commands a button to copy them. */

/** Without the characters that HTML has other uses for. */
export const copyScript = `
(() => {
  const selected = (code) => {
    const range = document.createRange();
    range.selectNodeContents(code);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return document.execCommand("copy");
  };
  const copied = async (code) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      return true;
    } catch {
      return selected(code);
    }
  };
  /** Of a part of the page that has just been put there. */
  globalThis.addCopyButtons = (root) => {
    for (const code of root.querySelectorAll(".command code")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Copy";
      button.setAttribute("aria-label", "Copy the command");
      const status = document.createElement("span");
      status.setAttribute("role", "status");
      button.addEventListener("click", async () => {
        status.textContent = (await copied(code)) ? "copied" : "selected";
      });
      code.after(button, status);
    }
  };
  addCopyButtons(document);
})();
`;
