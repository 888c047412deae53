// One's own memos, flags, calls to act and questions, with the words that they are about; for leads others' calls.

import { ask, day, el, fill, find, tell } from './common.js';

const KINDS = { memo: 'Memo', flag: 'Flag', act_on: 'Act on this', question: 'Question' };

try {
  const { notes, calls, waiting } = await ask('notes');
  const row = (note, who = '') => el('li', { data: { kind: note.kind } },
    el('p', {}, el('strong', {}, KINDS[note.kind]), el('span', { class: 'small' }, `${who} ${day(note.at)} `),
      el('a', { href: `/read#${encodeURIComponent(note.unit_id)}` }, 'open')),
    note.note ? el('p', { class: 'note' }, note.note) : null,
    el('blockquote', {}, note.text));
  const items = notes.map((note) => row(note));
  fill(find('#notes'), items.length ? items : el('li', {}, 'No memos yet. Press m while you read.'));
  if (find('#calls')) {
    fill(find('#calls'), calls.length ? calls.map((call) => row(call, ` by ${call.annotator},`)) : el('li', {}, 'Nothing marked by others.'));
    find('#waiting').textContent = waiting ? `${waiting} more on texts that you are still to read.` : '';
  }
  find('#kind').addEventListener('change', (event) => {
    for (const item of document.querySelectorAll('.notes > li')) item.hidden = Boolean(event.target.value) && item.dataset.kind !== event.target.value;
  });
} catch (refusal) {
  tell(refusal);
}
find('#main').dataset.ready = 'yes';
