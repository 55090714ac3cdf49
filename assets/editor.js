// The editor of the query page. It stands in a shadow root over the text area of the form, which
// keeps the query: without this script, or when it fails, the form works by itself.

import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  HighlightStyle,
  bracketMatching,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";
import { completions } from "./completions.js";
import { missingPrefixes } from "./prefixes.js";
import { problem } from "./problem.js";

const LONGEST_IN_ADDRESS = 6000; // characters of a query that goes by GET, encoded

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: ".875rem" },
  ".cm-scroller": {
    fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
    lineHeight: "1.55",
    minHeight: "9rem",
    maxHeight: "26rem",
    overflow: "auto",
  },
  ".cm-content": { padding: ".6rem 0", caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--soft)", color: "var(--quiet)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 .6rem 0 .7rem" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--accent-soft)",
    outline: "1px solid var(--accent)",
  },
  ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": {
    backgroundColor: "var(--bad-soft)",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--paper)",
    color: "var(--ink)",
    border: "1px solid var(--line)",
    borderRadius: "4px",
    boxShadow: "0 4px 14px rgb(0 0 0 / .18)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
    padding: ".3rem .6rem",
    lineHeight: "1.4",
    minHeight: "1.5rem",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent-soft)",
    color: "var(--ink)",
  },
  ".cm-completionDetail": { color: "var(--quiet)", fontStyle: "normal", marginLeft: ".8em" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-problem-line": { backgroundColor: "var(--bad-soft)" },
  ".cm-problem-word": {
    textDecoration: "underline wavy var(--bad)",
    textDecorationSkipInk: "none",
    textUnderlineOffset: "3px",
  },
  ".cm-problem-text": {
    backgroundColor: "var(--bad-soft)",
    borderLeft: "4px solid var(--bad)",
    color: "var(--ink)",
    fontFamily: "system-ui, sans-serif",
    padding: ".3rem .8rem",
    whiteSpace: "normal",
  },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: tags.variableName, color: "var(--s2)" },
  { tag: [tags.string, tags.annotation], color: "var(--s3)" },
  { tag: [tags.integer, tags.float, tags.bool], color: "var(--s4)" },
  { tag: [tags.namespace, tags.url, tags.typeName], color: "var(--ink)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
]);

// The sheet of the page does not reach into a shadow root.
const around = new CSSStyleSheet();
around.replaceSync(`
  :host { display: block; }
  .frame { border: 1px solid var(--edge); border-radius: 4px; overflow: clip; }
  .frame:focus-within { outline: 3px solid var(--focus); outline-offset: 1px; }
  .frame[data-wrong] { border-color: var(--bad); }
  .cm-editor.cm-focused { outline: none; }
  .keys { color: var(--quiet); font-size: .875rem; margin: .4rem 0 0; }
`);

function start(field) {
  const { form } = field;
  const host = document.createElement("div");
  host.className = "editor";
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [around];
  const frame = document.createElement("div");
  frame.className = "frame";
  const keys = document.createElement("p");
  keys.className = "keys";
  keys.id = "keys";
  keys.textContent = field.dataset.keys;
  root.append(frame, keys);

  const run = (view) => {
    form.requestSubmit();
    return Boolean(view);
  };
  const wrong = field.dataset.line
    ? [problem(Number(field.dataset.line), Number(field.dataset.column), field.dataset.problem)]
    : [];
  const view = new EditorView({
    parent: frame,
    root,
    state: EditorState.create({
      doc: field.value,
      extensions: [
        lineNumbers(),
        history(),
        EditorView.lineWrapping,
        bracketMatching(),
        closeBrackets(),
        indentOnInput(),
        sparql(),
        syntaxHighlighting(colours),
        look,
        wrong,
        autocompletion({
          override: [completions(field.dataset.completions, { lang: field.dataset.lang })],
          maxRenderedOptions: 60,
        }),
        EditorState.phrases.of({ Completions: field.dataset.proposals }),
        keymap.of([
          { key: "Mod-Enter", run },
          { key: "Tab", run: acceptCompletion }, // else it leads out of the editor, as on any page
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.contentAttributes.of({
          "aria-label": form.querySelector(`label[for="${field.id}"]`).textContent,
          "aria-describedby": "keys",
          tabindex: "0",
          ...(field.dataset.line ? { "aria-invalid": "true" } : {}),
          spellcheck: "false",
          autocapitalize: "off",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) field.value = update.state.doc.toString();
        }),
      ],
    }),
  });
  if (field.dataset.line) frame.dataset.wrong = "";
  field.before(host);
  field.hidden = true;
  form.querySelector(`label[for="${field.id}"]`).addEventListener("click", (event) => {
    event.preventDefault();
    view.focus();
  });
  form.addEventListener("submit", () => {
    const added = missingPrefixes(view.state, JSON.parse(field.dataset.prefixes));
    if (added) view.dispatch({ changes: { from: 0, insert: added } });
    const { value } = field;
    form.method = encodeURIComponent(value).length > LONGEST_IN_ADDRESS ? "post" : "get";
  });
  // A page that comes back from the memory of the browser has the query that it left with.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) field.value = view.state.doc.toString();
  });
}

const field = document.querySelector("textarea[data-completions]");
if (field && "adoptedStyleSheets" in Document.prototype) start(field);
