// Marks for what cannot be seen get a colour. ⟨ and ⟩ come from the server alone: foreign text holds them only as marks.

import { calmly } from "./parts.js";

const MARK = /⟨[^⟩]*⟩/g;

/** Colour every mark, now and whenever the page changes; nothing in the page itself is touched. */
export function startMarks() {
  if (!CSS.highlights) return;
  const colour = calmly(async () => CSS.highlights.set("odd", new Highlight(...findMarks())), 30);
  new MutationObserver(colour).observe(document.body, { childList: true, characterData: true, subtree: true });
  colour();
}

function* findMarks() {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    for (const found of texts.currentNode.data.matchAll(MARK)) {
      const range = new Range();
      range.setStart(texts.currentNode, found.index);
      range.setEnd(texts.currentNode, found.index + found[0].length);
      yield range;
    }
  }
}
