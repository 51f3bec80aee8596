// The SPARQL editor. It lives in a shadow root: there its styles are adopted sheets, which `style-src 'self'` allows.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useLayoutEffect, useRef } from "preact/hooks";

const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
  { tag: tags.standard(tags.variableName), color: "var(--code-builtin)" },
  { tag: tags.local(tags.variableName), color: "var(--code-variable)" },
  { tag: tags.atom, color: "var(--code-name)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.number, color: "var(--code-string)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
]);
const THEME = EditorView.theme({
  "&": { fontSize: "13px", color: "var(--text)", backgroundColor: "var(--well)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", minHeight: "180px", maxHeight: "420px", overflow: "auto" },
  ".cm-content": { padding: "10px 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 12px" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--muted)", border: "none", paddingLeft: "6px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)" },
});

/** Whether somebody is in the editor: what they are about to write must not be replaced. */
export const isEditing = () => document.activeElement?.classList.contains("editor") ?? false;

/** The editor; `text` replaces what is in it whenever `revision` changes, `onRun` answers Ctrl+Enter. */
export function Editor({ text, revision, onChange, onRun }) {
  const host = useRef(null);
  const view = useRef(null);
  const handlers = useRef({});
  handlers.current = { onChange, onRun };

  useLayoutEffect(() => {
    view.current = createView(host.current, handlers);
    return () => view.current.destroy();
  }, []);
  // Before the next event of the person who types, or what they typed meanwhile would be lost.
  useLayoutEffect(() => {
    const { state } = view.current;
    view.current.dispatch({ changes: { from: 0, to: state.doc.length, insert: text }, selection: { anchor: text.length } });
  }, [revision]);

  return <div class="editor" ref={host} />;
}

function createView(host, handlers) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const run = () => {
    handlers.current.onRun();
    return true;
  };
  return new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        history(),
        lineNumbers(),
        drawSelection(),
        bracketMatching(),
        EditorView.lineWrapping,
        StreamLanguage.define(sparql),
        syntaxHighlighting(COLOURS),
        THEME,
        EditorView.contentAttributes.of({ "aria-label": "SPARQL query", "data-testid": "query-editor" }),
        EditorView.domEventHandlers({ beforeinput: replaceSelected, drop: leaveFilesToThePage }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) handlers.current.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
}

// Typing over coloured text makes Chromium copy its style into an attribute, which the content policy reports.
function replaceSelected(event, view) {
  const { from, to } = selectedRange(view);
  if (event.inputType !== "insertText" || event.data === null || from === to) return false;
  event.preventDefault();
  view.dispatch({
    changes: { from, to, insert: event.data },
    selection: { anchor: from + event.data.length },
    userEvent: "input.type",
    scrollIntoView: true,
  });
  return true;
}

// When the editor knows of no selection the document may still have one: the editor hears of it by an event.
function selectedRange(view) {
  const known = view.state.selection.main;
  const selection = view.root.getSelection?.();
  if (!known.empty || !selection || selection.rangeCount === 0) return known;
  const range = selection.getRangeAt(0);
  return {
    from: view.posAtDOM(range.startContainer, range.startOffset),
    to: view.posAtDOM(range.endContainer, range.endOffset),
  };
}

function leaveFilesToThePage(event) {
  return event.dataTransfer.types.includes("Files");
}
