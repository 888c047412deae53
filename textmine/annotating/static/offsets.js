// Places in a text. Python and the store count code points; the browser counts UTF-16 units.

/** How many code points stand before a place given in UTF-16 units. */
export function toCodePoints(text, units) {
  let points = 0;
  for (let at = 0; at < units; points += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return points;
}

/** The place in UTF-16 units that stands behind so many code points. */
export function toUnits(text, points) {
  let at = 0;
  for (let seen = 0; seen < points && at < text.length; seen += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return at;
}

/** The words between two code points. */
export const slice = (text, start, end) => text.slice(toUnits(text, start), toUnits(text, end));

/** What a reader sees as single characters: an accent stays with its letter, an emoji is whole. */
function characters(text) {
  if (typeof Intl !== 'undefined' && Intl.Segmenter) {
    return [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map((part) => part.index);
  }
  const starts = [];
  for (let at = 0; at < text.length; at += text.codePointAt(at) > 0xffff ? 2 : 1) starts.push(at);
  return starts;
}

/** A stretch in UTF-16 units, widened to whole characters and without blanks at its ends; null if empty. */
export function snap(text, start, end) {
  const starts = [...characters(text), text.length];
  let from = Math.max(0, ...starts.filter((at) => at <= start));
  let to = Math.min(text.length, ...starts.filter((at) => at >= end));
  while (from < to && /\s/u.test(text[from])) from += 1;
  while (to > from && /\s/u.test(text[to - 1])) to -= 1;
  return from < to ? { start: from, end: to } : null;
}

/** The stretch of `text` that is selected inside `place`, in code points; null if there is none. */
export function selected(place, text) {
  const selection = window.getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(place)) return null;
  const inside = document.createRange();
  inside.selectNodeContents(place);
  if (place.contains(range.startContainer)) inside.setStart(range.startContainer, range.startOffset);
  if (place.contains(range.endContainer)) inside.setEnd(range.endContainer, range.endOffset);
  const before = document.createRange();
  before.selectNodeContents(place);
  before.setEnd(inside.startContainer, inside.startOffset);
  const start = before.toString().length;
  const found = snap(text, start, start + inside.toString().length);
  return found && { start: toCodePoints(text, found.start), end: toCodePoints(text, found.end) };
}

/** Select a stretch, given in UTF-16 units, inside `place`. */
export function select(place, start, end) {
  const range = document.createRange();
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  let at = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const next = at + node.data.length;
    if (start >= at && start <= next) range.setStart(node, start - at);
    if (end >= at && end <= next) {
      range.setEnd(node, end - at);
      break;
    }
    at = next;
  }
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

/** The words of a text as stretches in UTF-16 units, for selecting by keyboard. */
export function words(text) {
  if (typeof Intl !== 'undefined' && Intl.Segmenter) {
    const parts = [...new Intl.Segmenter('en', { granularity: 'word' }).segment(text)];
    const kept = parts.filter((part) => /\S/u.test(part.segment));
    return kept.map((part) => ({ start: part.index, end: part.index + part.segment.length }));
  }
  return [...text.matchAll(/\S+/gu)].map((hit) => ({ start: hit.index, end: hit.index + hit[0].length }));
}
