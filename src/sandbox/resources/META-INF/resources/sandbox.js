// The demo page: it talks to Rampgate as a shop's page does, and to the simulator's control API to play the user's part.
'use strict';

const ASK_EVERY_MS = 1000;
const simulator = new URLSearchParams(location.search).get('simulator')
  ?? `${location.protocol}//${location.hostname}:8090`;

const element = (id) => document.getElementById(id);
let shown = null;
let asking = 0;

element('order').addEventListener('submit', async (event) => {
  event.preventDefault();
  const order = new FormData(event.target);
  say('problem', '');
  try {
    await control('PUT', '/life', {mode: order.get('attended') ? 'attended' : 'automatic'});
    const session = await call('POST', '/session', {
      type: order.get('type'),
      amount: order.get('amount'),
      currency: order.get('currency'),
      network: order.get('network'),
    });
    shown = session.merchant_transaction_id;
    element('id').textContent = shown;
    element('session').textContent = JSON.stringify(session, null, 2);
    element('timeline').replaceChildren();
    say('status', 'opened');
    say('standing', '');
    say('amounts', '');
    say('refusal', '');
    element('transaction').hidden = false;
    watch(shown);
  } catch (problem) {
    say('problem', problem.message);
  }
});

element('actions').addEventListener('click', async (event) => {
  const action = event.target.dataset.action;
  if (!action) {
    return;
  }
  say('refusal', '');
  try {
    await control('POST', `/transactions/${encodeURIComponent(shown)}/${action}`);
  } catch (problem) {
    say('refusal', problem.message);
  }
});

async function watch(id) {
  clearTimeout(asking);
  try {
    const transaction = await call('GET', `/transactions/${encodeURIComponent(id)}`);
    if (id === shown) {
      show(transaction);
    }
  } catch (problem) {
    say('standing', problem.message);
  }
  if (id === shown) {
    asking = setTimeout(watch, ASK_EVERY_MS, id);
  }
}

function show(transaction) {
  say('status', transaction.status);
  const standing = [transaction.confirmed ? 'confirmed by Proof' : 'not confirmed yet'];
  if (transaction.reported) {
    standing.push(`${transaction.reported} reported by webhook`);
  }
  if (transaction.attempt > 1) {
    standing.push(`attempt ${transaction.attempt}`);
  }
  if (transaction.settled) {
    standing.push('settled');
  }
  say('standing', standing.join(' · '));
  say('amounts', [
    transaction.requested_amount
      && `asked for ${transaction.requested_amount} ${transaction.currency} on ${transaction.network}`,
    transaction.crypto_amount && `got ${transaction.crypto_amount} ${transaction.currency}`,
    transaction.fiat_amount && `for ${transaction.fiat_amount} ${transaction.fiat_currency}`,
  ].filter(Boolean).join(', '));
  element('timeline').replaceChildren(...(transaction.timeline ?? []).map(row));
}

function row(change) {
  const cells = [
    change.attempt,
    change.status + (change.correction ? ' (correction)' : ''),
    change.channel.toLowerCase(),
    time(change.occurred_at),
    time(change.reported_at),
    time(change.observed_at),
    time(change.confirmed_at),
  ];
  const line = document.createElement('tr');
  line.append(...cells.map((text) => {
    const cell = document.createElement('td');
    cell.textContent = text;
    return cell;
  }));
  return line;
}

function time(text) {
  return text ? new Date(text).toLocaleTimeString([], {hour12: false}) : '';
}

function say(id, text) {
  if (element(id).textContent !== text) {
    element(id).textContent = text;
  }
}

function control(method, path, body) {
  return call(method, `${simulator}/control${path}`, body);
}

async function call(method, url, body) {
  const answer = await fetch(url, {
    method,
    headers: body ? {'Content-Type': 'application/json'} : {},
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  const json = text && JSON.parse(text);
  if (!answer.ok) {
    throw new Error(json.detail ?? json.title ?? json.error ?? `HTTP ${answer.status}`);
  }
  return json;
}
