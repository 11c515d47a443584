// What the company's systems hear: the signed events that the sandbox's receiver got from Rampgate, and a switch that stops the receiver.
// The receiver, not this page, verifies the signatures.

import {clock, make, setText} from './elements.js';

const EVERY_MS = 1000;
const MOST_SHOWN = 30;

/** Fills the section while the simulator has a receiver. @param simulator its address, or a promise of it */
export async function showWhatSystemsHear(simulator) {
  const receiver = `${await simulator}/control/receiver`;
  const section = document.getElementById('hears');
  const parts = build(section, () => {
    look(receiver, section, parts, {stopped: !parts.stopped});
  });
  look(receiver, section, parts);
  setInterval(() => {
    if (!document.hidden) {
      look(receiver, section, parts);
    }
  }, EVERY_MS);
}

function build(section, onSwitch) {
  const bar = make('div', '', 'hears-bar');
  const title = make('h2', 'What your systems hear');
  title.id = 'hears-title';
  const state = make('span', '', 'hears-state');
  state.setAttribute('role', 'status');
  const button = make('button', 'Stop the receiver', 'plain');
  button.type = 'button';
  button.id = 'hears-switch';
  button.addEventListener('click', onSwitch);
  bar.append(title, state, button);
  const note = make('p', '', 'hears-note');
  note.hidden = true;
  const empty = make('p', 'Open a session. Rampgate posts each event to a receiver, as it would to your order service, '
    + 'and the receiver verifies its signature.', 'quiet');
  const list = make('ol', '', 'hears-list');
  list.setAttribute('aria-labelledby', title.id);
  list.tabIndex = 0;
  section.replaceChildren(bar, note, empty, list);
  return {state, button, note, empty, list, stopped: false, drawn: '', turn: 0};
}

async function look(receiver, section, parts, change) {
  const turn = ++parts.turn;
  let heard;
  try {
    const answer = await fetch(receiver, change && {
      method: 'PUT',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify(change),
    });
    heard = answer.ok ? await answer.json() : null;
  } catch {
    heard = null;
  }
  if (turn !== parts.turn) {
    return; // a later look says more
  }
  section.hidden = !heard;
  const now = JSON.stringify(heard);
  if (!heard || now === parts.drawn) {
    return;
  }
  parts.drawn = now;
  show(heard, parts);
}

function show({stopped, refused, forged, events}, parts) {
  parts.stopped = stopped;
  parts.state.dataset.stopped = stopped;
  setText(parts.state, stopped ? 'receiver stopped' : 'receiver runs');
  setText(parts.button, stopped ? 'Start the receiver' : 'Stop the receiver');
  parts.note.hidden = !stopped && forged === 0;
  setText(parts.note, stopped
    ? `The receiver answers 503${refused ? `, so far ${refused} ${refused === 1 ? 'time' : 'times'}` : ''}. `
      + 'Rampgate keeps the events and tries again, first after a second, later once a minute. Buy something, and then start the receiver.'
    : `The receiver refused ${forged} ${forged === 1 ? 'message' : 'messages'} without a valid signature.`);
  parts.empty.hidden = events.length > 0;
  parts.list.replaceChildren(...events.slice(-MOST_SHOWN).reverse().map(line));
}

function line(event) {
  const item = make('li');
  item.dataset.type = event.type;
  item.dataset.id = event.id;
  const when = make('time', clock(event.at));
  when.dateTime = event.at;
  const what = make('span', '', 'hears-what');
  what.append(make('strong', event.type));
  if (event.version) {
    what.append(make('span', `version ${event.version}`, 'tag'));
  }
  what.append(make('span', 'signature verified', 'tag good'));
  if (event.deliveries > 1) {
    what.append(make('span', `came ${event.deliveries} times`, 'tag wait'));
  }
  const whose = make('span', event.reference ?? event.merchant_transaction_id ?? 'test', 'hears-whose');
  item.append(when, what, whose, make('code', event.id));
  return item;
}
