// A text with stretches marked in it. Marks add no characters, so that places stay what they are.

import { el, fill } from './common.js';
import { toUnits } from './offsets.js';

/** Show `text` in `place` with spans [{code, start, end}] marked; `label(code)` is what stands behind each. */
export function showText(place, text, spans, label, tint) {
  const stretches = spans
    .filter((span) => span.start >= 0)
    .map((span) => ({ ...span, from: toUnits(text, span.start), to: toUnits(text, span.end) }));
  const cuts = new Set([0, text.length]);
  for (const span of stretches) cuts.add(span.from).add(span.to);
  const places = [...cuts].sort((a, b) => a - b);
  const parts = [];
  for (let number = 0; number + 1 < places.length; number += 1) {
    const [from, to] = [places[number], places[number + 1]];
    const here = stretches.filter((span) => span.from <= from && span.to >= to);
    const words = text.slice(from, to);
    if (!here.length) {
      parts.push(document.createTextNode(words));
      continue;
    }
    const ends = here.filter((span) => span.to === to).map((span) => label(span.code));
    const classes = ['marked', `tint${tint(here.at(-1).code)}`, here.length > 1 ? 'many' : ''];
    const mark = el('mark', { class: classes.join(' ').trim() }, words);
    if (ends.length) mark.dataset.ends = ends.join(' ');
    parts.push(mark);
  }
  return fill(place, parts);
}

/** Which of the tints a code has, by its place in the codebook. */
export const tintOf = (codes) => (code) => Math.max(0, codes.findIndex((one) => one.id === code)) % 8;
