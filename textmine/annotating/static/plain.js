// Pages without a script of their own: only the menu's sign-out works.

import './common.js';

document.querySelector('#main').dataset.ready = 'yes';
