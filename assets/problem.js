// The line of a query that the server could not read, until it is changed.

import { StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";

class ProblemText extends WidgetType {
  constructor(text) {
    super();
    this.text = text;
  }

  eq(other) {
    return other.text === this.text;
  }

  toDOM() {
    const element = document.createElement("div");
    element.className = "cm-problem-text";
    element.textContent = this.text;
    return element;
  }
}

// Columns are counted in code points, as the server does, and lines from 1.
function placeOf(doc, line, column) {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const before = [...at.text].slice(0, column - 1).join("").length;
  return { at, from: Math.min(at.from + before, at.to) };
}

export function problem(line, column, text) {
  const marks = (state) => {
    const { at, from } = placeOf(state.doc, line, column);
    const word = state.sliceDoc(from, at.to).match(/^[^\s{}();,.]+|^\S/)?.[0] ?? "";
    return Decoration.set(
      [
        Decoration.line({ class: "cm-problem-line" }).range(at.from),
        ...(word ? [Decoration.mark({ class: "cm-problem-word" }).range(from, from + word.length)] : []),
        Decoration.widget({ widget: new ProblemText(text), block: true, side: 1 }).range(at.to),
      ],
      true,
    );
  };
  return StateField.define({
    create: marks,
    update(found, transaction) {
      if (!transaction.docChanged) return found;
      let isTouched = false;
      transaction.changes.iterChangedRanges((from, to) => {
        found.between(from, to, () => {
          isTouched = true;
        });
      });
      return isTouched ? Decoration.none : found.map(transaction.changes);
    },
    provide: (field) => EditorView.decorations.from(field),
  });
}
