// Which key gives which code. A codebook may name keys, people may change them, and the rest is shared out.

import { cap, el, fill, find, keep } from './common.js';

/** Keys that the page itself uses; what is left is for codes. */
export const COMMANDS = [
  ['Enter', 'save and go on'],
  ['n', 'read, and nothing found: save and go on'],
  ['s', 'skip for now'],
  ['u', 'undo (also Ctrl+Z)'],
  ['r', 'redo (also Ctrl+Y)'],
  ['+ − *', 'stance of the last code, where it has one: affirms, denies, mixed'],
  ['v', 'select words by keyboard: arrows move, Shift+arrows widen, Esc ends'],
  ['m', 'memo'],
  ['f', 'flag, to come back to'],
  ['t', 'act on this: somebody should do something'],
  ['q', 'ask the lead'],
  ['o', 'what others said, once you have decided'],
  ['[ ]', 'earlier and later unit, or turn of a conversation'],
  ['.', 'find a code by its name'],
  ['/', 'search'],
  ['?', 'this help'],
];
const FREE = [...'1234567890abcdeghijklpwxyz'];

export class Keys {
  constructor(project, codes) {
    this.place = `textmine.${project}.keys`;
    this.codes = codes;
    this.chosen = keep.get(this.place, {});
    this.on = keep.get('textmine.singlekeys', true);
    this.share();
  }

  /** Give every code its key: the person's choice, the codebook's, then the next free one. */
  share() {
    const taken = new Map();
    const claim = (code, key) => {
      if (FREE.includes(key) && !taken.has(key) && ![...taken.values()].includes(code.id)) taken.set(key, code.id);
    };
    this.codes.forEach((code) => claim(code, this.chosen[code.id]));
    this.codes.forEach((code) => claim(code, code.key));
    const given = new Set(taken.values());
    const rest = FREE.filter((key) => !taken.has(key));
    this.codes.filter((code) => !given.has(code.id)).forEach((code, number) => {
      if (rest[number]) taken.set(rest[number], code.id);
    });
    this.byKey = taken;
    this.byCode = new Map([...taken].map(([key, code]) => [code, key]));
  }

  key(code) {
    return this.byCode.get(code) || '';
  }

  code(key) {
    return this.byKey.get(key);
  }

  choose(code, key) {
    const former = this.code(key);
    if (former && former !== code) this.chosen[former] = this.key(code);
    this.chosen[code] = key;
    keep.set(this.place, this.chosen);
    this.share();
  }
}

/** The help overlay: all keys, a choice of one's own for each code, and a switch for single keys. */
export function openHelp(keys, changed) {
  const dialog = find('#help');
  const commands = COMMANDS.map(([key, what]) => [el('dt', {}, cap(key)), el('dd', {}, what)]);
  const rows = keys.codes.map((code) => {
    const options = ['', ...FREE].map((key) =>
      el('option', { value: key, selected: key === keys.key(code.id) }, key || 'none'),
    );
    const choice = el('select', {
      'aria-label': `Key of ${code.name}`,
      onchange: (event) => {
        keys.choose(code.id, event.target.value);
        changed();
        openHelp(keys, changed);
      },
    }, options);
    return el('li', {}, choice, el('span', {}, code.name));
  });
  const single = el('input', {
    type: 'checkbox',
    id: 'singlekeys',
    checked: keys.on,
    onchange: (event) => {
      keys.on = event.target.checked;
      keep.set('textmine.singlekeys', keys.on);
    },
  });
  fill(
    find('.inside', dialog),
    el('h2', { id: 'help-title' }, 'Keys'),
    el('p', {}, single, ' ', el('label', { for: 'singlekeys' }, 'Single keys work (turn off if you dictate)')),
    el('div', { class: 'two' },
      el('section', {}, el('h3', {}, 'The page'), el('dl', { class: 'keys' }, commands)),
      el('section', {}, el('h3', {}, 'Codes'), el('ul', { class: 'keychoice' }, rows))),
  );
  if (!dialog.open) dialog.showModal();
}
