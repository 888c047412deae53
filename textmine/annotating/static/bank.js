// One's own quote bank and memos on codes: ticked, used, released.

import { ask, day, el, fill, find, say, tell } from './common.js';

const key = (quote) => [quote.unit_id, quote.code, quote.start, quote.end].join('\u001f');

export class Bank {
  constructor(names) {
    this.names = names;
    this.quotes = new Map();
    this.memos = [];
    find('#memo-form').addEventListener('submit', (event) => this.keep(event));
  }

  async load() {
    const told = await ask('quotes');
    this.quotes = new Map(told.quotes.map((quote) => [key(quote), quote]));
    this.memos = told.memos;
  }

  find(stretch) {
    return this.quotes.get(key(stretch));
  }

  /** Do something with a quote; false where the server refused. */
  async change(deed) {
    try {
      await ask('quote', deed);
      await this.load();
      return true;
    } catch (refusal) {
      tell(refusal);
      return false;
    }
  }

  async show() {
    try {
      await this.load();
    } catch (refusal) {
      tell(refusal);
      return;
    }
    const quotes = [...this.quotes.values()];
    fill(find('#quotes'), quotes.length ? quotes.map((quote) => this.row(quote)) : el('li', { class: 'none' }, 'No quotes yet. Tick some among the passages.'));
    fill(find('#codememos'), this.memos.length ? this.memos.map((memo) => el('li', {},
      el('p', {}, el('strong', {}, this.names.get(memo.about) || memo.about || 'In general'), el('span', { class: 'small' }, ` ${day(memo.at)}`)),
      el('p', { class: 'note' }, memo.text))) : el('li', {}, 'No memos on codes yet.'));
  }

  row(quote) {
    const name = this.names.get(quote.code) || quote.code || 'no code';
    const where = el('input', { type: 'search', id: `use-${quote.quote_id}`, maxlength: '500', autocomplete: 'off' });
    const act = (deed, words) => async () => {
      if (!await this.change({ quote: quote.quote_id, ...deed() })) return;
      await this.show();
      say(words, 'good');
    };
    const use = quote.used
      ? [el('span', {}, `Used in ${quote.used_in}. `), el('button', { type: 'button', onclick: act(() => ({ do: 'drop_use' }), 'Not used any more.') }, 'Not used any more')]
      : [el('label', { for: where.id }, 'Used in'), ' ', where, ' ',
        el('button', { type: 'button', onclick: act(() => ({ do: 'use', where: where.value.trim() }), 'Noted as used.') }, 'Note as used')];
    return el('li', {},
      el('p', { class: 'small' }, `${name} · ${quote.release}${quote.release_as ? ` in ${quote.release_as}` : ''} · ticked ${day(quote.ticked)}`),
      el('blockquote', {}, quote.quote || 'The words are no longer there.'),
      el('p', { class: 'uses' }, use, ' ', el('button', { type: 'button', class: 'quiet', onclick: act(() => ({ do: 'untick' }), 'Taken out.') }, 'Take out'), ' ',
        el('a', { href: `/read#${encodeURIComponent(quote.unit_id)}` }, 'Open')));
  }

  openMemo(code) {
    this.about = code;
    find('#memo-title').textContent = code ? `Memo on ${this.names.get(code)}` : 'Memo';
    find('#memo').showModal();
    find('#memo-text').focus();
  }

  async keep(event) {
    event.preventDefault();
    const place = find('#memo-text');
    if (!place.value.trim()) {
      say('The memo is blank.', 'bad');
      return;
    }
    try {
      await ask('codememo', { about: this.about, text: place.value });
      place.value = '';
      find('#memo').close();
      if (!find('#bank').hidden) await this.show();
      say('Memo kept.', 'good');
    } catch (refusal) {
      tell(refusal);
    }
  }
}
