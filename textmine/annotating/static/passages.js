// Reading back what was coded: filters, sections, a table whose cells lead to their texts, and the quote bank.

import { ask, el, fill, find, isTyping, keep, say, tell } from './common.js';
import { Bank } from './bank.js';
import { showText, tintOf } from './text.js';

const PAGE = 20;
const VIEWS = ['list', 'table', 'bank'];

class Passages {
  constructor(start, choices) {
    this.choices = choices;
    this.codes = start.codes;
    this.names = new Map(start.codes.map((code) => [code.id, code.name || code.id]));
    this.tint = tintOf(start.codes);
    this.form = find('#wish');
    this.bank = new Bank(this.names);
    [this.offset, this.total, this.asking] = [0, 0, 0];
    find('#more').open = window.matchMedia('(min-width: 64rem)').matches;
    this.build();
    this.listen();
  }

  // --- the form -------------------------------------------------------------------------------------------

  build() {
    const option = (value, words) => el('option', { value }, words);
    const codes = this.codes.map((code) => option(code.id, `${'· '.repeat(this.depth(code))}${this.names.get(code.id)}`));
    const copies = () => codes.map((one) => one.cloneNode(true));
    fill(find('#source'), this.choices.sources.map((one) => option(one.id, one.name)));
    fill(find('#code'), option('', 'any text'), copies());
    for (const id of ['also', 'without']) fill(find(`#${id}`), option('', '–'), copies());
    fill(find('#stance'), option('', 'any'), this.choices.stances.map((one) => option(one, one)));
    const sections = this.choices.sections.map((one) => [one.id, one.name]);
    fill(find('#by'), option('', 'none'), sections.map(([id, name]) => option(id, name)));
    const columns = sections.filter(([id]) => id !== 'sub_theme');
    fill(find('#columns'), option('', 'all texts'), columns.map(([id, name]) => option(id, name)));
    fill(find('#where'), this.choices.attributes.map((one, number) => el('p', {},
      el('label', { for: `where-${number}` }, one.name),
      el('select', { id: `where-${number}`, data: { attribute: one.name } },
        el('option', { value: 'any' }, 'any'),
        one.values.map((value) => option(`=${value}`, value || '(blank)'))))));
  }

  depth(code) {
    let deep = 0;
    for (let above = code.parent; above && deep < 6; above = this.codes.find((one) => one.id === above)?.parent) deep += 1;
    return deep;
  }

  wish() {
    const value = (id) => find(`#${id}`).value;
    const where = {};
    for (const choice of find('#where').querySelectorAll('select')) {
      if (choice.value !== 'any') where[choice.dataset.attribute] = choice.value.slice(1);
    }
    const code = value('code');
    return {
      source: value('source'),
      code,
      also: value('also') ? [value('also')] : [],
      without: value('without') ? [value('without')] : [],
      stance: code ? value('stance') : '',
      below: Boolean(code) && !find('#below-line').hidden && find('#below').checked,
      containing: value('containing').trim(),
      where,
      by: value('by') === 'sub_theme' && !code ? '' : value('by'),
    };
  }

  /** What belongs to a code can be chosen once there is one. */
  fit() {
    const code = find('#code').value;
    find('#below-line').hidden = !this.codes.some((one) => one.parent === code && code);
    find('#stance').disabled = !code;
    find('#open-memo').firstChild.textContent = code ? `Memo on ${this.names.get(code)} ` : 'Memo ';
  }

  // --- passages -------------------------------------------------------------------------------------------

  async read(offset = 0, focus = false) {
    this.fit();
    this.asking += 1;
    const mine = this.asking;
    try {
      const [told] = await Promise.all([ask('passages', { ...this.wish(), offset, limit: PAGE }), this.bank.load()]);
      if (mine !== this.asking) return;
      this.show(told);
      if (focus) this.step(0);
      say(find('#list-title').textContent);
    } catch (refusal) {
      if (mine === this.asking) tell(refusal);
    }
  }

  show(told) {
    [this.offset, this.total, this.shown] = [told.offset, told.count, told.passages];
    find('#list-title').textContent = `${told.title}: ${told.units} of ${told.of} texts`;
    find('#asked').textContent = [told.asked, ...told.notes].filter(Boolean).join('. ');
    const sizes = new Map(told.sections.map((one) => [one.name, one.count]));
    let section = '';
    const items = told.passages.map((passage, number) => {
      const head = passage.section && passage.section !== section ? el('h3', {}, `${passage.section} (${sizes.get(passage.section)})`) : null;
      section = passage.section;
      return this.build_passage(passage, number, head);
    });
    fill(find('#passages'), items.length ? items : el('li', { class: 'none' }, 'Nothing was coded so.'));
    find('#where-now').textContent = told.count ? `${told.offset + 1} to ${told.offset + told.passages.length} of ${told.count}` : '';
    find('#earlier').disabled = told.offset === 0;
    find('#later').disabled = told.offset + told.passages.length >= told.count;
  }

  build_passage(passage, number, head) {
    const words = el('p', { class: 'said' });
    showText(words, passage.text, passage.spans, (code) => (this.wish().code === code ? '' : this.names.get(code)), this.tint);
    const facts = passage.facts.map((fact) => `${fact.name} ${fact.value}`);
    const stance = passage.stance ? ` (${passage.stance})` : '';
    const chips = passage.codes.map((code) => el('span', { class: `chip tint${this.tint(code)}` },
      this.names.get(code) || code, code === passage.code ? stance : ''));
    const tick = el('button', { type: 'button', onclick: () => this.tick(number) });
    passage.place = el('li', { tabindex: '-1' }, head,
      el('p', { class: 'small' }, [String(this.offset + number + 1), passage.question, ...facts].filter(Boolean).join(' · ')),
      words,
      el('p', { class: 'chips' }, chips),
      el('p', {}, tick, ' ', el('a', { href: `/read#${encodeURIComponent(passage.id)}` }, 'Open')));
    passage.button = tick;
    passage.place.addEventListener('focus', () => { this.at = number; });
    this.mark(passage);
    return passage.place;
  }

  /** The stretch that is ticked: what shows the code, or the whole text where nobody showed it. */
  stretch(passage) {
    const whole = { start: 0, end: [...passage.text].length };
    const { start, end } = passage.start >= 0 ? passage : whole;
    return { unit_id: passage.id, code: passage.code, start, end };
  }

  mark(passage) {
    const held = this.bank.find(this.stretch(passage));
    fill(passage.button, held ? '✓ In the quote bank' : 'Tick as a quote', ' ', el('kbd', {}, 'x'));
    passage.button.setAttribute('aria-pressed', String(Boolean(held)));
  }

  async tick(number) {
    const passage = this.shown?.[number];
    if (!passage) return;
    const held = this.bank.find(this.stretch(passage));
    const done = held ? await this.bank.change({ do: 'untick', quote: held.quote_id }) : await this.bank.change({ do: 'tick', ...this.stretch(passage) });
    if (!done) return;
    this.mark(passage);
    say(held ? 'Taken out of your quote bank.' : 'Ticked into your quote bank.', 'good');
  }

  step(by) {
    if (!this.shown?.length) return;
    const to = Math.max(0, Math.min(this.shown.length - 1, (this.at ?? (by > 0 ? -1 : 0)) + by));
    this.shown[to].place.focus();
    this.shown[to].place.scrollIntoView({ block: 'nearest' });
  }

  async turn(by) {
    this.at = by > 0 ? 0 : PAGE - 1;
    await this.read(Math.max(0, this.offset + by * PAGE), true);
  }

  // --- the table ------------------------------------------------------------------------------------------

  async count() {
    this.fit();
    try {
      const told = await ask('counts', { ...this.wish(), columns: find('#columns').value });
      const heads = told.columns.map((column) => el('th', { scope: 'col' }, column.name));
      const rows = told.rows.map((row) => el('tr', {}, el('th', { scope: 'row' }, row.name),
        row.counts.map((count, number) => el('td', {}, count
          ? el('button', {
            type: 'button',
            class: 'quiet',
            'aria-label': `${row.name}, ${told.columns[number].name}: ${count}, read`,
            onclick: () => this.enter(row.code, told.columns[number].asks),
          }, String(count))
          : '0'))));
      fill(find('#counts'), el('caption', {}, `Of ${told.texts} texts that were coded`),
        el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Code'), heads)), el('tbody', {}, rows));
    } catch (refusal) {
      tell(refusal);
    }
  }

  /** From a cell to its texts. */
  async enter(code, asks) {
    find('#code').value = code;
    find('#stance').value = asks.stance || '';
    if (asks.also) [find('#also').value] = asks.also;
    for (const [name, value] of Object.entries(asks.where || {})) {
      find('#more').open = true;
      const choice = [...find('#where').querySelectorAll('select')].find((one) => one.dataset.attribute === name);
      if (choice) choice.value = `=${value}`;
    }
    this.at = 0;
    this.view('list', false);
    await this.read(0, true);
  }

  // --- what one does --------------------------------------------------------------------------------------

  view(name, load = true) {
    this.now = name;
    for (const one of VIEWS) find(`#${one}`).hidden = one !== name;
    document.querySelectorAll('[data-view]').forEach((button) => button.setAttribute('aria-pressed', String(button.dataset.view === name)));
    return load ? this.load() : null;
  }

  load() {
    this.at = null;
    if (this.now === 'table') return this.count();
    return this.now === 'bank' ? this.bank.show() : this.read();
  }

  listen() {
    this.form.addEventListener('submit', (event) => event.preventDefault());
    this.form.addEventListener('change', () => this.load());
    this.form.addEventListener('reset', () => setTimeout(() => this.load()));
    find('#columns').addEventListener('change', () => this.count());
    find('#earlier').addEventListener('click', () => this.turn(-1));
    find('#later').addEventListener('click', () => this.turn(1));
    document.querySelectorAll('[data-view]').forEach((button) => button.addEventListener('click', () => this.view(button.dataset.view)));
    document.querySelectorAll('dialog .close').forEach((button) => button.addEventListener('click', () => button.closest('dialog').close()));
    find('#open-memo').addEventListener('click', () => this.bank.openMemo(find('#code').value));
    find('#open-help').addEventListener('click', () => find('#help').showModal());
    const commands = {
      ']': () => this.step(1),
      '[': () => this.step(-1),
      x: () => this.tick(this.at ?? 0),
      o: () => this.shown?.length && location.assign(find('a', this.shown[this.at ?? 0].place).href),
      m: () => this.bank.openMemo(find('#code').value),
      '/': () => find('#containing').focus(),
      '?': () => find('#help').showModal(),
    };
    document.addEventListener('keydown', (event) => {
      if (document.querySelector('dialog[open]') || isTyping(event) || event.repeat) return;
      const work = keep.get('textmine.singlekeys', true) && commands[event.key];
      if (!work || (this.now !== 'list' && '][xo'.includes(event.key))) return;
      event.preventDefault();
      work();
    });
  }
}

try {
  const [start, choices] = await Promise.all([ask('start'), ask('choices')]);
  await new Passages(start, choices).view('list');
} catch (refusal) {
  tell(refusal);
}
find('#main').dataset.ready = 'yes';
