// What may come next in a query: words of SPARQL, its own variables, and from the server the terms
// of the vocabularies and the codes, which are found by what they are called.

import { snippetCompletion } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import { missingPrefixes } from "./prefixes.js";

const WORDS = `ASK BIND CONSTRUCT COUNT DESC DESCRIBE DISTINCT EXISTS FILTER GRAPH HAVING LANG LIMIT MAX MIN
MINUS OFFSET OPTIONAL PREFIX SELECT SUM UNION VALUES WHERE AVG CONTAINS LCASE REGEX SAMPLE STR STRSTARTS
BOUND COALESCE IF ASC`.split(/\s+/);
const PHRASES = [
  snippetCompletion("GROUP BY ?${variable}", { label: "GROUP BY" }),
  snippetCompletion("ORDER BY ?${variable}", { label: "ORDER BY" }),
  snippetCompletion('FILTER(LANG(?${label}) = "${language}")', { label: "FILTER(LANG(…) = …)" }),
  snippetCompletion("FILTER NOT EXISTS { ${} }", { label: "FILTER NOT EXISTS" }),
];
const TOKEN = /[?$]?[\p{L}\p{N}_][\p{L}\p{N}_-]*(?::[\p{L}\p{N}_.-]*)?|[?$]/u;
const FEWEST = 2; // characters from which names are proposed unasked

async function read(address, parameters) {
  const answer = await fetch(`${address}?${new URLSearchParams(parameters)}`);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

export function completions(address, parameters) {
  let known; // asked for once, when it is first needed
  const load = () => (known ??= read(address, parameters).catch(() => ((known = undefined), null)));

  return async (context) => {
    const { state, pos } = context;
    const inside = syntaxTree(state).resolveInner(pos, -1).name;
    if (inside === "Comment" || inside === "String" || inside === "IriRef") return null;
    const word = context.matchBefore(new RegExp(TOKEN, "u"));
    if (!word && !context.explicit) return null;
    const [from, typed] = word ? [word.from, word.text] : [pos, ""];
    if (/^[?$]/.test(typed)) return { from, options: variables(state, from), validFor: /^[?$]\w*$/ };
    if (typed.length < FEWEST && !context.explicit) return null;
    const found = await load();
    if (context.aborted) return null;
    if (!found) return { from, options: words() };
    if (typed.includes(":")) return { from, options: found.terms.map((term) => asTerm(term, found)) };
    let { codes } = found;
    if (found.more && typed.length >= FEWEST) {
      const searched = await read(address, { ...parameters, q: typed }).catch(() => null);
      codes = searched?.codes ?? codes;
    }
    const options = [
      ...words(),
      ...Object.keys(found.prefixes).map((prefix) => asPrefix(prefix, found)),
      ...found.terms.filter(([, label]) => label).map((term) => asNamedTerm(term, found)),
      ...codes.map(asCode),
    ];
    return { from, options, ...(found.more ? {} : { validFor: /^[\p{L}\p{N}_-]*$/u }) };
  };
}

const words = () => [
  ...WORDS.map((label) => ({ label, type: "keyword" })),
  ...PHRASES.map((phrase) => ({ ...phrase, type: "keyword" })),
];

function variables(state, before) {
  const names = new Set();
  for (const { 0: name, index } of state.doc.toString().matchAll(/[?$]\w+/g)) {
    if (index !== before) names.add(name);
  }
  return [...names].map((label) => ({ label, type: "variable" }));
}

// Writes a prefixed name, and declares its prefix if the query does not.
function writing(text, { prefixes }) {
  return (view, completion, from, to) => {
    const added = missingPrefixes(view.state, prefixes, [text.split(":", 1)[0]]);
    view.dispatch({
      changes: [
        { from: 0, insert: added },
        { from, to, insert: text },
      ],
      selection: { anchor: from + added.length + text.length },
      userEvent: "input.complete",
    });
  };
}

const asTerm = ([short, label, kind], found) => ({
  label: short,
  detail: label,
  type: kind,
  apply: writing(short, found),
});

const asNamedTerm = ([short, label, kind], found) => ({
  label: `${label} ${short}`,
  displayLabel: label,
  detail: short,
  type: kind,
  apply: writing(short, found),
});

const asPrefix = (prefix, { prefixes }) => ({
  label: `${prefix}:`,
  detail: prefixes[prefix],
  type: "namespace",
  boost: -20,
});

const asCode = ([iri, label, list, notation]) => ({
  label: `${label} ${notation}`,
  displayLabel: label,
  detail: list,
  type: "constant",
  apply: `<${iri}>`,
});
