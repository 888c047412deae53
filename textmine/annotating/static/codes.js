// The codebook beside the text: a button and a key for each code, what it means, and how it was ruled.

import { cap, day, el, fill, find } from './common.js';
import { STANCES } from './draft.js';

export class CodePanel {
  /** `actions`: toggle(code), stand(code, stance). */
  constructor(place, start, keys, tint, actions) {
    Object.assign(this, { place, start, keys, tint, actions });
    this.rows = new Map();
    this.build();
  }

  build() {
    this.rows.clear();
    const items = this.start.codes.map((code) => this.row(code));
    const search = el('input', {
      type: 'search',
      id: 'findcode',
      'aria-label': 'Find a code by its name',
      placeholder: 'Find a code  ( . )',
      autocomplete: 'off',
      oninput: () => this.filter(search.value),
      onkeydown: (event) => this.pick(event, search),
    });
    const open = el('button', {
      type: 'button',
      class: 'quiet',
      'aria-pressed': 'false',
      onclick: () => {
        const all = open.getAttribute('aria-pressed') !== 'true';
        open.setAttribute('aria-pressed', String(all));
        this.place.querySelectorAll('details').forEach((details) => (details.open = all));
      },
    }, 'Open all');
    const rule = this.start.rule ? el('details', { class: 'rule' }, el('summary', {}, 'The rule'), el('p', {}, this.start.rule)) : null;
    fill(this.place, el('div', { class: 'codehead' }, el('h2', {}, 'Codebook'), search, open), rule, el('ul', { class: 'codes' }, items));
  }

  row(code) {
    const above = this.depth(code);
    const button = el('button', {
      type: 'button',
      class: `code tint${this.tint(code.id)}`,
      'aria-pressed': 'false',
      onclick: () => this.actions.toggle(code.id),
    }, cap(this.keys.key(code.id) || '·'), el('span', { class: 'name' }, code.name));
    const stances = code.stance
      ? el('span', { class: 'stances', role: 'group', 'aria-label': `Stance of ${code.name}`, hidden: true },
          STANCES.map(([stance, key]) => el('button', {
            type: 'button',
            class: 'stance',
            'aria-pressed': 'false',
            data: { stance },
            onclick: () => this.actions.stand(code.id, stance),
          }, cap(key), stance)))
      : null;
    const rulings = (this.start.rulings[code.id] || []).map((ruling) =>
      el('p', { class: 'ruling' }, el('strong', {}, `Ruling, ${day(ruling.date)}: `), ruling.text,
        el('span', { class: 'small' }, ` (${ruling.touched} earlier decision${ruling.touched === 1 ? '' : 's'} queued)`)));
    const item = el('li', { data: { code: code.id }, class: above ? `below below${Math.min(above, 3)}` : '' },
      button, stances, code.definition ? el('p', { class: 'definition' }, code.definition) : null, rulings, this.more(code));
    this.rows.set(code.id, { item, button, stances });
    return item;
  }

  more(code) {
    const lists = [['Include', code.include], ['Exclude', code.exclude], ['Examples', code.examples]].filter(([, texts]) => texts.length);
    if (!lists.length) return null;
    return el('details', {},
      el('summary', {}, 'What it takes and leaves out', el('span', { class: 'unseen' }, ` of ${code.name}`)),
      lists.map(([title, texts]) => [el('h3', {}, title), el('ul', {}, texts.map((text) => el('li', {}, text)))]));
  }

  depth(code) {
    let depth = 0;
    for (let one = code; one?.parent && depth < 9; depth += 1) one = this.start.codes.find((other) => other.id === one.parent);
    return depth;
  }

  /** Show which codes the draft gives, and their stances. */
  show(draft) {
    for (const [id, row] of this.rows) {
      row.button.setAttribute('aria-pressed', String(draft.has(id)));
      if (!row.stances) continue;
      row.stances.hidden = !draft.has(id);
      for (const button of row.stances.children) {
        button.setAttribute('aria-pressed', String(draft.state.stances[id] === button.dataset.stance));
      }
    }
  }

  filter(words) {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    for (const code of this.start.codes) {
      const said = `${code.name} ${code.id} ${code.definition}`.toLowerCase();
      this.rows.get(code.id).item.hidden = !wanted.every((word) => said.includes(word));
    }
  }

  /** Enter gives the first code found, Escape leaves. */
  pick(event, search) {
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Enter' && search.value.trim()) {
      const first = this.start.codes.find((code) => !this.rows.get(code.id).item.hidden);
      if (first) this.actions.toggle(first.id);
    }
    search.value = '';
    this.filter('');
    search.blur();
    find('#text')?.focus();
  }
}
