// One's own memos, flags, calls to act and questions, with the words that they are about.

import { ask, day, el, fill, find, tell } from './common.js';

const KINDS = { memo: 'Memo', flag: 'Flag', act_on: 'Act on this', question: 'Question' };

try {
  const { notes } = await ask('notes');
  const items = notes.map((note) => el('li', { data: { kind: note.kind } },
    el('p', {}, el('strong', {}, KINDS[note.kind]), el('span', { class: 'small' }, ` ${day(note.at)} `),
      el('a', { href: `/read#${encodeURIComponent(note.unit_id)}` }, 'open')),
    note.note ? el('p', { class: 'note' }, note.note) : null,
    el('blockquote', {}, note.text)));
  fill(find('#notes'), items.length ? items : el('li', {}, 'No memos yet. Press m while you read.'));
  find('#kind').addEventListener('change', (event) => {
    for (const item of find('#notes').children) item.hidden = Boolean(event.target.value) && item.dataset.kind !== event.target.value;
  });
} catch (refusal) {
  tell(refusal);
}
find('#main').dataset.ready = 'yes';
