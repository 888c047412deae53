// Search among one's own units. The words are sent in the body of a request, never in an address.

import { ask, el, fill, find, say, tell } from './common.js';

find('#search').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const told = await ask('search', { words: find('#words').value });
    const items = told.found.map((hit) => el('li', {},
      el('a', { href: `/read#${encodeURIComponent(hit.id)}` }, hit.text || '(blank)'),
      el('span', { class: 'small' }, hit.read ? ' read' : ' not read yet')));
    fill(find('#hits'), items);
    say(`${told.count} found${told.count > told.found.length ? `; the first ${told.found.length} are shown` : ''}.`);
  } catch (refusal) {
    tell(refusal);
  }
});
find('#main').dataset.ready = 'yes';
