// What the keys and buttons of the reading page do.

import { find, isTyping } from './common.js';
import { openHelp } from './keys.js';
import { selected } from './offsets.js';

const LINGER = 400; // a tap on a button ends a selection before the button hears of it

/** Let keys, buttons and the selection work on a page (see Reading). */
export function listen(page) {
  const commands = {
    Enter: () => page.save(),
    n: () => page.nothing(),
    s: () => page.skip(),
    u: () => page.undo(),
    r: () => page.redo(),
    '+': () => page.stand(null, 'affirms'),
    '=': () => page.stand(null, 'affirms'),
    '-': () => page.stand(null, 'denies'),
    '*': () => page.stand(null, 'mixed'),
    v: () => page.unit && page.picker.start(page.unit.text),
    m: () => page.notes.openMemo(),
    f: () => page.notes.toggle('flag'),
    t: () => page.notes.toggle('act_on'),
    q: () => page.notes.openQuestion(),
    o: () => page.notes.showOthers(),
    '[': () => page.step(-1),
    ']': () => page.step(1),
    '.': () => find('#findcode').focus(),
    '/': () => location.assign('/search'),
    '?': () => openHelp(page.keys, () => page.panel.build() || (page.unit && page.show())),
  };
  document.addEventListener('keydown', (event) => {
    if (document.querySelector('dialog[open]')) return;
    const control = (event.ctrlKey || event.metaKey) && !event.altKey;
    const typed = event.target.matches('input, textarea, select');
    if (control && !typed && 'zy'.includes(event.key.toLowerCase())) {
      event.preventDefault();
      if (event.key.toLowerCase() === 'y' || event.shiftKey) page.redo();
      else page.undo();
      return;
    }
    if (isTyping(event)) return;
    if (page.picker.takes(event)) return;
    if ((event.key === 'Enter' || event.key === ' ') && event.target.closest('button, a, summary')) return;
    if (!page.keys.on && event.key !== 'Enter') return;
    const code = page.keys.code(event.key);
    const work = code ? () => page.toggle(code) : commands[event.key];
    if (!work || event.repeat) return;
    event.preventDefault();
    work();
  });
  document.querySelectorAll('[data-command]').forEach((button) => {
    button.addEventListener('mousedown', (event) => event.preventDefault());
    button.addEventListener('click', () => commands[button.dataset.command]());
  });
  find('#codes').addEventListener('mousedown', (event) => event.target.closest('button') && event.preventDefault());
  document.addEventListener('selectionchange', () => {
    const now = page.unit && selected(page.place, page.unit.text);
    if (now) [page.selection, page.selectedAt] = [now, Date.now()];
    else if (Date.now() - (page.selectedAt || 0) > LINGER) page.selection = null;
  });
}
