// The owner's page of people: who is in, as what; a new link is shown once.

import { ask, el, fill, find, say, tell } from './common.js';

const start = await ask('start').catch((refusal) => tell(refusal));
const option = ([value, words]) => el('option', { value }, words);

async function show() {
  const told = await ask('people');
  fill(find('#people'), told.people.map((person) => row(person, told.roles)));
  if (!find('#role').options.length) {
    fill(find('#role'), told.roles.map((role) => option([role, role])));
    fill(find('#reads'), Object.entries(told.reads).map(option));
  }
}

function row(person, roles) {
  const own = person.name === start.person.name;
  const role = el('select', { 'aria-label': `Role of ${person.name}`, id: `role-${person.name}`, disabled: own },
    person.active ? null : el('option', { value: '', selected: true }, 'access ended'),
    roles.map((name) => el('option', { value: name, selected: name === person.role }, name)));
  const set = el('button', { type: 'button', disabled: own, 'aria-label': `Set the role of ${person.name}`, onclick: () =>
    role.value && change({ do: 'role', name: person.name, role: role.value }, `${person.name} is ${role.value} now.`) },
    person.active ? 'Set' : 'Let in again');
  const fresh = el('button', { type: 'button', disabled: own || !person.active, 'aria-label': `New link for ${person.name}; the old one ends`,
    onclick: () => change({ do: 'link', name: person.name }, `The old link of ${person.name} has ended.`) }, 'New link');
  const end = el('button', { type: 'button', disabled: own || !person.active, 'aria-label': `End the access of ${person.name}`, onclick: () => {
    if (end.dataset.sure) {
      change({ do: 'revoke', name: person.name }, `The access of ${person.name} has ended. What they coded stays.`);
      return;
    }
    end.dataset.sure = 'yes';
    end.textContent = 'Press again to end it';
    say(`Press again to end the access of ${person.name}. What they coded stays.`, 'ask');
  } }, 'End');
  return el('tr', {}, el('th', { scope: 'row' }, person.name, own ? ' (you)' : ''), el('td', {}, role, ' ', set),
    el('td', {}, String(person.given)), el('td', {}, String(person.open)), el('td', {}, fresh), el('td', {}, end));
}

/** Do something with somebody, and show the link if there is a new one. */
async function change(deed, words) {
  try {
    const { token } = await ask('person', deed);
    showLink(deed.name, token);
    await show();
    say(words, 'good');
    return true;
  } catch (refusal) {
    tell(refusal);
    return false;
  }
}

function showLink(name, token) {
  find('#fresh').hidden = !token;
  find('#link').value = token ? `${location.origin}/#${token}` : '';
  if (!token) return;
  find('#fresh-title').textContent = `New link for ${name}`;
  find('#link').focus();
  find('#link').select();
}

find('#copy').addEventListener('click', async () => {
  find('#link').select();
  const done = await navigator.clipboard?.writeText(find('#link').value).then(() => true, () => false);
  say(done ? 'Copied.' : 'Selected: press Ctrl+C to copy.');
});
find('#hide').addEventListener('click', () => showLink('', ''));
find('#add').addEventListener('submit', async (event) => {
  event.preventDefault();
  const name = find('#name').value.trim();
  const deed = { do: 'add', name, role: find('#role').value, reads: find('#reads').value };
  if (await change(deed, `${name} is in. Send them the link above.`)) find('#name').value = '';
});

if (start) await show().catch((refusal) => tell(refusal));
find('#main').dataset.ready = 'yes';
