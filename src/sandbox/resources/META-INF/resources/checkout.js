// The checkout page. It does what a shop's page does: it opens a session at its own backend, passes it to the widget, and
// shows the status that the backend reports. It does not use the widget's callbacks for decisions.
import {follow, openSession, runWidget} from './rampgate.js';

const simulator = new URLSearchParams(location.search).get('simulator')
  ?? `${location.protocol}//${location.hostname}:8090`;
const element = (id) => document.getElementById(id);

const STATUS_TEXT = {
  pending: 'Pending',
  processing: 'Processing',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
};
const CHANNEL_TEXT = {session: 'Session', webhook: 'Webhook', poll: 'Poll', socket: 'Socket'};

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
    begin(session, ticket);
    await showWidget(session);
  } catch (problem) {
    explain(problem);
  } finally {
    element('submit').disabled = false;
  }
});

element('again').addEventListener('click', () => {
  element('paying').hidden = true;
  element('ordering').hidden = false;
  element('widget').replaceChildren();
  form.elements.amount.focus();
});

// A shop takes the number of its own order. Rampgate shows it in every read; that it came from a browser is a claim.
function orderId() {
  return `order-${Math.random().toString(36).slice(2, 10).padEnd(8, '0')}`;
}

function begin(session, ticket) {
  const id = session.merchant_transaction_id;
  element('session').textContent = JSON.stringify(session, null, 2);
  element('callbacks').replaceChildren();
  element('timeline').replaceChildren();
  element('facts').replaceChildren();
  element('empty').hidden = true;
  element('transaction').hidden = false;
  show({merchant_transaction_id: id, status: 'pending', confirmed: false, timeline: []});
  unfollow();
  unfollow = watch(id, ticket);
}

// --- the widget

async function showWidget(session) {
  const log = (name) => (payload) => note(name, payload);
  element('ordering').hidden = true;
  element('paying').hidden = false;
  element('widget-title').focus();
  await runWidget(session, element('widget'), `${simulator}/widget.2.0.js`, {
    onLoad: log('onLoad'),
    onReady: log('onReady'),
    onStatusChange: log('onStatusChange'),
    onPaymentFinished: log('onPaymentFinished'),
    onSellTransferEnabled: log('onSellTransferEnabled'),
  });
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
  // With the timeline, which events leave out.
  const look = () => call('GET', `/transactions/${encodeURIComponent(id)}`).then(show, explainStanding);
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
    onProblem: explainStanding,
  }, {ticket});
  return () => {
    clearInterval(timer);
    stop();
  };
}

function explainStanding(problem) {
  setText(element('standing'), problem.detail ?? problem.title ?? problem.message);
}

let drawn = '';

function show(transaction) {
  const now = JSON.stringify(transaction);
  if (now === drawn) {
    return;
  }
  drawn = now;
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
    ['Order', transaction.reference],
    ['Transaction', transaction.merchant_transaction_id],
    ['Requested', transaction.requested_amount && `${transaction.requested_amount} ${transaction.currency}`],
    ['Crypto amount', transaction.crypto_amount && `${transaction.crypto_amount} ${transaction.currency}`],
    ['Fiat amount', transaction.fiat_amount && `${transaction.fiat_amount} ${transaction.fiat_currency}`],
    ['Network', transaction.network],
    ['Paid by', transaction.payment_method],
  ].filter(([, value]) => value).map(([name, value]) => {
    const fact = make('div');
    fact.append(make('dt', name), make('dd', value));
    return fact;
  }));

  const changes = transaction.timeline ?? [];
  element('timeline').replaceChildren(...changes.map((change, at) => entry(change, at === changes.length - 1)).reverse());
}

function entry(change, isLast) {
  const item = make('li');
  item.dataset.status = change.status;
  const head = make('p', '', 'what');
  head.append(make('strong', STATUS_TEXT[change.status] ?? change.status));
  if (change.attempt > 1) {
    head.append(make('span', `attempt ${change.attempt}`, 'tag'));
  }
  if (change.correction) {
    head.append(make('span', 'correction', 'tag'));
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

async function offerScenarios() {
  const [scenarios, playing] = await Promise.all(
    ['scenarios', 'scenario'].map((path) => call('GET', `${simulator}/control/${path}`)));
  const summaries = new Map([...scenarios, playing].map(({name, summary}) => [name, summary]));
  element('scenario').append(...[...summaries.keys()].map((name) => new Option(name, name, false, name === playing.name)));
  const say = () => setText(element('scenario-summary'), summaries.get(element('scenario').value));
  element('scenario').addEventListener('change', async () => {
    await call('PUT', `${simulator}/control/scenario`, {name: element('scenario').value});
    say();
  });
  say();
  element('harder').hidden = false;
}

// Without a simulator there are no scenarios, and the page works without them.
offerScenarios().catch(() => {});

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
    throw {title: 'Rampgate does not answer', detail: 'Is it still running? Please try again.'};
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
      title: json.title ?? `Something went wrong (${answer.status})`,
      detail: details.join('. ') || json.detail || 'Please try again in a moment.',
      request_id: json.request_id ?? answer.headers.get('X-Request-Id'),
    };
  }
  return json;
}

function clock(text) {
  const time = new Date(text);
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0'));
  return `${parts.join(':')}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

function make(tag, content = '', className = '') {
  const made = document.createElement(tag);
  made.textContent = content;
  made.className = className;
  return made;
}

function setText(target, content) {
  if (target.textContent !== content) {
    target.textContent = content;
  }
}

element('control').href = `${simulator}/control`;
