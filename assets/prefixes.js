// The prefixes that a query uses and does not declare.

import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";

const PATIENCE = 300; // milliseconds for reading a long query to its end

export function missingPrefixes(state, known, also = []) {
  const tree = ensureSyntaxTree(state, state.doc.length, PATIENCE) ?? syntaxTree(state);
  const declared = new Set();
  const used = new Set(also);
  tree.iterate({
    enter({ name, from, to, node }) {
      if (name !== "Pname_ns" && name !== "Pname_ln") return;
      const prefix = state.sliceDoc(from, to).split(":", 1)[0];
      (node.parent?.name === "PrefixDecl" ? declared : used).add(prefix);
    },
  });
  return [...used]
    .filter((prefix) => !declared.has(prefix) && Object.hasOwn(known, prefix))
    .sort()
    .map((prefix) => `PREFIX ${prefix}: <${known[prefix]}>\n`)
    .join("");
}
