// Differences side by side: who gave what, by which words; the decision and the reason for it.

import { ask, cap, el, fill, find, isTyping, newId, say, tell } from './common.js';
import { Keys } from './keys.js';
import { showText, tintOf } from './text.js';

class Settling {
  constructor(start) {
    this.start = start;
    this.keys = new Keys(start.project, start.codes);
    this.tint = tintOf(start.codes);
    this.names = new Map(start.codes.map((code) => [code.id, code.name]));
    this.settled = false;
    find('#show-settled').addEventListener('change', (event) => {
      this.settled = event.target.checked;
      this.list();
    });
    find('#settle-form').addEventListener('submit', (event) => this.send(event));
  }

  async list() {
    try {
      const told = await ask('differences', { settled: this.settled });
      this.units = told.units;
      find('#tally').textContent = `${told.open} to settle, ${told.settled} settled`;
      fill(find('#units'), this.units.map((unit, number) => el('li', {}, el('button', {
        type: 'button',
        onclick: () => this.open(number),
        data: { unit: unit.id },
      }, unit.codes.map((code) => this.names.get(code) || code).join(', ') || 'to settle anew'))));
      if (this.units.length) await this.open(0);
      else this.clear();
    } catch (refusal) {
      tell(refusal);
    }
  }

  clear() {
    find('#case').hidden = true;
    find('#none').hidden = false;
  }

  async open(number) {
    this.at = number;
    const unit = await ask('difference', { id: this.units[number].id }).catch((refusal) => tell(refusal));
    if (!unit) return;
    this.unit = unit;
    this.event = newId();
    find('#case').hidden = false;
    find('#none').hidden = true;
    find('#units').querySelectorAll('button').forEach((button, n) => button.setAttribute('aria-current', String(n === number)));
    find('#question').textContent = unit.question || 'Comment';
    const disputed = this.disputed();
    const every = unit.readings.flatMap((reading) => reading.spans);
    showText(find('#text'), unit.text, every, (code) => this.keys.key(code) || this.names.get(code), this.tint);
    this.table(disputed);
    fill(find('#memos'), unit.memos.map((memo) => el('li', {}, el('strong', {}, memo.annotator), `: ${memo.text}`)));
    find('#reason').value = unit.settled?.reason || '';
    find('#text').focus();
  }

  disputed() {
    return this.start.codes
      .map((code) => code.id)
      .filter((code) => new Set(this.unit.readings.map((reading) => reading.codes[code]).filter((value) => value !== undefined)).size > 1);
  }

  /** One row a code that anybody gave, one column a reader; what all agree on is given already. */
  table(disputed) {
    const { readings, settled } = this.unit;
    const rows = this.start.codes.filter((code) => readings.some((reading) => reading.codes[code.id]) || settled?.codes.includes(code.id));
    const heads = readings.map((reading) => el('th', { scope: 'col' }, reading.annotator));
    fill(find('#readings thead'), el('tr', {}, el('th', { scope: 'col' }, 'Code'), heads, el('th', { scope: 'col' }, 'Decision')));
    fill(find('#readings tbody'), rows.map((code) => {
      const differs = disputed.includes(code.id);
      const given = settled ? settled.codes.includes(code.id) : !differs;
      const box = el('input', { type: 'checkbox', id: `code-${code.id}`, value: code.id, checked: given });
      return el('tr', { class: differs ? 'differs' : '' },
        el('th', { scope: 'row' }, cap(this.keys.key(code.id) || '·'), ' ', code.name),
        readings.map((reading) => this.cell(reading, code.id)),
        el('td', {}, box, ' ', el('label', { for: `code-${code.id}` }, differs ? 'differs: applies' : 'applies')));
    }));
    const rest = this.start.codes.filter((code) => !rows.includes(code));
    fill(find('#rest'), rest.map((code) => el('li', {}, el('input', { type: 'checkbox', id: `code-${code.id}`, value: code.id }),
      ' ', el('label', { for: `code-${code.id}` }, cap(this.keys.key(code.id) || '·'), ' ', code.name))));
    find('#rest-all').hidden = !rest.length;
  }

  cell(reading, code) {
    if (!reading.codes[code]) return el('td', { class: 'no' }, reading.codes[code] === 0 ? 'no' : 'not coded');
    const quotes = reading.spans.filter((span) => span.code === code && span.quote);
    const stance = reading.stances[code];
    return el('td', { class: 'yes' }, el('strong', {}, stance ? `yes (${stance})` : 'yes'), quotes.map((span) => el('q', {}, span.quote)));
  }

  async send(event) {
    event.preventDefault();
    const reason = find('#reason').value.trim();
    if (!reason) {
      say('Say in a line why it is settled so.', 'bad');
      find('#reason').focus();
      return;
    }
    const chosen = [...find('#settle-form').querySelectorAll('input[type=checkbox]:checked')].map((box) => box.value);
    const spans = [];
    const seen = new Set();
    for (const reading of this.unit.readings) {
      for (const { code, start, end } of reading.spans) {
        const key = `${code} ${start} ${end}`;
        if (chosen.includes(code) && start >= 0 && !seen.has(key)) spans.push({ code, start, end });
        seen.add(key);
      }
    }
    try {
      await ask('event', { id: this.event, kind: 'adjudication', unit_id: this.unit.id, codes: chosen, stances: this.stances(chosen), spans, reason });
      find('#saved').textContent = `Saved ${new Date().toLocaleTimeString('en-GB')}`;
      find('#saved').className = 'good';
      say('Settled.', 'good');
      await this.list();
    } catch (refusal) {
      say(`Not saved: ${refusal.message}`, 'bad');
    }
  }

  /** A stance that all who gave the code agree on stands. */
  stances(chosen) {
    const found = {};
    for (const code of chosen) {
      const said = new Set(this.unit.readings.filter((reading) => reading.codes[code]).map((reading) => reading.stances[code] || ''));
      if (said.size === 1 && [...said][0]) [found[code]] = [...said];
    }
    return found;
  }
}

const start = await ask('start').catch((refusal) => tell(refusal));
if (start) {
  const page = new Settling(start);
  document.addEventListener('keydown', (event) => {
    const code = isTyping(event) && event.target.type !== 'checkbox' ? null : page.keys.code(event.key);
    const box = code && document.getElementById(`code-${code}`);
    if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.checked = !box.checked;
    if (!box.checkVisibility()) find('#rest-all').open = true;
    say(`${page.names.get(code)}: ${box.checked ? 'applies' : 'does not apply'}.`);
  });
  await page.list();
  find('#main').dataset.ready = 'yes';
}
