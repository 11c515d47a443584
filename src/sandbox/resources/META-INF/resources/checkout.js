// The checkout page. It does what a shop's page does: it opens a session at its own backend, passes it to the widget, and
// shows the status that the backend reports. It does not use the widget's callbacks for decisions.
import {follow, openSession, runWidget} from './rampgate.js';
import {clock, make, setText} from './elements.js';
import {showWhatSystemsHear} from './hears.js';

const element = (id) => document.getElementById(id);

const STATUS_TEXT = {
  pending: 'Pending',
  processing: 'Processing',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
};
const CHANNEL_TEXT = {session: 'Session', webhook: 'Webhook', poll: 'Poll', socket: 'Socket'};

/** What the title says of a buy and of a sell. */
const TITLES = {
  ordering: ['Buy or sell crypto', 'Buy or sell crypto'],
  pending: ['Finish with Proof', 'Finish with Proof'],
  processing: ['Payment received', 'Deposit received'],
  completed: ['Crypto delivered', 'Money paid out'],
  failed: ['The payment failed', 'The sale failed'],
  cancelled: ['Order cancelled', 'Order cancelled'],
};

/** The name of a session in the tab's own storage, where a reload finds it. */
const kept = (id) => `rampgate-session-${id}`;
const SESSION_LIFE_MS = 55 * 60 * 1000;

let unfollow = () => {};

// --- the order

const form = element('order');

form.addEventListener('input', () => {
  const order = new FormData(form);
  element('unit').value = order.get('currency');
  element('submit').textContent = order.get('type') === 'buy' ? 'Continue to buy' : 'Continue to sell';
  form.elements.amount.removeAttribute('aria-invalid');
});

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const order = Object.fromEntries(new FormData(form));
  order.amount = order.amount.trim().replace(',', '.');
  if (!(Number(order.amount) > 0)) {
    form.elements.amount.setAttribute('aria-invalid', 'true');
    form.elements.amount.focus();
    explain({title: 'Which amount?', detail: 'Enter a number greater than zero, for example 42.75.'});
    return;
  }
  order.reference = orderId();
  explain(null);
  element('submit').disabled = true;
  try {
    const {session, ticket} = await openSession(order);
    keep(session);
    begin(session.merchant_transaction_id, ticket);
    show({merchant_transaction_id: session.merchant_transaction_id, type: session.type, status: 'pending', confirmed: false});
    element('title').focus();
    showWidget(session);
  } catch (problem) {
    explain(problem);
  } finally {
    element('submit').disabled = false;
  }
});

element('again').addEventListener('click', () => {
  leave();
  form.elements.amount.focus();
});

// A shop takes the number of its own order. Rampgate shows it in every read; that it came from a browser is a claim.
function orderId() {
  return `order-${Math.random().toString(36).slice(2, 10).padEnd(8, '0')}`;
}

/** Shows the page of one transaction, whose id is in the address from now on. */
function begin(id, ticket) {
  const address = new URL(location);
  address.searchParams.set('transaction', id);
  history.replaceState(null, '', address);
  element('callbacks').replaceChildren();
  element('timeline').replaceChildren();
  element('facts').replaceChildren();
  element('empty').hidden = element('ordering').hidden = true;
  element('transaction').hidden = element('details').hidden = element('paying').hidden = element('again').hidden = false;
  notice(null);
  drawn = '';
  delete element('status').dataset.status;
  setText(element('status'), 'Reading …');
  setText(element('standing'), '');
  element('reported').hidden = true;
  setText(element('title'), TITLES.pending[0]);
  unfollow();
  unfollow = watch(id, ticket);
}

/** Back to the form. */
function leave() {
  unfollow();
  const address = new URL(location);
  address.searchParams.delete('transaction');
  history.replaceState(null, '', address);
  setText(element('title'), TITLES.ordering[0]);
  element('widget').replaceChildren();
  element('empty').hidden = element('ordering').hidden = false;
  element('transaction').hidden = element('details').hidden = element('paying').hidden = element('again').hidden = true;
}

// --- a reload

/** The answer contains the token of the widget, so it stays in this tab, and no longer than the token lives. */
function keep(session) {
  sessionStorage.setItem(kept(session.merchant_transaction_id), JSON.stringify({session, at: Date.now()}));
}

/** After a reload: the status by the id in the address, and the widget by what the tab has kept. */
function resume(id) {
  begin(id);
  const {session, at} = JSON.parse(sessionStorage.getItem(kept(id)) ?? '{}');
  if (session && Date.now() < at + SESSION_LIFE_MS) {
    showWidget(session);
  } else {
    element('answer').hidden = true;
    notice({
      title: 'This tab has no payment form',
      detail: 'Only the tab that made the order has it, for an hour. You can still see the status here.',
    });
  }
}

// --- the widget

async function showWidget(session) {
  const log = (name) => (payload) => note(name, payload);
  element('answer').hidden = false;
  element('session').textContent = JSON.stringify(session, null, 2);
  notice(null);
  try {
    await runWidget(session, element('widget'), `${await simulator}/widget.2.0.js`, {
      onLoad: log('onLoad'),
      onReady: log('onReady'),
      onStatusChange: log('onStatusChange'),
      onPaymentFinished: log('onPaymentFinished'),
      onSellTransferEnabled: log('onSellTransferEnabled'),
    });
  } catch (problem) {
    notice({
      title: 'The payment form could not be loaded',
      detail: `${problem.detail ?? problem.message} Is the simulator still running?`,
    }, () => showWidget(session));
  }
}

/** Says where the widget would be why it is not there. @param again what a button tries again */
function notice(text, again) {
  element('notice').hidden = !text;
  element('notice').classList.toggle('bad', Boolean(again));
  setText(element('notice-title'), text?.title ?? '');
  setText(element('notice-detail'), text?.detail ?? '');
  element('notice-again').hidden = !again;
  element('notice-again').onclick = again;
}

function note(name, payload) {
  const line = make('li');
  line.append(make('code', name), payload ? ` ${payload.status ?? payload.payment_method ?? payload.flow_id ?? ''}` : '');
  line.append(make('time', clock(new Date().toISOString())));
  element('callbacks').append(line);
}

// --- the status

/** Shows the transaction now and after each change, until nothing more is expected or the returned function is called. */
function watch(id, ticket) {
  let watched = true;
  const whileWatched = (work) => (found) => watched && work(found);
  // With the timeline, which events leave out.
  const look = () => call('GET', `/transactions/${encodeURIComponent(id)}`)
    .then(whileWatched(show), whileWatched(explainStanding));
  // A status that a webhook reports is not a change yet, so it causes no event.
  const timer = setInterval(look, 2000);
  const stop = follow(id, {
    onState: look,
    onTransition: look,
    onConfirmed: look,
    onEnd() {
      clearInterval(timer);
      look();
    },
    onProblem: whileWatched(explainStanding),
  }, {ticket});
  look();
  return () => {
    watched = false;
    clearInterval(timer);
    stop();
  };
}

function explainStanding(problem) {
  if (problem.status === 404 && !drawn) {
    leave();
    explain({title: 'This order is not found', detail: 'Its id is in the address. The sandbox forgets all orders when it ends.'});
    return;
  }
  setText(element('standing'), problem.detail ?? problem.title ?? problem.message);
}

let drawn = '';

function show(transaction) {
  const now = JSON.stringify(transaction);
  if (now === drawn) {
    return;
  }
  drawn = now;
  const buys = transaction.type !== 'sell';
  setText(element('title'), TITLES[transaction.status]?.[buys ? 0 : 1] ?? TITLES.pending[0]);
  if (/processing|completed/.test(transaction.status) && element('notice-again').hidden) {
    // There is nothing left to do in the payment form.
    notice(null);
  }
  const status = element('status');
  status.dataset.status = transaction.status;
  setText(status, STATUS_TEXT[transaction.status] ?? transaction.status);
  setText(element('standing'), [
    transaction.confirmed ? 'confirmed by Proof' : 'not confirmed yet',
    transaction.attempt > 1 && `attempt ${transaction.attempt}`,
    transaction.settled && 'settled',
    transaction.abandoned && 'abandoned',
  ].filter(Boolean).join(' · '));

  const reported = element('reported');
  reported.hidden = !transaction.reported;
  if (transaction.reported) {
    setText(reported, `A webhook reports “${transaction.reported}”. Webhooks can be forged, so Rampgate asks Proof before it records the status.`);
  }

  element('facts').replaceChildren(...[
    ['Transaction', transaction.merchant_transaction_id],
    ['Order', transaction.reference],
    ['Type', buys ? 'Buy' : 'Sell'],
    ['Requested', transaction.requested_amount && `${transaction.requested_amount} ${transaction.currency}`],
    ['Crypto amount', transaction.crypto_amount && `${transaction.crypto_amount} ${transaction.currency}`],
    ['Fiat amount', transaction.fiat_amount && `${transaction.fiat_amount} ${transaction.fiat_currency}`],
    ['Network', transaction.network],
    [buys ? 'Paid by' : 'Paid out to', transaction.payment_method],
  ].filter(([, value]) => value).map(([name, value]) => {
    const fact = make('div', '', name === 'Transaction' ? 'wide' : '');
    fact.append(make('dt', name), make('dd', value));
    return fact;
  }));

  const changes = transaction.timeline ?? [];
  element('timeline').replaceChildren(...changes.map((change, at) => entry(change, changes[at - 1], at === changes.length - 1)).reverse());
}

function entry(change, before, isLast) {
  const item = make('li');
  item.dataset.status = change.status;
  const head = make('p', '', 'what');
  head.append(make('strong', STATUS_TEXT[change.status] ?? change.status));
  if (change.attempt > 1) {
    head.append(make('span', `attempt ${change.attempt}`, 'tag'));
  }
  if (change.correction) {
    head.append(make('span', /failed|cancelled/.test(before?.status) ? 'tried again' : 'correction', 'tag'));
  }
  if (change.confirmed_at) {
    head.append(make('span', 'confirmed', 'tag good'));
  } else if (isLast) {
    head.append(make('span', 'not confirmed yet', 'tag wait'));
  }

  const channel = change.channel.toLowerCase();
  const reports = [
    [change.occurred_at, 'proof', 'Proof', 'happened'],
    [change.reported_at, 'webhook', 'Webhook', 'reported'],
    [change.observed_at, channel, CHANNEL_TEXT[channel] ?? channel, 'observed'],
    [change.confirmed_at, 'poll', 'Poll', 'confirmed'],
  ].filter(([at]) => at);
  // A poll confirms what it observes: one line shows both.
  const merged = channel === 'poll' && change.observed_at === change.confirmed_at
    ? reports.filter(([, , , verb]) => verb !== 'observed')
    : reports;
  const list = make('ul');
  list.append(...merged
    .sort(([one], [other]) => Date.parse(one) - Date.parse(other))
    .map(([at, kind, who, verb]) => {
      const line = make('li');
      line.dataset.channel = kind;
      const when = make('time', clock(at));
      when.dateTime = at;
      line.append(make('span', who, 'who'), make('span', verb, verb), when);
      return line;
    }));
  item.append(head, list);
  return item;
}

// --- what goes wrong at Proof

/** Where the simulator is: as the address says, else as the sandbox says. */
async function findSimulator() {
  const named = new URLSearchParams(location.search).get('simulator')
    ?? (await call('GET', 'sandbox.json').catch(() => ({}))).simulator
    ?? 'http://localhost:8090';
  const address = new URL(named);
  if (address.hostname === '0.0.0.0') {
    address.hostname = location.hostname;
  }
  return address.origin;
}

async function offerScenarios() {
  const home = await simulator;
  try {
    const [scenarios, playing] = await Promise.all(
      ['scenarios', 'scenario'].map((path) => call('GET', `${home}/control/${path}`)));
    const summaries = new Map([...scenarios, playing].map(({name, summary}) => [name, summary]));
    element('scenario').append(...[...summaries.keys()].map((name) => new Option(name, name, false, name === playing.name)));
    const say = () => setText(element('scenario-summary'), summaries.get(element('scenario').value));
    element('scenario').addEventListener('change', async () => {
      try {
        await call('PUT', `${home}/control/scenario`, {name: element('scenario').value});
        say();
      } catch (problem) {
        setText(element('scenario-summary'), problem.title);
      }
    });
    say();
    element('harder').hidden = false;
    const link = make('a', 'Control API of the simulator');
    link.href = `${home}/control`;
    element('simulator').replaceChildren(link);
  } catch {
    setText(element('simulator'), `The simulator of Proof does not answer at ${home}, so there is no widget and no scenario.`);
  }
}

// --- small things

function explain(problem) {
  element('problem').hidden = !problem;
  const details = (problem?.errors ?? []).map((error) => [error.field, error.detail].filter(Boolean).join(': '));
  setText(element('problem-title'), problem?.title ?? problem?.message ?? '');
  setText(element('problem-detail'), details.join('. ') || (problem?.detail ?? (problem ? 'Please try again in a moment.' : '')));
  setText(element('problem-id'), problem?.request_id ? `Request ${problem.request_id}` : '');
}

/** A JSON call; whatever goes wrong is thrown as {title, detail, request_id}. */
async function call(method, url, body) {
  let answer;
  try {
    answer = await fetch(url, {
      method,
      headers: {Accept: 'application/json, application/problem+json', ...(body && {'Content-Type': 'application/json'})},
      body: body && JSON.stringify(body),
    });
  } catch {
    throw {title: `${new URL(url, location).host} does not answer`, detail: 'Is it still running? Please try again.', status: 0};
  }
  const text = await answer.text();
  let json = {};
  try {
    json = text ? JSON.parse(text) : {};
  } catch {
    json = {};
  }
  if (!answer.ok) {
    const details = (json.errors ?? []).map((error) => [error.field, error.detail ?? error.message].filter(Boolean).join(': '));
    throw {
      status: answer.status,
      title: json.title ?? `Something went wrong (${answer.status})`,
      detail: details.join('. ') || json.detail || 'Please try again in a moment.',
      request_id: json.request_id ?? answer.headers.get('X-Request-Id'),
    };
  }
  return json;
}

// --- the start

const simulator = findSimulator();
offerScenarios();
showWhatSystemsHear(simulator);
const reloaded = new URLSearchParams(location.search).get('transaction');
if (reloaded) {
  resume(reloaded);
}
