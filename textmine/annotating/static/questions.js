// The owner's page: what annotators asked, and the rulings that answer.

import { ask, day, el, fill, find, newId, say, tell } from './common.js';

const start = await ask('start').catch((refusal) => tell(refusal));

async function show() {
  const told = await ask('questions');
  const items = told.questions.map((question) => el('li', {}, el('article', {},
    el('h2', {}, question.code ? nameOf(question.code) : 'No code named'),
    el('p', { class: 'small' }, `${question.annotator}, ${day(question.at)}`),
    el('blockquote', {}, question.unit_text),
    el('p', { class: 'note' }, question.text),
    question.ruling ? ruled(question.ruling) : form(question, told.effects))));
  fill(find('#questions'), items.length ? items : el('li', {}, 'Nobody has asked anything.'));
}

const nameOf = (id) => start.codes.find((code) => code.id === id)?.name || id;

const ruled = (ruling) => el('p', { class: 'ruling' }, el('strong', {}, `Ruling, ${day(ruling.date)}: `), ruling.text,
  el('span', { class: 'small' }, ` (${ruling.touched} earlier decision${ruling.touched === 1 ? '' : 's'} queued)`));

function form(question, effects) {
  const id = newId();
  const field = (name) => `${name}-${question.id}`;
  const codes = el('select', { id: field('code') }, start.codes.map((code) => el('option', { value: code.id, selected: code.id === question.code }, code.name)));
  const effect = el('select', { id: field('effect') }, Object.entries(effects).map(([value, words]) => el('option', { value }, words)));
  effect.value = 'unclear';
  const text = el('textarea', { id: field('text'), rows: '3', required: true, maxlength: '5000' });
  const made = el('form', {},
    el('label', { for: field('code') }, 'Code ruled on'), codes,
    el('label', { for: field('effect') }, 'The ruling'), effect,
    el('label', { for: field('text') }, 'Answer, as it will stand beside the code'), text,
    el('button', { type: 'submit', class: 'main' }, 'Rule'));
  made.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      const done = await ask('answer', { id, question: question.id, code: codes.value, effect: effect.value, text: text.value.trim() });
      const left = done.left ? ` ${done.left} by people who have left are for you to see to.` : '';
      await show();
      say(`Ruled. ${done.queued} earlier decision${done.queued === 1 ? ' is' : 's are'} queued to be read again.${left}`, 'good');
    } catch (refusal) {
      say(`Not saved: ${refusal.message}`, 'bad');
    }
  });
  return made;
}

if (start) await show().catch((refusal) => tell(refusal));
find('#main').dataset.ready = 'yes';
